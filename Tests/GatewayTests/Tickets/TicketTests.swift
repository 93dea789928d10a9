import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("tickets and candidate tokens", .timeLimit(.minutes(2)))
struct TicketTests {
    /// A real ticket, made by the workspace.
    private func invite(_ harness: GatewayHarness) async throws -> (ticket: String, id: String) {
        let answer = try await harness.send(
            "POST",
            "/v1/interviews",
            token: harness.workspaceToken,
            type: "application/json",
            body: #"{"plan_id":"practice","candidate_name":"Ada Lovelace"}"#
        )
        try #require(answer.status == 201)
        let link = try #require(answer.json["join_url"]?.stringValue)
        return (String(try #require(link.split(separator: "/").last)), try #require(answer.json["id"]?.stringValue))
    }

    private func tryJoin(_ harness: GatewayHarness, _ ticket: String) async throws -> GatewayHarness.Answer {
        try await harness.send("POST", "/v1/join", type: "application/json", body: #"{"ticket":"\#(ticket)"}"#)
    }

    @Test("opening the link any number of times does not use it")
    func looking() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let ticket = try await self.invite(harness).ticket
            for _ in 0..<3 { #expect(try await harness.send("GET", "/i/\(ticket)").status == 200) }
            #expect(try await self.tryJoin(harness, ticket).status == 200)
        }
    }

    @Test("a ticket opens its interview once; used, it says so on the page and in the answer")
    func singleUse() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let first = try await self.tryJoin(harness, ticket)
            #expect(first.json["interview"]?["id"]?.stringValue == id)
            #expect(first.json["notice"]?["items"]?.arrayValue?.isEmpty == false)
            let second = try await self.tryJoin(harness, ticket)
            #expect(second.status == 410)
            #expect(second.code == "ticket_used")
            let page = try await harness.send("GET", "/i/\(ticket)")
            #expect(page.status == 410)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        }
    }

    @Test("of many simultaneous attempts with one ticket exactly one gets in")
    func race() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let ticket = try await self.invite(harness).ticket
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 { group.addTask { try await self.tryJoin(harness, ticket).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 410 }.count == 11)
        }
    }

    @Test("a ticket expires after seven days")
    func expiry() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let ticket = try await self.invite(harness).ticket
            harness.time.advance(by: .seconds(7 * 24 * 3600 + 1))
            let answer = try await self.tryJoin(harness, ticket)
            #expect(answer.status == 410)
            #expect(answer.code == "ticket_expired")
            #expect(try await harness.send("GET", "/i/\(ticket)").status == 410)
        }
    }

    @Test("an unknown ticket is 404, on the page and in the answer", arguments: ["nonsense", String(repeating: "a", count: 43), "%00"])
    func unknown(_ ticket: String) async throws {
        try await GatewayHarness.run { (harness) async throws in
            #expect(try await self.tryJoin(harness, ticket).code == "ticket_unknown")
            #expect(try await harness.send("GET", "/i/\(ticket)").status == 404)
        }
    }

    @Test("a practice ticket makes a fresh interview each time, in this run only")
    func practice() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let tickets = AsyncStream.makeStream(of: String.self)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let (one, two) = (try await harness.join(), try await harness.join())
            #expect(one.interviewID != two.interviewID)
            #expect(one.token != two.token)
            tickets.continuation.yield(harness.practiceTicket)
            tickets.continuation.finish()
        }
        var old = ""
        for await ticket in tickets.stream { old = ticket }
        let ticket = old
        try await GatewayHarness.run(store: store) { (harness) async throws in
            #expect(try await self.tryJoin(harness, ticket).code == "ticket_expired")
        }
    }

    @Test("a candidate token expires after four hours")
    func tokenExpiry() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let path = "/v1/interviews/\(candidate.interviewID)/transcript"
            #expect(try await harness.send("GET", path, token: candidate.token).status == 200)
            harness.time.advance(by: .seconds(4 * 3600 + 1))
            #expect(try await harness.send("GET", path, token: candidate.token).status == 401)
        }
    }

    @Test("no file of the database holds a ticket or a token")
    func hashedAtRest() async throws {
        let store = try GatedStore.inTemporaryFolder()
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let ticket = try await self.invite(harness).ticket
            let candidate = try await harness.join(ticket)
            let files = try FileManager.default.contentsOfDirectory(atPath: store.folder)
            #expect(!files.isEmpty)
            for file in files {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: store.folder).appendingPathComponent(file))
                for secret in [ticket, candidate.token, harness.workspaceToken, harness.practiceTicket] {
                    #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
                }
                // The look-up works by the hash, so the hash has to be there: the search above would find what is stored.
            }
        }
    }
}
