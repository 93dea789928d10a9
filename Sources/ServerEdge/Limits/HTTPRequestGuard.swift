import NIOCore
import NIOHTTP1

/// What every request of an HTTP connection has to keep to, before the router sees it: a short address, one host, one
/// understandable length, and a body and a response that move.
///
/// Stands before the handlers that know no `Host` or `Transfer-Encoding` any more. Hummingbird's idle timeout starts anew with
/// each byte of a body and doesn't run during a response, so what drips would live for ever without the deadlines here.
final class HTTPRequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes of a body that wait for more or for its end. A body that drips would wake the request's task with each drop, and two
    /// thousand of them at once would keep everybody else waiting.
    private static let bodyPiece = 4096

    private let configuration: EdgeServerConfiguration
    /// The piece that isn't whole yet.
    private var body: ByteBuffer?
    private var bodyDeadline: Scheduled<Void>?
    private var stallDeadline: Scheduled<Void>?
    private var lingerDeadline: Scheduled<Void>?
    /// Requests that were passed on and whose response hasn't ended.
    private var openResponses = 0
    /// A request was passed on after which none is read.
    private var isLastRequest = false
    /// A response with `Connection: close` has begun.
    private var isLastResponse = false
    /// Nothing that comes is passed on any more.
    private var isEnding = false
    /// The answer to a request that was not passed on; it waits for the responses before it.
    private var refusal: HTTPResponseStatus?

    init(configuration: EdgeServerConfiguration) {
        self.configuration = configuration
    }

    // MARK: Lifetime

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelAll()
        context.fireChannelInactive()
    }

    private func cancelAll() {
        bodyDeadline?.cancel()
        stallDeadline?.cancel()
        lingerDeadline?.cancel()
    }

    private func closing(in duration: Duration, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { context.close(promise: nil) }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isEnding { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            // NIO's parser goes on behind some last requests (HTTP/1.0 with keep-alive). A second one would be counted as
            // open by handlers that have ended, and hold the connection and the shutdown.
            guard !isLastRequest else { return isEnding = true }
            if let status = HTTPRequestRules.refusal(head, maximumURIBytes: configuration.maximumURIBytes) {
                return refuse(status, context)
            }
            if HTTPRequestRules.isLast(head) {
                isLastRequest = true
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            bodyDeadline?.cancel()
            bodyDeadline = closing(in: configuration.requestBodyDeadline, context)
            openResponses += 1
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body(var bytes):
            if var piece = body {
                body = nil  // so that the buffer below is the only reference and grows in place
                piece.writeBuffer(&bytes)
                bytes = piece
            }
            if bytes.readableBytes < Self.bodyPiece {
                body = bytes
            } else {
                context.fireChannelRead(wrapInboundOut(.body(bytes)))
            }
        case .end:
            if let piece = body { context.fireChannelRead(wrapInboundOut(.body(piece))) }
            body = nil
            bodyDeadline?.cancel()
            bodyDeadline = nil
            context.fireChannelRead(data)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isEnding, lingerDeadline != nil, event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        isEnding = true
        refusal = status
        if openResponses == 0 { writeRefusal(context) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext) {
        guard let status = refusal else { return }
        refusal = nil
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["connection": "close", "content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in self.endOutput(context) }
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.status.code >= 200 {
                isLastResponse = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            openResponses -= 1
            guard isLastResponse || (isLastRequest && openResponses == 0) else {
                context.write(data, promise: promise)
                if openResponses <= 0 { writeRefusal(context) }
                return
            }
            // The client was told that the connection ends: what it still sends has no reader.
            isEnding = true
            refusal = nil
            let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { _ in self.endOutput(context) }
            context.write(data, promise: promise)
        }
    }

    /// Ends our side and drops what comes for a moment: closing over unread bytes would reset the connection, and the
    /// response might never arrive.
    private func endOutput(_ context: ChannelHandlerContext) {
        guard lingerDeadline == nil, context.channel.isActive else { return }
        context.close(mode: .output, promise: nil)
        lingerDeadline = closing(in: configuration.lingerTime, context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stallDeadline?.cancel()
            stallDeadline = nil
        } else if stallDeadline == nil {
            stallDeadline = closing(in: configuration.responseStallDeadline, context)
        }
        context.fireChannelWritabilityChanged()
    }
}

/// What makes a request's head acceptable, beyond its grammar. Pure.
enum HTTPRequestRules {
    /// The status that refuses the request; nil when all is well.
    static func refusal(_ head: HTTPRequestHead, maximumURIBytes: Int) -> HTTPResponseStatus? {
        if head.uri.utf8.count > maximumURIBytes { return .uriTooLong }
        // RFC 9112 section 3.2. HTTP/1.0 knows no host, but two are ambiguous there too.
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (hosts.isEmpty && head.version == .http1_0), hosts.allSatisfy(isHost) else { return .badRequest }
        // Section 6.1: a coding that isn't understood hides where the body ends.
        let codings = head.headers["transfer-encoding"]
        if !codings.isEmpty {
            guard head.version == .http1_1 else { return .badRequest }
            guard codings.count == 1, codings[0].lowercased() == "chunked" else { return .notImplemented }
        }
        return nil
    }

    /// Whether no other request can follow on the connection. NIO's parser stops for good behind `CONNECT` and behind a request
    /// that names another protocol, also when we answer in HTTP; clients of HTTP/1.0 wait for the end.
    static func isLast(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade") || head.version != .http1_1
    }

    /// Host and port in the letters of RFC 3986 section 3.2, without user information. May be empty.
    static func isHost(_ value: String) -> Bool {
        value.utf8.allSatisfy { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
            case 0x21, 0x24...0x2B, 0x2D, 0x2E, 0x3A, 0x3B, 0x3D, 0x5B, 0x5D, 0x5F, 0x7E: true
            default: false
            }
        }
    }
}
