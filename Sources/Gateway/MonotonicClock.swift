public import NIOCore

/// A clock without its associated types: the time since it was made, and waiting for a time to come.
///
/// Calls measure durations only, so wall-clock jumps (reliability F9) cannot reach them. Production passes
/// event loops, tests a manual clock.
public struct MonotonicClock: Sendable {
    /// A wait that was begun with ``timer(after:_:)``.
    struct Timer: Sendable {
        /// What it was to do is not done any more, unless it has begun.
        let cancel: @Sendable () -> Void
    }

    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void
    private let arm: @Sendable (Duration, @escaping @Sendable () -> Void) -> Timer

    /// Wraps a clock; its present instant becomes zero.
    public init<C: Clock>(_ clock: C = ContinuousClock()) where C.Duration == Duration {
        let origin = clock.now
        self.read = { origin.duration(to: clock.now) }
        self.wait = { try await clock.sleep(for: $0) }
        self.arm = { duration, fire in
            let wait = Task.detached {
                guard (try? await clock.sleep(for: duration)) != nil else { return }
                fire()
            }
            return Timer { wait.cancel() }
        }
    }

    /// Waits with the timers of event loops: a wait of a task costs a thread of its own a wake-up, and one that is cancelled is kept
    /// until its time comes.
    public init(eventLoopGroup: any EventLoopGroup) {
        let origin = ContinuousClock.now
        self.read = { origin.duration(to: .now) }
        self.wait = { duration in
            let wait = EventLoopWait()
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    wait.begin(continuation, duration, on: eventLoopGroup.any())
                }
            } onCancel: {
                wait.cancel()
            }
        }
        self.arm = { duration, fire in
            guard let callback = try? eventLoopGroup.any().scheduleCallback(in: TimeAmount(duration), handler: EventLoopTimer(fire: fire))
            else { return Timer {} }
            return Timer { callback.cancel() }
        }
    }

    /// Time since this value was made.
    public var now: Duration { self.read() }

    /// Suspends for `duration`; throws `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        try await self.wait(duration)
    }

    /// Does something once `duration` has passed, unless it is cancelled before. `fire` must not block: it may run on an event loop.
    func timer(after duration: Duration, _ fire: @escaping @Sendable () -> Void) -> Timer {
        self.arm(max(.zero, duration), fire)
    }
}
