import Synchronization

/// Messages on their way from the event loop to one consumer, bounded by pausing the socket.
final class WebSocketInbox: Sendable {
    private typealias Item = (text: String?, resumesReading: Bool)

    private struct State {
        var messages: [String] = []
        var bytes = 0
        var isFinished = false
        var isPaused = false
        var waiter: CheckedContinuation<Item, Never>?
    }

    private let state = Mutex(State())
    private let maximumMessages: Int
    private let maximumBytes: Int

    init(limits: WebSocketLimits) {
        maximumMessages = max(1, limits.maximumInboundMessages)
        maximumBytes = max(1, limits.maximumInboundBytes)
    }

    /// Returns true when reading the socket should pause. What was already read may still arrive.
    func deliver(_ text: String) -> Bool {
        let (waiter, pause) = state.withLock { state -> (CheckedContinuation<Item, Never>?, Bool) in
            if state.isFinished { return (nil, false) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, false)
            }
            state.messages.append(text)
            state.bytes += text.utf8.count
            if state.messages.count >= maximumMessages || state.bytes >= maximumBytes { state.isPaused = true }
            return (nil, state.isPaused)
        }
        waiter?.resume(returning: (text, false))
        return pause
    }

    /// No more messages come; those that wait are still given out.
    func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: (nil, false))
    }

    /// The next message, nil at the end or when the task is cancelled; and whether reading may go on.
    func next() async -> (text: String?, resumesReading: Bool) {
        if let ready = state.withLock({ take(from: &$0) }) { return ready }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Item, Never>) in
                let (ready, replaced) = state.withLock { state -> (Item?, CheckedContinuation<Item, Never>?) in
                    if Task.isCancelled { return ((nil, false), nil) }
                    if let ready = take(from: &state) { return (ready, nil) }
                    // A second consumer is a mistake of ours; the first one is let go rather than leaked.
                    defer { state.waiter = continuation }
                    return (nil, state.waiter)
                }
                replaced?.resume(returning: (nil, false))
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: (nil, false))
        }
    }

    /// A message, the end, or nil when the caller has to wait.
    private func take(from state: inout State) -> Item? {
        guard !state.messages.isEmpty else { return state.isFinished ? (nil, false) : nil }
        let text = state.messages.removeFirst()
        state.bytes -= text.utf8.count
        let resumes = state.isPaused && state.messages.count <= maximumMessages / 2 && state.bytes <= maximumBytes / 2
        if resumes { state.isPaused = false }
        return (text, resumes)
    }
}

/// The text messages of a connection, in order. For one consumer; ends when the connection closes.
///
/// While the consumer is behind by more than the connection's limits, the socket isn't read.
public struct WebSocketMessages: AsyncSequence, Sendable {
    public typealias Element = String
    public typealias Failure = Never

    let inbox: WebSocketInbox?
    let resumeReading: @Sendable () -> Void

    public struct AsyncIterator: AsyncIteratorProtocol {
        let inbox: WebSocketInbox?
        let resumeReading: @Sendable () -> Void

        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async -> String? {
            guard let inbox else { return nil }
            let (text, resumes) = await inbox.next()
            if resumes { resumeReading() }
            return text
        }

        public mutating func next() async -> String? {
            guard let inbox else { return nil }
            let (text, resumes) = await inbox.next()
            if resumes { resumeReading() }
            return text
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(inbox: inbox, resumeReading: resumeReading)
    }
}
