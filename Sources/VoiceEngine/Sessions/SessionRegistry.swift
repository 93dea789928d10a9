import ServerEdge
import Synchronization

/// All calls of an engine: admission, look-up, and the task group in which they live.
final class SessionRegistry: Sendable {
    /// Why a call is not taken.
    enum Refusal: Error, Equatable {
        case full
        case draining
    }

    private struct State {
        var sessions: [String: RealtimeSession] = [:]
        /// Places taken, by live calls and by calls being set up.
        var taken = 0
        var isDraining = false
        var nextSideband = 0
    }

    let maximumCalls: Int
    private let metrics: EngineMetrics
    private let state = Mutex(State())
    private let started: AsyncStream<RealtimeSession>
    private let starter: AsyncStream<RealtimeSession>.Continuation

    init(maximumCalls: Int, metrics: EngineMetrics) {
        self.maximumCalls = maximumCalls
        self.metrics = metrics
        // Bounded by admission.
        (started, starter) = AsyncStream.makeStream()
    }

    /// Takes a place for a call. Give it back with `release`, or fill it with `start`.
    func admit() throws(Refusal) {
        let refusal: Refusal? = state.withLock { state in
            if state.isDraining { return .draining }
            if state.taken >= maximumCalls { return .full }
            state.taken += 1
            metrics.callsActive.set(Double(state.taken))
            return nil
        }
        if let refusal {
            metrics.callsRefused.increment()
            throw refusal
        }
    }

    /// Gives back the place of a call that did not come about.
    func release() {
        state.withLock { state in
            state.taken -= 1
            metrics.callsActive.set(Double(state.taken))
        }
    }

    /// The call lives from now on, in the place that was taken for it.
    func start(_ session: RealtimeSession) {
        let isDraining = state.withLock { state in
            state.sessions[session.callID] = session
            return state.isDraining
        }
        metrics.callsTotal.increment()
        starter.yield(session)
        if isDraining { session.end(.draining) }
    }

    /// Nil when there is no such call, or no more.
    func session(_ callID: String) -> RealtimeSession? {
        state.withLock { $0.sessions[callID] }
    }

    /// Takes a call out of the list, so that it cannot be found any more; its place stays taken until it has ended.
    func remove(_ callID: String) -> RealtimeSession? {
        state.withLock { $0.sessions.removeValue(forKey: callID) }
    }

    /// A number that no other sideband of this engine has.
    func sidebandNumber() -> Int {
        state.withLock { state in
            state.nextSideband += 1
            return state.nextSideband
        }
    }

    var activeCalls: Int { state.withLock { $0.taken } }
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Runs every call as a child task. Returns after `finish`, when the last one has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await session in started {
                group.addTask {
                    await session.run()
                    _ = self.remove(session.callID)
                    self.release()
                }
            }
        }
    }

    /// No new calls from now on.
    func beginDraining() {
        state.withLock { $0.isDraining = true }
    }

    /// Ends all calls and lets `run` return.
    func finish() {
        beginDraining()
        for session in state.withLock({ Array($0.sessions.values) }) { session.end(.draining) }
        starter.finish()
    }
}
