import Synchronization

/// Token buckets by key, such as an address or a tenant. Called from any task; takes microseconds and asks nobody.
///
/// The table is bounded. A key that is not in it has a full bucket, so one that is full again can be forgotten without anybody
/// noticing. When the table is full of others, the fullest quarter is forgotten. A flood of new keys therefore drives out its own
/// (each has used one token of many) and not the key that is out of tokens: that one would have to be among the fullest
/// quarter, so three quarters of the table would have to be used up as far as it is, each at the price of a full bucket. Who
/// commands that many keys is not held up by a limit per key, with any table; what he gains by each eviction is what the evicted
/// bucket lacked, never more.
public final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Keys that are remembered. 20,000 take about 2 MB and are sorted in milliseconds, once for each 5,000 new ones.
    public static var usualMaximumKeys: Int { 20_000 }

    /// Time since some moment; the bucket's own idea of time.
    private struct Moment: InstantProtocol {
        let time: Duration
        func advanced(by duration: Duration) -> Moment { Moment(time: time + duration) }
        func duration(to other: Moment) -> Duration { other.time - time }
        static func < (left: Moment, right: Moment) -> Bool { left.time < right.time }
    }

    private let rate: RequestRate
    private let maximumKeys: Int
    private let now: @Sendable () -> Duration
    private let buckets = Mutex<[Key: TokenBucket<Moment>]>([:])

    /// - Parameters:
    ///   - maximumKeys: at least 4.
    ///   - now: monotonic time since any moment.
    public init(_ rate: RequestRate, maximumKeys: Int = RateLimiter.usualMaximumKeys, now: @escaping @Sendable () -> Duration) {
        self.rate = rate
        self.maximumKeys = max(4, maximumKeys)
        self.now = now
    }

    /// Takes tokens of this key's bucket.
    /// - Returns: nil when they were there; otherwise how long until they will be, more than nothing.
    public func take(_ count: Double = 1, of key: Key) -> Duration? {
        let now = Moment(time: now())
        return buckets.withLock { buckets in
            var bucket = buckets[key] ?? full(now)
            let isTaken = bucket.take(count, now: now)
            remember(bucket, key, &buckets, now)
            return isTaken ? nil : wait(bucket, count, now)
        }
    }

    /// What ``take(_:of:)`` would return, without taking, and without remembering a key that is new.
    public func waitTime(_ count: Double = 1, of key: Key) -> Duration? {
        let now = Moment(time: now())
        return buckets.withLock { buckets in
            guard let bucket = buckets[key], bucket.waitTime(for: count, now: now) != .zero else { return nil }
            return wait(bucket, count, now)
        }
    }

    /// Takes as many tokens as are there, up to `count`.
    public func drain(_ count: Double, of key: Key) {
        let now = Moment(time: now())
        buckets.withLock { buckets in
            var bucket = buckets[key] ?? full(now)
            bucket.drain(count, now: now)
            remember(bucket, key, &buckets, now)
        }
    }

    /// Puts tokens back that were taken for nothing.
    public func giveBack(_ count: Double = 1, to key: Key) {
        let now = Moment(time: now())
        buckets.withLock { $0[key]?.giveBack(count, now: now) }
    }

    /// Keys that are remembered now.
    var count: Int { buckets.withLock { $0.count } }

    private func full(_ now: Moment) -> TokenBucket<Moment> {
        TokenBucket(capacity: rate.burst, refillPerSecond: rate.perSecond, now: now)
    }

    private func wait(_ bucket: TokenBucket<Moment>, _ count: Double, _ now: Moment) -> Duration {
        max(.nanoseconds(1), bucket.waitTime(for: count, now: now) ?? TokenBucket<Moment>.longestWait)
    }

    private func remember(_ bucket: TokenBucket<Moment>, _ key: Key, _ buckets: inout [Key: TokenBucket<Moment>], _ now: Moment) {
        if buckets[key] == nil, buckets.count >= maximumKeys {
            let byFullness = buckets.map { (key: $0.key, missing: $0.value.missing(now: now)) }.sorted { $0.missing < $1.missing }
            for (index, entry) in byFullness.enumerated() {
                guard index < maximumKeys / 4 || entry.missing <= 0 else { break }
                buckets[entry.key] = nil
            }
        }
        buckets[key] = bucket
    }
}

/// How often something may be done.
public struct RequestRate: Sendable, Equatable {
    /// At once, after a pause.
    public let burst: Double
    /// After that.
    public let perSecond: Double

    public init(burst: Double, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// `count` at once, and as many in each further span of this length.
    public init(_ count: Int, per span: Duration) {
        self.init(burst: Double(count), perSecond: Double(count) / (span / .seconds(1)))
    }
}
