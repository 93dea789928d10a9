import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the events of a call", .timeLimit(.minutes(1)))
struct CallEventLogTests {
    private let log = CallEventLog(madeAt: Timestamp(millisecondsSince1970: 1_800_000_000_000))

    @Test("a reader that does not keep up is cut off, and the others go on")
    func slowReader() async {
        let slow = self.log.events(after: nil)
        let room = CallEventLog.retainedEvents + CallEventLog.waitingEvents
        for _ in 0..<room { self.log.publish(.state(.live)) }
        let other = self.log.events(after: nil)
        // One too many for the first. Cutting it off runs its termination handler, which takes the lock of the log.
        self.log.publish(.state(.suspended))
        self.log.finish()
        var (seenBySlow, lastOfOther) = (0, "")
        for await _ in slow { seenBySlow += 1 }
        for await event in other { lastOfOther = event.data }
        #expect(seenBySlow == room)
        #expect(lastOfOther.contains("suspended"))
    }

    @Test("more readers than an interview can have cut off the first, and nobody waits for anybody")
    func manyReaders() async {
        let streams = (0...CallEventLog.longestReaders).map { _ in self.log.events(after: nil) }
        self.log.publish(.state(.live))
        self.log.finish()
        var counts: [Int] = []
        for stream in streams {
            var count = 0
            for await _ in stream { count += 1 }
            counts.append(count)
        }
        #expect(counts == [0] + Array(repeating: 1, count: CallEventLog.longestReaders))
    }

    @Test("the log is leaving from its end until the last reader has taken the last event")
    func leaving() async {
        let stream = self.log.events(after: nil)
        self.log.publish(.state(.live))
        do {
            var reading = stream.makeAsyncIterator()
            #expect(!self.log.isLeaving)
            self.log.finish()
            #expect(self.log.isLeaving)
            while await reading.next() != nil {}
        }
        #expect(!self.log.isLeaving)
    }

    @Test(
        "a time is told in whole units and never longer than it is",
        arguments: [
            (0, "a second"), (1, "a second"), (45, "45 seconds"), (60, "a minute"), (119, "a minute"), (300, "5 minutes"),
        ]
    )
    func span(_ seconds: Int, _ words: String) { #expect(CallNotice.span(.seconds(seconds)) == words) }

    @Test("who lost the connection is told the time that the interview really waits")
    func resumeWindow() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.conductor.resumeWindow = .seconds(420) }
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await events.next("progress")
            call.close(.goingAway)
            #expect(try await events.state("suspended")["message"]?.stringValue?.contains("within 7 minutes") == true)
            #expect(try await events.next("notice")["message"]?.stringValue?.contains("within 7 minutes") == true)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
