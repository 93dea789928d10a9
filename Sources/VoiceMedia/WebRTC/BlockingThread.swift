import CGStreamer

/// A thread of our own for calls that block: stopping GStreamer joins its threads, and the media clock sleeps.
/// Neither may happen on Swift's cooperative pool.
enum BlockingThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new detached thread. `name` is ASCII, at most 15 bytes (a limit of Linux).
    ///
    /// - Returns: False when the system has no more threads; `body` was not run then.
    static func start(_ name: StaticString, _ body: @escaping @Sendable () -> Void) -> Bool {
        let argument = Unmanaged.passRetained(Body(body))
        let isStarted = UnsafeRawPointer(name.utf8Start).withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) { name in
            viva_thread_start(
                name,
                { argument in
                    if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                },
                argument.toOpaque()
            )
        }
        if !isStarted { argument.release() }
        return isStarted
    }
}

/// Time that only goes forward, as a duration since an arbitrary origin; the clock that GStreamer runs on as well.
enum MonotonicClock {
    static func now() -> Duration { .nanoseconds(Int64(clamping: viva_monotonic_now())) }

    static func sleep(until instant: Duration) {
        let (seconds, attoseconds) = instant.components
        viva_monotonic_sleep_until(UInt64(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
}
