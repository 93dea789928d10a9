/// A clock without its associated types: the time since it was made, and sleeping.
///
/// Calls measure durations only, so wall-clock jumps (reliability F9) cannot reach them. Production passes
/// `ContinuousClock`, tests a manual clock.
public struct MonotonicClock: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// Wraps a clock; its present instant becomes zero.
    public init<C: Clock>(_ clock: C = ContinuousClock()) where C.Duration == Duration {
        let origin = clock.now
        self.read = { origin.duration(to: clock.now) }
        self.wait = { try await clock.sleep(for: $0) }
    }

    /// Time since this value was made.
    public var now: Duration { self.read() }

    /// Suspends for `duration`; throws `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        try await self.wait(duration)
    }
}
