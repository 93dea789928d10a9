import NIOCore
import NIOWebSocket

/// The shell around ``WebSocketStateMachine``: performs its actions on a channel, one per connection.
///
/// Stands behind NIO's frame encoder and decoder. Lives on the channel's event loop.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = Never
    typealias OutboundOut = WebSocketFrame

    private let connection: WebSocketConnection
    private let role: WebSocketStateMachine.Role
    private var machine: WebSocketStateMachine
    private var receiver: WebSocketReceiver?
    private var context: ChannelHandlerContext?
    private var timer: NIOScheduledCallback?
    private var timerDeadline: ContinuousClock.Instant?
    private var isReadingPaused = false
    private var hasPendingRead = false

    init(connection: WebSocketConnection, role: WebSocketStateMachine.Role, limits: SharedWebSocketLimits) {
        self.connection = connection
        self.role = role
        machine = WebSocketStateMachine(role: role, limits: limits, now: .now)
    }

    /// Adds the frame codec and a handler for `connection` at the end of the pipeline.
    static func add(
        to pipeline: ChannelPipeline.SynchronousOperations,
        connection: WebSocketConnection,
        role: WebSocketStateMachine.Role,
        limits: SharedWebSocketLimits
    ) throws -> WebSocketChannelHandler {
        let handler = WebSocketChannelHandler(connection: connection, role: role, limits: limits)
        try pipeline.addHandler(WebSocketFrameEncoder())
        try pipeline.addHandler(ByteToMessageHandler(GuardedWebSocketFrameDecoder(limits: limits.value)))
        try pipeline.addHandler(handler)
        return handler
    }

    /// From now on messages go to `receiver`. Called before the first one.
    func receive(with receiver: WebSocketReceiver) {
        if context == nil || connection.isStopped {
            receiver.ended()
        } else {
            self.receiver = receiver
            connection.holdServer()
        }
    }

    private func stop() {
        connection.stop()
        let receiver = receiver
        self.receiver = nil
        receiver?.ended()
    }

    // MARK: Lifetime

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        timer?.cancel()
        timer = nil
        context = nil
        machine.socketClosed(now: .now)
        stop()
        connection.finish(machine.closure ?? WebSocketClosure(code: .abnormal, initiator: .peer))
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(machine.received(unwrapInboundIn(data), now: .now), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOWebSocketError || error is ByteToMessageDecoderError || error is WebSocketMessageRefused {
            perform(machine.decodingFailed(error, now: .now), context)
        } else {
            // A failed socket or TLS session: there is nobody left to tell.
            perform(machine.inputEnded(now: .now), context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            perform(machine.close(.goingAway, now: .now), context)
        case is WebSocketBytesArrived:
            machine.bytesArrived(now: .now)
            schedule(context)
        case ChannelEvent.inputClosed:
            perform(machine.inputEnded(now: .now), context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Outbound

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let command = event as? WebSocketConnection.Command else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        switch command {
        case .drain: drain(context)
        case .resumeReading:
            isReadingPaused = false
            if hasPendingRead {
                hasPendingRead = false
                context.read()
            }
        }
        promise?.succeed()
    }

    func read(context: ChannelHandlerContext) {
        if isReadingPaused {
            hasPendingRead = true
        } else {
            context.read()
        }
    }

    private func drain(_ context: ChannelHandlerContext) {
        var bytes = 0
        var last: ByteBuffer?
        for item in connection.takeQueue() {
            switch item {
            case .text(let buffer):
                bytes += buffer.readableBytes
                guard machine.isOpen else { continue }
                if let previous = last { write(.text, previous, context, promise: nil) }
                last = buffer
            case .close(let code, let reason):
                // The order: what was queued before, then the close frame.
                if let previous = last { write(.text, previous, context, promise: nil) }
                last = nil
                perform(machine.close(code, now: .now), context, reason: reason)
            }
        }
        // The bytes count as waiting until NIO has written the last of them.
        let connection = connection
        let total = bytes
        if let last {
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.whenComplete { _ in connection.written(bytes: total) }
            write(.text, last, context, promise: promise)
            context.flush()
        } else {
            connection.written(bytes: total)
            context.flush()
        }
    }

    private func write(
        _ opcode: WebSocketOpcode,
        _ data: ByteBuffer,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        // Section 5.3: a client takes a fresh unpredictable mask for each frame.
        let mask = role == .client ? WebSocketMaskingKey.random() : nil
        context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: data)), promise: promise)
    }

    // MARK: Actions

    private func perform(_ action: WebSocketAction, _ context: ChannelHandlerContext, reason: String = "") {
        switch action {
        case .none:
            break
        case .deliver(let text):
            if let receiver {
                receiver.received(text)
            } else if connection.inbox?.deliver(text) ?? false {
                isReadingPaused = true
            }
        case .sendPing:
            write(.ping, ByteBuffer(), context, promise: nil)
            context.flush()
        case .sendPong(let payload):
            write(.pong, payload, context, promise: nil)
            context.flush()
        case .sendClose(let code):
            stop()
            writeClose(code, reason: reason, context, promise: nil)
            resumeDiscarding(context)
        case .fail(let code):
            stop()
            // Our side ends after the close frame; the rest of what the peer sent is read and
            // dropped, because closing over unread bytes would reset the connection and the
            // frame might never arrive.
            writeClose(code, reason: reason, context, promise: nil)
            context.close(mode: .output, promise: nil)
            resumeDiscarding(context)
        case .echoClose(let code):
            stop()
            let promise = context.eventLoop.makePromise(of: Void.self)
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            writeClose(code, reason: "", context, promise: promise)
        case .closeSocket:
            stop()
            context.close(promise: nil)
        }
        schedule(context)
    }

    /// A consumer that is behind gets nothing more; the socket is read on to see the peer's close.
    private func resumeDiscarding(_ context: ChannelHandlerContext) {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if hasPendingRead {
            hasPendingRead = false
            context.read()
        }
    }

    private func writeClose(
        _ code: WebSocketCloseCode?,
        reason: String,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        var payload = context.channel.allocator.buffer(capacity: 125)
        if let code {
            payload.writeInteger(code.rawValue)
            var room = 123  // a control frame carries 125 bytes (section 5.5)
            for character in reason {
                room -= character.utf8.count
                guard room >= 0 else { break }
                payload.writeString(String(character))
            }
        }
        write(.connectionClose, payload, context, promise: promise)
        context.flush()
    }

    // MARK: Time

    private func schedule(_ context: ChannelHandlerContext) {
        guard let deadline = machine.nextDeadline else {
            timer?.cancel()
            timer = nil
            timerDeadline = nil
            return
        }
        // A timer that fires early just asks again; only an earlier deadline needs a new one.
        if timer != nil, let pending = timerDeadline, pending <= deadline { return }
        timer?.cancel()
        timerDeadline = deadline
        let delay = ContinuousClock.now.duration(to: deadline)
        // A callback costs a third of a scheduled task's memory.
        timer = try? context.eventLoop.scheduleCallback(
            in: TimeAmount(max(delay, .milliseconds(1))),
            handler: WebSocketTimer(handler: NIOLoopBound(self, eventLoop: context.eventLoop))
        )
    }

    fileprivate func timerFired() {
        timer = nil
        timerDeadline = nil
        guard let context else { return }
        perform(machine.timerFired(now: .now, readingIsPaused: isReadingPaused), context)
    }
}

private struct WebSocketTimer: NIOScheduledCallbackHandler, Sendable {
    let handler: NIOLoopBound<WebSocketChannelHandler>

    func handleScheduledCallback(eventLoop: some EventLoop) {
        handler.value.timerFired()
    }
}
