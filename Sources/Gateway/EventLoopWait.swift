import NIOCore
import Synchronization

/// The wait of one task for an event loop's time.
final class EventLoopWait: NIOScheduledCallbackHandler, Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Void, any Error>, NIOScheduledCallback?)
        case over
    }

    private let state = Mutex(State.new)

    func begin(_ continuation: CheckedContinuation<Void, any Error>, _ duration: Duration, on eventLoop: any EventLoop) {
        let isWanted = self.state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation, nil)
            return true
        }
        guard isWanted else { return continuation.resume(throwing: CancellationError()) }
        // A loop that is shut down keeps no time any more.
        guard let callback = try? eventLoop.scheduleCallback(in: TimeAmount(duration), handler: self) else { return self.cancel() }
        let isOver = self.state.withLock { state in
            guard case .waiting(let continuation, _) = state else { return true }
            state = .waiting(continuation, callback)
            return false
        }
        if isOver { callback.cancel() }
    }

    func cancel() {
        let (continuation, callback) = self.end()
        callback?.cancel()
        continuation?.resume(throwing: CancellationError())
    }

    func handleScheduledCallback(eventLoop: some EventLoop) { self.end().0?.resume() }

    /// The loop is shut down.
    func didCancelScheduledCallback(eventLoop: some EventLoop) { self.end().0?.resume(throwing: CancellationError()) }

    private func end() -> (CheckedContinuation<Void, any Error>?, NIOScheduledCallback?) {
        self.state.withLock { state in
            defer { state = .over }
            guard case .waiting(let continuation, let callback) = state else { return (nil, nil) }
            return (continuation, callback)
        }
    }
}
