import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("a reply that fails before the first sound", .timeLimit(.minutes(1)))
struct FailedReplyTests {
    @Test("is a failed set-up, at once and not after the wait for media, and the next call begins from the beginning")
    func setUpFailed() async throws {
        var options = GatewayHarness.Options()
        // Its time stands still: no timer of the call can be what ends the set-up.
        options.clock = ManualClock()
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { state in
                state.reaction = { call, reply in
                    let response = RealtimeResponse(id: "resp_1", status: .inProgress, metadata: reply.metadata)
                    call.send(.responseCreated(ResponseCreatedEvent(response: response)))
                    let failed = RealtimeResponse(id: "resp_1", status: .failed, output: [], metadata: reply.metadata)
                    call.send(.responseDone(ResponseDoneEvent(response: failed)))
                }
            }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let greeting = try await call.nextReply().words
            let events = try await harness.events(location, candidate)
            #expect(try await events.state("suspended")["reason"]?.stringValue == "setup_failed")
            harness.upstream.with { $0.reaction = { call, reply in call.speak(reply) } }
            let second = try await harness.startCall(candidate)
            #expect(try await harness.upstream.nextCall().nextReply().words == greeting)
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
        }
    }
}
