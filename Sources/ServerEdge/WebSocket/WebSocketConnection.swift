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
        /// Nothing is delivered any more.
        var isStopped = false
        /// What ``perform(_:)`` began and has not ended.
        var jobs: Set<ConnectionWork.ID> = []
        /// As which this socket counts as open.
        var workID: ConnectionWork.ID?
        /// Set when the socket is gone.
        var closure: WebSocketClosure?
        var closureWaiters: [CheckedContinuation<WebSocketClosure, Never>] = []
    }

    private let channel: any Channel
    private let maximumOutboundBytes: Int
    /// Of the server; nil for connections that we open.
    private let work: ConnectionWork?
    private let state = Mutex(State())
    /// Nil when a ``WebSocketReceiver`` takes the messages.
    let inbox: WebSocketInbox?

    init(channel: any Channel, subprotocol: String?, limits: WebSocketLimits, work: ConnectionWork? = nil, hasInbox: Bool = true) {
        self.channel = channel
        self.subprotocol = subprotocol
        maximumOutboundBytes = limits.maximumOutboundBytes
        self.work = work
        inbox = hasInbox ? WebSocketInbox(limits: limits) : nil
    }

    /// The peer's messages, for one consumer. Ends when the connection closes; at once when a ``WebSocketReceiver`` takes them.
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
            let accepted = state.pendingBytes + buffer.readableBytes <= maximumOutboundBytes
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
        if schedule { scheduleDrain() }
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
        if schedule { scheduleDrain() }
    }

    /// Never from within a call, not even on the event loop: the caller may hold a lock that ``WebSocketReceiver`` takes.
    private func scheduleDrain() {
        let channel = channel
        channel.eventLoop.execute { channel.triggerUserOutboundEvent(Command.drain, promise: nil) }
    }

    /// Runs what takes time as a task of the server, which ends after it. Cancelled as soon as either side has begun to close.
    ///
    /// For sockets with a ``WebSocketReceiver``; a connection that we opened has no server, and does nothing.
    public func perform(_ job: @escaping @Sendable () async -> Void) {
        guard let work else { return }
        let late = state.withLock { state -> ConnectionWork.ID? in
            // Under the lock: however quickly the job ends, it is taken out after it was put in.
            let id = work.run { id in
                await job()
                _ = self.state.withLock { $0.jobs.remove(id) }
            }
            if state.isStopped { return id }
            state.jobs.insert(id)
            return nil
        }
        // Not under the lock: what a job does when it is cancelled may need it.
        if let late { work.cancel(late) }
    }

    /// Waits until the socket is gone and tells how it ended.
    public func closure() async -> WebSocketClosure {
        await withCheckedContinuation { continuation in
            let closure = state.withLock { state in
                if state.closure == nil { state.closureWaiters.append(continuation) }
                return state.closure
            }
            if let closure { continuation.resume(returning: closure) }
        }
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
        let jobs = state.withLock { state in
            state.isOpen = false
            state.isStopped = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { work?.cancel(job) }
        inbox?.finish()
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// The server ends after this socket, which has no task.
    func holdServer() {
        guard let work else { return }
        let id = work.opened(self)
        state.withLock { $0.workID = id }
    }

    /// The socket is gone.
    func finish(_ closure: WebSocketClosure) {
        stop()
        let (first, waiters, id) = state.withLock { state in
            defer {
                state.closureWaiters = []
                state.workID = nil
            }
            let first = state.closure ?? closure
            state.closure = first
            return (first, state.closureWaiters, state.workID)
        }
        for waiter in waiters { waiter.resume(returning: first) }
        if let id { work?.ended(id) }
    }
}
