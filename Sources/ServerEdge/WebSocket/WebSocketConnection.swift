import NIOCore
import Synchronization

/// One open WebSocket, of the server or of the client. Text messages only.
public final class WebSocketConnection: Sendable {
    /// The subprotocol both sides agreed on, if any.
    public let subprotocol: String?

    enum Outgoing: Sendable {
        case text(ByteBuffer)
        case close(WebSocketCloseCode, reason: String)
    }

    /// Sent to the channel's handler; it runs on the event loop.
    enum Command: Sendable {
        case drain
        case resumeReading
    }

    private struct State {
        var isOpen = true
        var queue: [Outgoing] = []
        /// Bytes in the queue and in NIO's buffers.
        var pendingBytes = 0
        var isDrainScheduled = false
    }

    private let channel: any Channel
    private let limits: WebSocketLimits
    private let state = Mutex(State())
    private let closed: EventLoopPromise<WebSocketClosure>
    let inbox: WebSocketInbox

    init(channel: any Channel, subprotocol: String?, limits: WebSocketLimits) {
        self.channel = channel
        self.subprotocol = subprotocol
        self.limits = limits
        closed = channel.eventLoop.makePromise()
        inbox = WebSocketInbox(limits: limits)
    }

    /// The peer's messages, for one consumer. Ends when the connection closes.
    public var messages: WebSocketMessages {
        WebSocketMessages(inbox: inbox) { [channel] in
            channel.triggerUserOutboundEvent(Command.resumeReading, promise: nil)
        }
    }

    /// False once either side has begun to close.
    public var isOpen: Bool {
        state.withLock { $0.isOpen }
    }

    /// Queues a text message. From any thread; keeps the order; never waits.
    ///
    /// - Returns: False when the connection is closed, or when the peer is so slow that
    ///   ``WebSocketLimits/maximumOutboundBytes`` would be passed. Then what still waits is
    ///   dropped and the connection is closed with 1013.
    @discardableResult
    public func send(_ text: String) -> Bool {
        let buffer = channel.allocator.buffer(string: text)
        let (accepted, schedule) = state.withLock { state -> (Bool, Bool) in
            guard state.isOpen else { return (false, false) }
            let accepted = state.pendingBytes + buffer.readableBytes <= limits.maximumOutboundBytes
            if accepted {
                state.queue.append(.text(buffer))
                state.pendingBytes += buffer.readableBytes
            } else {
                state.isOpen = false
                state.queue = [.close(.tryAgainLater, reason: "")]
            }
            defer { state.isDrainScheduled = true }
            return (accepted, !state.isDrainScheduled)
        }
        if schedule { channel.triggerUserOutboundEvent(Command.drain, promise: nil) }
        return accepted
    }

    /// Starts the close handshake after what was queued before, and returns at once.
    ///
    /// - Parameter reason: At most 123 bytes of UTF-8, cut beyond; not for secrets or speech.
    public func close(_ code: WebSocketCloseCode = .normalClosure, reason: String = "") {
        let schedule = state.withLock { state -> Bool in
            guard state.isOpen else { return false }
            state.isOpen = false
            state.queue.append(.close(code.isValidOnWire ? code : .internalError, reason: reason))
            defer { state.isDrainScheduled = true }
            return !state.isDrainScheduled
        }
        if schedule { channel.triggerUserOutboundEvent(Command.drain, promise: nil) }
    }

    /// Waits until the socket is gone and tells how it ended.
    public func closure() async -> WebSocketClosure {
        // The promise never fails; see `finish`.
        (try? await closed.futureResult.get()) ?? WebSocketClosure(code: .abnormal, initiator: .peer)
    }

    // MARK: For the channel's handler, on the event loop

    func takeQueue() -> [Outgoing] {
        state.withLock { state in
            state.isDrainScheduled = false
            defer { state.queue = [] }
            return state.queue
        }
    }

    func written(bytes: Int) {
        state.withLock { $0.pendingBytes -= bytes }
    }

    /// Either side began to close: nothing more is accepted or delivered.
    func stop() {
        state.withLock { $0.isOpen = false }
        inbox.finish()
    }

    /// The socket is gone.
    func finish(_ closure: WebSocketClosure) {
        stop()
        closed.succeed(closure)
    }
}
