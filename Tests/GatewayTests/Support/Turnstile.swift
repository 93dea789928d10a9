import Synchronization

/// Lets whoever comes pass, but for those whom a test wants held back.
final class Turnstile: Sendable {
    private struct State {
        var toHold = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var passed = 0
    }

    private let state = Mutex(State())

    /// So many that come from now on wait.
    func holdNext(_ count: Int = 1) { self.state.withLock { $0.toHold = count } }

    /// How many wait now.
    var waiting: Int { self.state.withLock { $0.held.count } }

    /// How many have come so far, those that wait among them.
    var count: Int { self.state.withLock { $0.passed + $0.held.count } }

    /// Returns when so many wait.
    func arrived(_ count: Int = 1) async throws {
        while self.waiting < count { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// The one that has waited longest goes on.
    func letOneGo() {
        self.state.withLock { state in
            guard !state.held.isEmpty else { return nil as CheckedContinuation<Void, Never>? }
            state.passed += 1
            return state.held.removeFirst()
        }?
        .resume()
    }

    /// Nobody is held any more.
    func open() {
        let held = self.state.withLock { state in
            defer { state.held = [] }
            state.toHold = 0
            state.passed += state.held.count
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let goesOn = self.state.withLock { state in
                guard state.toHold > 0 else {
                    state.passed += 1
                    return true
                }
                state.toHold -= 1
                state.held.append(continuation)
                return false
            }
            if goesOn { continuation.resume() }
        }
    }
}
