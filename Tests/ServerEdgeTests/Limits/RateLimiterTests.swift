import Testing
import VivaTestKit

@testable import ServerEdge

@Suite struct RateLimiterTests {
    private let clock = ManualClock()

    private func limiter(_ count: Int, keys: Int = 100) -> RateLimiter<Int> {
        RateLimiter(RequestRate(count, per: .seconds(60)), maximumKeys: keys) { [clock] in clock.now.offset }
    }

    @Test("each key has its own bucket, and who is refused is told how long to wait")
    func keys() {
        let limiter = limiter(2)
        #expect(limiter.take(of: 1) == nil)
        #expect(limiter.take(of: 1) == nil)
        #expect(limiter.take(of: 1) == .seconds(30))
        #expect(limiter.take(of: 2) == nil)
        clock.advance(by: .seconds(29))
        #expect(limiter.take(of: 1) != nil)
        clock.advance(by: .seconds(1))
        #expect(limiter.take(of: 1) == nil)
    }

    @Test("looking takes nothing and remembers nobody")
    func looking() {
        let limiter = limiter(1)
        #expect(limiter.waitTime(of: 1) == nil)
        #expect(limiter.count == 0)
        #expect(limiter.take(of: 1) == nil)
        #expect(limiter.waitTime(of: 1) == .seconds(60))
        limiter.giveBack(to: 1)
        #expect(limiter.waitTime(of: 1) == nil)
        limiter.giveBack(to: 2)
        #expect(limiter.count == 1)
    }

    @Test("more than a bucket holds is refused with the longest wait, and takes nothing")
    func impossible() {
        let limiter = limiter(2)
        #expect(limiter.take(3, of: 1) == .seconds(365 * 24 * 3600))
        #expect(limiter.take(2, of: 1) == nil)
    }

    @Test("a flood of new keys neither grows the table nor frees the key that is out of tokens")
    func flood() {
        let limiter = limiter(10, keys: 100)
        #expect(limiter.take(10, of: -1) == nil)
        #expect(limiter.take(of: -1) != nil)
        for key in 0..<10_000 {
            #expect(limiter.take(of: key) == nil)
            #expect(limiter.count <= 100)
        }
        #expect(limiter.take(of: -1) != nil)
    }

    @Test("keys whose buckets are full again are forgotten first")
    func forgotten() {
        let limiter = limiter(10, keys: 8)
        for key in 0..<7 { #expect(limiter.take(of: key) == nil) }
        clock.advance(by: .seconds(60))
        #expect(limiter.take(10, of: 7) == nil)
        #expect(limiter.take(of: 8) == nil)
        #expect(limiter.count == 2)
        #expect(limiter.take(of: 7) != nil)
    }
}
