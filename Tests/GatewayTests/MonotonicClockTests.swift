import NIOPosix
import Synchronization
import Testing

@testable import Gateway

@Suite("the clock of event loops", .timeLimit(.minutes(1)))
struct MonotonicClockTests {
    private let clock = MonotonicClock(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)

    @Test("a wait lasts its time, and ends at once when its task is cancelled, also before it has begun")
    func waits() async throws {
        let start = self.clock.now
        try await self.clock.sleep(for: .milliseconds(20))
        #expect(self.clock.now - start >= .milliseconds(20))
        let clock = self.clock
        for _ in 0..<200 {
            let wait = Task { try await clock.sleep(for: .seconds(3600)) }
            if Bool.random() { await Task.yield() }
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
    }

    @Test("a timer does its work once, and not when it is cancelled before")
    func timers() async throws {
        let (fired, fire) = AsyncStream.makeStream(of: Int.self)
        self.clock.timer(after: .seconds(3600)) { Issue.record("an hour has not passed") }.cancel()
        _ = self.clock.timer(after: .milliseconds(5)) {
            fire.yield(1)
            fire.finish()
        }
        var seen: [Int] = []
        for await number in fired { seen.append(number) }
        #expect(seen == [1])
    }

    @Test("what has a deadline is cancelled at it, and else gives its result or its error")
    func deadline() async throws {
        struct Failure: Error {}
        let clock = self.clock
        #expect(try await withDeadline(.seconds(3600), clock: clock) { 5 } == 5)
        await #expect(throws: Failure.self) { try await withDeadline(.seconds(3600), clock: clock) { throw Failure() } }
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(1), clock: clock) { try await clock.sleep(for: .seconds(3600)) }
        }
        let outer = Task { try await withDeadline(.seconds(3600), clock: clock) { try await clock.sleep(for: .seconds(3600)) } }
        outer.cancel()
        await #expect(throws: CancellationError.self) { try await outer.value }
    }
}
