/// The time of an interview: zero when it first goes live, and running on from then, also while it is suspended. Pure.
///
/// Before that it stands still, so that connecting costs the candidate none of the interview's time.
struct CallClock: Sendable {
    /// Monotonic time that is zero here; nil while the clock stands.
    private(set) var origin: Duration?

    /// A clock that stands at zero.
    init() {}

    /// A clock that reads `elapsed` at `now` and runs: for an interview that another process had begun.
    init(elapsed: Duration, at now: Duration) {
        self.origin = now - elapsed
    }

    /// The interview goes live at `now`; a running clock is not disturbed.
    /// - Returns: whether it had stood.
    mutating func start(at now: Duration) -> Bool {
        guard self.origin == nil else { return false }
        self.origin = now
        return true
    }

    /// Call time at the monotonic time `now`; zero while the clock stands.
    func reading(at now: Duration) -> Duration {
        self.origin.map { max(.zero, now - $0) } ?? .zero
    }

    /// The monotonic time at which the clock will read `time`; nil while it stands.
    func moment(of time: Duration) -> Duration? {
        self.origin.map { $0 + time }
    }
}
