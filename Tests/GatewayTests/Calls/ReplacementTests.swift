import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("coming back while the old call seems alive", .timeLimit(.minutes(1)))
struct ReplacementTests {
    private func callID(_ location: String) -> String { String(location.split(separator: "/").last ?? "") }

    @Test("who names the last call takes over: the old one is hung up, the question is asked again")
    func takeOver() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let first = try await harness.startCall(candidate)
            let old = try await harness.upstream.nextCall()
            let events = try await harness.events(first, candidate)
            _ = try await old.nextReply(containing: "hardest bug")
            _ = try await events.next("progress")

            let second = try await harness.startCall(candidate, replacing: self.callID(first))
            #expect(second != first)
            #expect(try await events.state("suspended")["reason"]?.stringValue == "replaced")
            let new = try await harness.upstream.nextCall()
            _ = try await new.nextReply(containing: "hardest bug")
            _ = try await events.state("live")
            // The first one is not worth anything any more.
            #expect(try await harness.offerCall(candidate, replacing: self.callID(first)).code == "call_in_progress")
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
            #expect(try await events.rest().last?.name == "end")
            #expect(harness.upstream.with { $0.hungUp } == ["rtc_1", "rtc_2"])
        }
    }

    @Test(
        "a wrong id, somebody else's or none is refused, and the call that goes on is left alone",
        arguments: [nil, "", "nonsense", "call_00000000000000000000000000000000"]
    )
    func refused(_ id: String?) async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let answer = try await harness.offerCall(candidate, replacing: id)
            #expect(answer.status == 409)
            #expect(answer.code == "call_in_progress")
            #expect(harness.upstream.with { $0.created.count } == 1)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("the id of a call that is over does no harm")
    func afterLoss() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let first = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(first, candidate)
            _ = try await events.next("progress")
            call.close(.internalError)
            _ = try await events.state("suspended")
            let second = try await harness.startCall(candidate, replacing: self.callID(first))
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
        }
    }
}
