/// A token bucket: `capacity` at once, then `refillPerSecond`. Pure; the time is an argument.
///
/// Time that runs backwards refills nothing.
public struct TokenBucket<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private let capacity: Double
    private let refillPerSecond: Double
    private var tokens: Double
    private var updated: Instant

    /// Waits are told up to this: a year is as good as for ever, and a longer one might not fit into a `Duration`.
    public static var longestWait: Duration { .seconds(365 * 24 * 3600) }

    /// Starts full. Negative arguments count as 0.
    public init(capacity: Double, refillPerSecond: Double, now: Instant) {
        self.capacity = max(0, capacity)
        self.refillPerSecond = max(0, refillPerSecond)
        self.tokens = max(0, capacity)
        self.updated = now
    }

    /// Takes `count` tokens, or none and returns false. A negative count takes none.
    public mutating func take(_ count: Double = 1, now: Instant) -> Bool {
        refill(now: now)
        guard tokens >= count else { return false }
        tokens -= max(0, count)
        return true
    }

    /// Takes `count` tokens, or as many as are there: for what turned out to cost more than was asked for.
    public mutating func drain(_ count: Double, now: Instant) {
        refill(now: now)
        tokens = max(0, tokens - max(0, count))
    }

    /// Puts tokens back that were taken for nothing; never beyond the capacity.
    public mutating func giveBack(_ count: Double = 1, now: Instant) {
        refill(now: now)
        tokens = min(capacity, tokens + max(0, count))
    }

    /// Tokens that lack until it is full.
    public func missing(now: Instant) -> Double {
        var copy = self
        copy.refill(now: now)
        return capacity - copy.tokens
    }

    /// How long until `count` tokens are there, at most ``longestWait``; nil if they never will be.
    public func waitTime(for count: Double = 1, now: Instant) -> Duration? {
        var copy = self
        copy.refill(now: now)
        let missing = count - copy.tokens
        if missing <= 0 { return .zero }
        guard count <= capacity, refillPerSecond > 0 else { return nil }
        let seconds = missing / refillPerSecond
        return seconds < Self.longestWait / .seconds(1) ? .seconds(seconds) : Self.longestWait
    }

    private mutating func refill(now: Instant) {
        let elapsed = updated.duration(to: now)
        guard elapsed > .zero else { return }
        let (seconds, attoseconds) = elapsed.components
        tokens = min(capacity, tokens + (Double(seconds) + Double(attoseconds) / 1e18) * refillPerSecond)
        updated = now
    }
}
