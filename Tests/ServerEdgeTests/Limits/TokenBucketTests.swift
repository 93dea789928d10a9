import ServerEdge
import Testing
import VivaTestKit

@Suite struct TokenBucketTests {
    private func at(_ seconds: Double) -> ManualClock.Instant { .init(offset: .seconds(seconds)) }

    @Test("a full bucket gives its capacity and no more")
    func capacity() {
        var bucket = TokenBucket(capacity: 3, refillPerSecond: 1, now: at(0))
        let taken = (1...4).map { _ in bucket.take(now: at(0)) }
        #expect(taken == [true, true, true, false])
    }

    @Test("tokens come back at the stated rate")
    func refill() {
        var bucket = TokenBucket(capacity: 2, refillPerSecond: 2, now: at(0))
        let taken1 = bucket.take(2, now: at(0))
        #expect(taken1)
        let taken2 = bucket.take(now: at(0.25))
        #expect(!taken2)
        let taken3 = bucket.take(now: at(0.5))
        #expect(taken3)
        let taken4 = bucket.take(now: at(0.5))
        #expect(!taken4)
    }

    @Test("a long pause fills the bucket to its capacity, not beyond")
    func capped() {
        var bucket = TokenBucket(capacity: 2, refillPerSecond: 100, now: at(0))
        let taken5 = bucket.take(2, now: at(1000))
        #expect(taken5)
        let taken6 = bucket.take(now: at(1000))
        #expect(!taken6)
    }

    @Test("time that runs backwards gives nothing")
    func backwards() {
        var bucket = TokenBucket(capacity: 1, refillPerSecond: 1, now: at(10))
        let taken7 = bucket.take(now: at(10))
        #expect(taken7)
        let taken8 = bucket.take(now: at(0))
        #expect(!taken8)
        let taken9 = bucket.take(now: at(10.5))
        #expect(!taken9)
        let taken10 = bucket.take(now: at(11))
        #expect(taken10)
    }

    @Test("the wait is told, and impossible waits are nil")
    func waiting() {
        var bucket = TokenBucket(capacity: 4, refillPerSecond: 2, now: at(0))
        let taken11 = bucket.take(4, now: at(0))
        #expect(taken11)
        #expect(bucket.waitTime(for: 1, now: at(0)) == .seconds(0.5))
        #expect(bucket.waitTime(for: 5, now: at(0)) == nil)
        #expect(TokenBucket(capacity: 4, refillPerSecond: 2, now: at(0)).waitTime(now: at(0)) == .zero)
    }
}

@Suite struct TokenBucketBoundsTests {
    private func at(_ seconds: Double) -> ManualClock.Instant { .init(offset: .seconds(seconds)) }

    @Test("a bucket of nothing gives nothing, ever")
    func zero() {
        var bucket = TokenBucket(capacity: 0, refillPerSecond: 5, now: at(0))
        let taken = bucket.take(now: at(1_000_000))
        #expect(!taken)
        #expect(bucket.waitTime(now: at(1_000_000)) == nil)
        var still = TokenBucket(capacity: 1, refillPerSecond: 0, now: at(0))
        let first = still.take(now: at(0))
        let second = still.take(now: at(1e9))
        #expect(first && !second)
        #expect(still.waitTime(now: at(1e9)) == nil)
    }

    @Test("a negative count takes nothing and gives nothing")
    func negative() {
        var bucket = TokenBucket(capacity: 1, refillPerSecond: 0, now: at(0))
        let taken = bucket.take(-5, now: at(0))
        #expect(taken)
        bucket.drain(-5, now: at(0))
        bucket.giveBack(-5, now: at(0))
        #expect(bucket.missing(now: at(0)) == 0)
        let one = bucket.take(now: at(0))
        let two = bucket.take(now: at(0))
        #expect(one && !two)
    }

    @Test("a wait that no Duration can hold is told as a year")
    func endlessWait() {
        var bucket = TokenBucket(capacity: 1e300, refillPerSecond: 1e-300, now: at(0))
        let taken = bucket.take(1e300, now: at(0))
        #expect(taken)
        #expect(bucket.waitTime(for: 1e300, now: at(0)) == .seconds(365 * 24 * 3600))
    }

    @Test("a clock that jumps by an age fills the bucket once")
    func jump() {
        var bucket = TokenBucket(capacity: 2, refillPerSecond: 1e9, now: at(0))
        let taken = bucket.take(2, now: .init(offset: .seconds(Int64.max / 2)))
        #expect(taken)
        #expect(bucket.missing(now: at(0)) == 2)
    }

    @Test("draining stops at empty, giving back at full")
    func drainAndGiveBack() {
        var bucket = TokenBucket(capacity: 5, refillPerSecond: 0, now: at(0))
        bucket.drain(9, now: at(0))
        #expect(bucket.missing(now: at(0)) == 5)
        bucket.giveBack(2, now: at(0))
        #expect(bucket.missing(now: at(0)) == 3)
        bucket.giveBack(9, now: at(0))
        #expect(bucket.missing(now: at(0)) == 0)
    }
}
