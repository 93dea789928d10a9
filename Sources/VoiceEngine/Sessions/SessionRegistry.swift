import RealtimeProtocol
import ServerEdge
import Synchronization

/// All calls of an engine: admission, look-up, and the task group in which they live.
final class SessionRegistry: Sendable {
    /// Why a call is not taken.
    enum Refusal: Error, Equatable {
        case full
        /// There are places, but speech is recognised too late already.
        case overloaded
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
    private let lag: SpeechLagMeter
    private let state = Mutex(State())
    private let started: AsyncStream<(RealtimeSession, key: String)>
    private let starter: AsyncStream<(RealtimeSession, key: String)>.Continuation

    init(maximumCalls: Int, lag: SpeechLagMeter, metrics: EngineMetrics) {
        self.maximumCalls = maximumCalls
        self.lag = lag
        self.metrics = metrics
        // Bounded by admission.
        (started, starter) = AsyncStream.makeStream()
    }

    /// Takes a place for a call. Give it back with `release`, or fill it with `start`.
    func admit() throws(Refusal) {
        let refusal: Refusal? = state.withLock { state in
            if let refusal = self.refusal(in: state) { return refusal }
            state.taken += 1
            metrics.callsActive.set(Double(state.taken))
            return nil
        }
        if let refusal {
            metrics.callsRefused.increment()
            throw refusal
        }
    }

    /// Why a call would not be taken now; nil: it would.
    var refusal: Refusal? {
        state.withLock { refusal(in: $0) }
    }

    private func refusal(in state: State) -> Refusal? {
        if state.isDraining { return .draining }
        if state.taken >= maximumCalls { return .full }
        // A first call is always taken: its own work cannot hurt another.
        return state.taken > 0 && lag.isTooHigh ? .overloaded : nil
    }

    /// Gives back the place of a call that did not come about.
    func release() {
        state.withLock { state in
            state.taken -= 1
            metrics.callsActive.set(Double(state.taken))
        }
    }

    /// The session lives from now on, in the place that was taken for it.
    ///
    /// - Parameter key: the identifier of its call, by which it can be found; of its session when it has no call.
    /// - Returns: false when the engine has ended meanwhile; the session will not run.
    func start(_ session: RealtimeSession, key: String) -> Bool {
        let isDraining = state.withLock { state in
            state.sessions[key] = session
            return state.isDraining
        }
        guard case .enqueued = starter.yield((session, key: key)) else {
            state.withLock { state in _ = state.sessions.removeValue(forKey: key) }
            return false
        }
        metrics.callsTotal.increment()
        if isDraining { session.end(.draining) }
        return true
    }

    /// Nil when there is no such call, or no more.
    func session(call id: String) -> RealtimeSession? {
        guard id.hasPrefix(RealtimeIdentifier.call.rawValue) else { return nil }
        return state.withLock { $0.sessions[id] }
    }

    /// Takes a call out of the list, so that it cannot be found any more; its place stays taken until it has ended.
    func remove(call id: String) -> RealtimeSession? {
        guard id.hasPrefix(RealtimeIdentifier.call.rawValue) else { return nil }
        return state.withLock { $0.sessions.removeValue(forKey: id) }
    }

    /// A number that no other sideband of this engine has.
    func sidebandNumber() -> Int {
        state.withLock { state in
            state.nextSideband += 1
            return state.nextSideband
        }
    }

    var activeCalls: Int { state.withLock { $0.taken } }

    /// Runs every call as a child task. Returns after `finish`, when the last one has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await (session, key) in started {
                group.addTask {
                    await session.run()
                    self.state.withLock { state in _ = state.sessions.removeValue(forKey: key) }
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
