import InterviewCore
import RealtimeProtocol
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("a reply whose end is never told", .timeLimit(.minutes(1)))
struct MissedEndTests {
    /// Lets time pass, slowly enough that nothing is overtaken.
    private func run(_ clock: ManualClock) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                clock.advance(by: .seconds(1))
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("once it is stopped, the lines behind it wait for its words no longer than for others")
    func linesGoOn() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        let begun = Atomic<Bool>(false)
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { state in
                state.reaction = { call, reply in
                    if reply.words.contains("hardest bug"), begun.exchange(true, ordering: .relaxed) == false {
                        call.beginSpeaking(reply)
                    } else {
                        call.speak(reply)
                    }
                }
            }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            _ = try await events.next("progress")
            // The conductor waits as long as the words can take, then stops the voice.
            let time = self.run(clock)
            while !call.messages.contains(where: { $0.event == .outputAudioBufferClear }) { try await Task.sleep(for: .milliseconds(1)) }
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            while try await events.next("segment")["item_id"]?.stringValue != "item_a" {}
            time.cancel()
            // Not at the end of the interview, when everything that waits is let go.
            #expect(try await harness.status(candidate) == "live")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
