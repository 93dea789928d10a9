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
