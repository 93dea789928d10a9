/// A token bucket: `capacity` at once, then `refillPerSecond`. Pure; the time is an argument.
///
/// Time that runs backwards refills nothing.
public struct TokenBucket<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private let capacity: Double
    private let refillPerSecond: Double
    private var tokens: Double
    private var updated: Instant

    /// Starts full. Negative arguments count as 0.
    public init(capacity: Double, refillPerSecond: Double, now: Instant) {
        self.capacity = max(0, capacity)
        self.refillPerSecond = max(0, refillPerSecond)
        self.tokens = max(0, capacity)
        self.updated = now
    }

    /// Takes `count` tokens, or none and returns false.
    public mutating func take(_ count: Double = 1, now: Instant) -> Bool {
        refill(now: now)
        guard tokens >= count else { return false }
        tokens -= count
        return true
    }

    /// How long until `count` tokens are there; nil if they never will be.
    public func waitTime(for count: Double = 1, now: Instant) -> Duration? {
        var copy = self
        copy.refill(now: now)
        let missing = count - copy.tokens
        if missing <= 0 { return .zero }
        guard count <= capacity, refillPerSecond > 0 else { return nil }
        return .seconds(missing / refillPerSecond)
    }

    private mutating func refill(now: Instant) {
        let elapsed = updated.duration(to: now)
        guard elapsed > .zero else { return }
        let (seconds, attoseconds) = elapsed.components
        tokens = min(capacity, tokens + (Double(seconds) + Double(attoseconds) / 1e18) * refillPerSecond)
        updated = now
    }
}
