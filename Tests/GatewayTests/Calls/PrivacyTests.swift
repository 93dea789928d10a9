import Foundation
import InterviewCore
import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("what reaches the log", .timeLimit(.minutes(2)))
struct PrivacyTests {
    @Test("at the finest level no ticket, token, key, name or word of anybody is logged")
    func canary() async throws {
        var options = GatewayHarness.Options()
        options.apiKey = "sk-canary-0123456789"
        try await GatewayHarness.run(options) { (harness) async throws in
            let invited = try await harness.send(
                "POST",
                "/v1/interviews",
                token: harness.workspaceToken,
                type: "application/json",
                body: #"{"plan_id":"practice","candidate_name":"Canaria Namesworth"}"#
            )
            let ticket = try #require(invited.json["join_url"]?.stringValue?.split(separator: "/").last.map { String($0) })
            #expect(try await harness.send("GET", "/i/\(ticket)").status == 200)
            let candidate = try await harness.join(ticket)
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateSays("My canarywords are a secret of mine alone.", item: "item_a")
            call.send(.error(ErrorEvent(error: RealtimeError(code: "Canarycode Heard", message: "canarymessage"))))
            _ = try await call.nextReply(containing: "work in a team")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            let events = try await harness.events(location, candidate)
            _ = try await events.rest()

            #expect(!harness.logs.lines.isEmpty)
            for secret in [
                ticket, candidate.token, harness.workspaceToken, harness.practiceTicket, "sk-canary", "Canaria", "canarywords",
                "Canarycode",
                "canarymessage", "hardest bug", "opus/48000",
            ] {
                #expect(!harness.logs.contains(secret), "\(secret) was logged")
            }
        }
    }
}
