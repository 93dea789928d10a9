import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("a new link into the same interview", .timeLimit(.minutes(1)))
struct NewLinkTests {
    private func ticket(in answer: GatewayHarness.Answer) throws -> String {
        String(try #require(answer.json["join_url"]?.stringValue?.split(separator: "/").last))
    }

    private func invite(_ harness: GatewayHarness) async throws -> (ticket: String, id: String) {
        let made = try await harness.send(
            "POST",
            "/v1/interviews",
            token: harness.workspaceToken,
            type: "application/json",
            body: #"{"plan_id":"practice"}"#
        )
        return (try self.ticket(in: made), try #require(made.json["id"]?.stringValue))
    }

    private func renew(_ harness: GatewayHarness, _ id: String) async throws -> GatewayHarness.Answer {
        try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken)
    }

    private func tryJoin(_ harness: GatewayHarness, _ ticket: String) async throws -> GatewayHarness.Answer {
        try await harness.send("POST", "/v1/join", type: "application/json", body: #"{"ticket":"\#(ticket)"}"#)
    }

    @Test("leads the candidate back into an interview that was begun, and the used link stays used")
    func back() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (first, id) = try await self.invite(harness)
            let candidate = try await harness.join(first)
            _ = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            call.close(.internalError)
            while try await harness.status(candidate) != "suspended" { try await Task.sleep(for: .milliseconds(5)) }

            let answer = try await self.renew(harness, id)
            #expect(answer.status == 201)
            #expect(answer.json["expires_at"]?.stringValue != nil)
            let second = try self.ticket(in: answer)
            #expect(try await harness.send("GET", "/i/\(second)").status == 200)
            #expect(try await harness.status(candidate) == "suspended")
            let again = try await harness.join(second)
            #expect(again.interviewID == id)
            #expect(try await self.tryJoin(harness, first).code == "ticket_used")
            #expect(try await self.tryJoin(harness, second).code == "ticket_used")
            let location = try await harness.startCall(again)
            _ = try await harness.upstream.nextCall().nextReply(containing: "hardest bug")
            #expect(try await harness.send("POST", location + "/end", token: again.token).status == 200)
        }
    }

    @Test("revokes the link before it that was not used")
    func revoked() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (first, id) = try await self.invite(harness)
            let second = try self.ticket(in: try await self.renew(harness, id))
            #expect(try await self.tryJoin(harness, first).code == "ticket_expired")
            #expect(try await harness.send("GET", "/i/\(first)").status == 410)
            #expect(try await self.tryJoin(harness, second).status == 200)
        }
    }

    @Test("is refused for an interview that is over and for one that does not exist")
    func refused() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let candidate = try await harness.join(ticket)
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            while try await harness.status(candidate) != "ended" { try await Task.sleep(for: .milliseconds(5)) }
            let over = try await self.renew(harness, id)
            #expect(over.status == 409)
            #expect(over.code == "interview_over")
            #expect(try await self.renew(harness, "int_\(String(repeating: "0", count: 32))").status == 404)
            #expect(try await self.renew(harness, "nonsense").status == 404)
        }
    }
}
