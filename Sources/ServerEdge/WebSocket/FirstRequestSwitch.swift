import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Looks at a connection's first request and turns its channel into HTTP or into a WebSocket.
///
/// `waiting` for the head; `upgradeHead` until its end; `authorising` while somebody is asked;
/// `refused` and `done`. Only the first request of a connection can be upgraded. The head has to arrive
/// before an absolute deadline, however slowly it drips.
final class FirstRequestSwitch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        case upgradeHead(HTTPRequestHead, WebSocketRoute)
        case authorising(HTTPRequestHead, WebSocketRoute)
        /// The decoder is on its way out; what it leaves over comes here and is replayed.
        case upgrading([NIOAny])
        /// The head could not be read, and that was said; what still comes is dropped.
        case refused
        case done
    }

    private let setup: EdgeChannelSetup
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let encoder: HTTPResponseEncoder
    private let begin: (EdgeNegotiation) -> Void
    private var state = State.waiting
    private var deadline: Scheduled<Void>?
    /// While somebody is asked, nothing more is read: the peer has no business sending yet.
    private var hasPendingRead = false

    init(
        setup: EdgeChannelSetup,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>,
        encoder: HTTPResponseEncoder,
        begin: @escaping (EdgeNegotiation) -> Void
    ) {
        self.setup = setup
        self.decoder = decoder
        self.encoder = encoder
        self.begin = begin
    }

    // MARK: Lifetime

    func handlerAdded(context: ChannelHandlerContext) {
        startDeadline(setup.configuration.firstRequestDeadline, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    private func finish() {
        deadline?.cancel()
        deadline = nil
        state = .done
    }

    private func startDeadline(_ duration: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) {
            context.close(promise: nil)
        }
    }

    // MARK: Events

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .waiting:
            guard case .head(let head) = unwrapInboundIn(data) else { return context.close(promise: nil) }
            if let route = setup.route(for: head) {
                state = .upgradeHead(head, route)
            } else {
                becomeHTTP(head, refusal: nil, context)
            }
        case .upgradeHead(let head, let route):
            switch unwrapInboundIn(data) {
            case .end: check(head, route, context)
            case .body, .head: context.close(promise: nil)
            }
        case .authorising:
            // The decoder stops at an upgrade, and reading is paused.
            context.close(promise: nil)
        case .upgrading(var buffer):
            state = .done  // so that the array below is the only reference
            buffer.append(data)
            state = .upgrading(buffer)
        case .refused:
            break
        case .done:
            context.fireChannelRead(data)
        }
    }

    func read(context: ChannelHandlerContext) {
        switch state {
        case .authorising, .upgrading: hasPendingRead = true
        case .waiting, .upgradeHead, .refused, .done: context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .done = state { return context.fireUserInboundEventTriggered(event) }
        // An idle or half-closed connection would hold up a graceful shutdown.
        if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .waiting where error is HTTPParserError || error is ByteToMessageDecoderError:
            state = .refused
            var isTooLarge = false
            if case .headerOverflow? = error as? HTTPParserError { isTooLarge = true }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: isTooLarge ? .requestHeaderFieldsTooLarge : .badRequest,
                headers: ["Connection": "close", "Content-Length": "0"]
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            // Closing over unread bytes would reset the connection, and the answer might never arrive.
            context.close(mode: .output, promise: nil)
            startDeadline(setup.configuration.lingerTime, context)
        case .refused:
            // The decoder's word for each piece of what it does not read any more.
            break
        case .done:
            context.fireErrorCaught(error)
        case .waiting, .upgradeHead, .authorising, .upgrading:
            context.close(promise: nil)
        }
    }

    // MARK: HTTP

    private func becomeHTTP(_ head: HTTPRequestHead, refusal: EdgeError?, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        state = .done
        do {
            let channel = try setup.addHTTP(to: context.channel)
            begin(.http(channel, refusal.map { WebSocketRefusal($0) }))
        } catch {
            setup.logger.error("HTTP pipeline failed", metadata: ["error_type": "\(type(of: error))"])
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
        if refusal != nil {
            context.fireChannelRead(wrapInboundOut(.end(nil)))
            context.fireChannelReadComplete()
        }
        if hasPendingRead {
            hasPendingRead = false
            context.read()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    // MARK: Upgrade

    private func check(_ head: HTTPRequestHead, _ route: WebSocketRoute, _ context: ChannelHandlerContext) {
        if let refusal = WebSocketHandshake.refusal(head.headers) {
            return becomeHTTP(head, refusal: refusal, context)
        }
        let headers = HTTPFields(head.headers, splitCookie: false)
        guard route.origins.allows(headers) else {
            let refusal = EdgeError(CommonErrorCode.forbidden, message: "This web origin may not connect.")
            return becomeHTTP(head, refusal: refusal, context)
        }
        state = .authorising(head, route)
        startDeadline(setup.configuration.upgradeDeadline, context)
        let request = WebSocketRequest(
            target: head.uri,
            headers: headers,
            authority: head.headers.first(name: "host"),
            remoteAddress: context.channel.remoteAddress?.ipAddress,
            requestID: RequestIDMiddleware<EdgeRequestContext>.makeID()
        )
        let authorise = route.authorise
        let answer = context.eventLoop.makePromise(of: WebSocketAcceptance.self)
        Task(executorPreference: setup.executor(context.eventLoop)) {
            do { answer.succeed(try await authorise(request)) } catch { answer.fail(error) }
        }
        answer.futureResult.assumeIsolated()
            .whenComplete { result in
                self.answered(result, offered: request.offeredSubprotocols, context)
            }
    }

    private func answered(_ result: Result<WebSocketAcceptance, any Error>, offered: [String], _ context: ChannelHandlerContext) {
        // The connection may be gone by now.
        guard case .authorising(let head, let route) = state else { return }
        switch result {
        case .success(let acceptance):
            if let subprotocol = acceptance.subprotocol, !offered.contains(subprotocol) {
                setup.logger.error("WebSocket route chose a subprotocol that was not offered")
                return becomeHTTP(head, refusal: EdgeError(CommonErrorCode.internalError), context)
            }
            upgrade(head, route, acceptance, context)
        case .failure(let error as EdgeError):
            becomeHTTP(head, refusal: error, context)
        case .failure(let error):
            becomeHTTP(head, refusal: EdgeError(CommonErrorCode.internalError, cause: error), context)
        }
    }

    private func upgrade(
        _ head: HTTPRequestHead,
        _ route: WebSocketRoute,
        _ acceptance: WebSocketAcceptance,
        _ context: ChannelHandlerContext
    ) {
        state = .upgrading([])
        let key = head.headers.first(name: "sec-websocket-key") ?? ""
        let response = WebSocketHandshake.acceptance(key: key, subprotocol: acceptance.subprotocol)
        context.writeAndFlush(wrapOutboundOut(.head(response)), promise: nil)
        // The removal may finish later, and then forwards the bytes behind the request to us.
        context.pipeline.syncOperations.removeHandler(decoder)
            .assumeIsolated()
            .flatMap { context.pipeline.syncOperations.removeHandler(self.encoder) }
            .whenComplete { result in
                switch result {
                case .success: self.becomeWebSocket(route, acceptance, context)
                case .failure: context.close(promise: nil)
                }
            }
    }

    private func becomeWebSocket(_ route: WebSocketRoute, _ acceptance: WebSocketAcceptance, _ context: ChannelHandlerContext) {
        guard case .upgrading(let buffer) = state else { return }
        deadline?.cancel()
        deadline = nil
        state = .done
        let connection = WebSocketConnection(
            channel: context.channel,
            subprotocol: acceptance.subprotocol,
            limits: route.limits,
            work: setup.work,
            hasInbox: acceptance.handler.takesMessages
        )
        let handler: WebSocketChannelHandler
        do {
            // Hummingbird allows half-closed sockets, which HTTP needs. A WebSocket ends when the
            // peer does; and with half closure, NIOSSL would sit out its 5 s when both sides close.
            try context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
            handler = try WebSocketChannelHandler.add(
                to: context.pipeline.syncOperations,
                connection: connection,
                role: .server,
                limits: route.sharedLimits
            )
        } catch {
            connection.finish(WebSocketClosure(code: .internalError, initiator: .local))
            return context.close(promise: nil)
        }
        switch acceptance.handler {
        case .task(let handler): begin(.webSocket(connection, handler))
        case .receiver(let open): handler.receive(with: open(connection))
        }
        for data in buffer { context.fireChannelRead(data) }
        if !buffer.isEmpty { context.fireChannelReadComplete() }
        if hasPendingRead {
            hasPendingRead = false
            context.read()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
