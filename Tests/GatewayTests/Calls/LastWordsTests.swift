import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("ending in the middle of a sentence", .timeLimit(.minutes(1)))
struct LastWordsTests {
    @Test("the turn that is open is closed at the upstream, and its words are the last line")
    func openTurn() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateStarts("item_a")
            try await self.untilHeard(call, events)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).json["status"]?.stringValue == "ended")
            while !call.messages.contains(where: { $0.event == .inputAudioBufferCommit }) { try await Task.sleep(for: .milliseconds(1)) }
            call.transcribe("item_a", "And that is why I left.")
            let rest = try await events.rest()
            #expect(rest.last { $0.name == "segment" }?["text"]?.stringValue == "And that is why I left.")
            #expect(rest.last?.name == "end")
        }
    }

    @Test("when nobody speaks nothing is closed, because there is nothing to be closed")
    func silence() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateStarts("item_a")
            call.candidateStops("item_a")
            try await self.untilHeard(call, events)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            call.transcribe("item_a", "Goodbye.")
            _ = try await events.rest()
            #expect(!call.messages.contains { $0.event == .inputAudioBufferCommit })
        }
    }

    /// Returns when the gateway has taken everything that was sent so far: it answers this with a notice.
    private func untilHeard(_ call: FakeCall, _ events: EventReader) async throws {
        let nothing = RealtimeError(code: nil, message: "nothing")
        call.send(.inputAudioTranscriptionFailed(InputAudioTranscriptionFailedEvent(itemID: "item_mark", error: nothing)))
        _ = try await events.next("notice")
    }
}
