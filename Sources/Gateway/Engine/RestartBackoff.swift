/// How long to wait before the engine is started again, and after how many failures in a row it is given up as broken.
///
/// Pure: time comes in as an argument. The wait doubles from ``Policy/first`` to ``Policy/longest``; a run that stayed
/// up for ``Policy/stableAfter`` counts as healthy and resets the wait, so that one crash a day restarts at once while
/// a binary that dies on every start does not burn a core.
struct RestartBackoff: ~Copyable {
    /// The named limits of restarting.
    struct Policy: Sendable, Equatable {
        /// Wait after the first failure.
        var first: Duration = .milliseconds(200)
        /// No wait is longer than this: a candidate in the room should not wait longer for a healed engine.
        var longest: Duration = .seconds(5)
        /// A run at least this long resets the wait.
        var stableAfter: Duration = .seconds(30)
    }

    private let policy: Policy
    private var next: Duration
    private var startedAt: Duration?
    /// Failures since the last stable run; reported in readiness so that an operator sees a crash loop.
    private(set) var consecutiveFailures = 0

    init(policy: Policy = Policy()) {
        self.policy = policy
        self.next = policy.first
    }

    /// The child was started at `time` (monotonic).
    mutating func started(at time: Duration) {
        self.startedAt = time
    }

    /// The child ended (or could not be started) at `time`; the result is the wait before the next start.
    mutating func ended(at time: Duration) -> Duration {
        if let startedAt, time - startedAt >= self.policy.stableAfter {
            self.next = self.policy.first
            self.consecutiveFailures = 0
        }
        self.startedAt = nil
        self.consecutiveFailures += 1
        let wait = self.next
        self.next = min(self.next * 2, self.policy.longest)
        return wait
    }
}
