import Dispatch
import Synchronization

/// Holds a thread until a test lets it go, and tells when it has arrived.
final class Gate: Sendable {
    private let release = DispatchSemaphore(value: 0)
    private let arrival = Mutex<(hasArrived: Bool, waiting: CheckedContinuation<Void, Never>?)>((false, nil))

    /// On the thread to be held.
    func wait() {
        let waiting = arrival.withLock { state in
            state.hasArrived = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
        release.wait()
    }

    /// Returns when a thread is held.
    func entered() async {
        await withCheckedContinuation { continuation in
            let hasArrived = arrival.withLock { state in
                if !state.hasArrived { state.waiting = continuation }
                return state.hasArrived
            }
            if hasArrived { continuation.resume() }
        }
    }

    func open() { release.signal() }
}
