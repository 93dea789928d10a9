import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("API keys of tenants", .timeLimit(.minutes(1)))
struct APIKeyTests {
    private let acme = TenantID(wellFormed: "acme")

    private func create(_ harness: GatewayHarness, _ token: String) async throws -> GatewayHarness.Answer {
        try await harness.send(
            "POST",
            "/v1/interviews",
            token: token,
            type: "application/json",
            body: #"{"plan_id":"practice"}"#
        )
    }

    @Test("a key made beside the running server opens its tenant's workspace, with the plans of the server")
    func opens() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let key = try await harness.makeKey(.interviewer, tenant: self.acme).text
            #expect(key.hasPrefix("viva_sk_"))
            let plans = try await harness.send("GET", "/v1/plans", token: key)
            #expect(plans.json["plans"]?.arrayValue?.map { $0["id"]?.stringValue } == ["practice"])
            let made = try await self.create(harness, key)
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.stringValue)
            #expect(try await harness.send("GET", "/v1/interviews/\(id)", token: key).status == 200)
            #expect(try await harness.send("GET", "/v1/interviews/\(id)", token: harness.workspaceToken).status == 404)
            let ticket = try #require(made.json["join_url"]?.stringValue?.split(separator: "/").last.map(String.init))
            #expect(try await harness.join(ticket).interviewID == id)
        }
    }

    @Test("a tenant reads after a restart although the store takes no writes")
    func readOnly() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let key = Mutex("")
        let shutDown = GatedStore(store.store, folder: store.folder)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let made = try await harness.makeKey(.interviewer, tenant: self.acme).text
            key.withLock { $0 = made }
            #expect(try await self.create(harness, made).status == 201)
        }
        // The next process finds the plans of the tenant where they were, and a newcomer finds none yet.
        try await GatewayHarness.run(store: shutDown) { (harness) async throws in
            let newcomer = try await harness.makeKey(.interviewer, tenant: TenantID(wellFormed: "newcomer")).text
            shutDown.becomeReadOnly()
            for (token, count) in [(key.withLock { $0 }, 1), (newcomer, 0)] {
                let plans = try await harness.send("GET", "/v1/plans", token: token)
                #expect(plans.status == 200)
                #expect(plans.json["plans"]?.arrayValue?.count == count)
                let interviews = try await harness.send("GET", "/v1/interviews", token: token)
                #expect(interviews.status == 200)
                #expect(interviews.json["interviews"]?.arrayValue?.count == count)
            }
            // What changes something says that nothing can be kept now, not that there is no such plan.
            #expect(try await self.create(harness, newcomer).code == "storage_unavailable")
        }
    }

    @Test("a revoked key is worth nothing at once")
    func revoked() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (id, key) = try await harness.makeKey(.admin)
            #expect(try await harness.send("GET", "/v1/interviews", token: key).status == 200)
            #expect(try await harness.keys.revoke(id)?.tenantID == .local)
            #expect(try await harness.send("GET", "/v1/interviews", token: key).status == 401)
            #expect(try await harness.keys.revoke(APIKeyID(wellFormed: "key_\(String(repeating: "0", count: 32))")) == nil)
        }
    }

    @Test("a reviewer reads and is told that inviting is not allowed; the others invite")
    func roles() async throws {
        try await GatewayHarness.run { (harness) async throws in
            for role in WorkspaceRole.allCases {
                let key = try await harness.makeKey(role).text
                #expect(try await harness.send("GET", "/v1/interviews", token: key).status == 200)
                let made = try await self.create(harness, key)
                #expect(made.status == (role == .reviewer ? 403 : 201))
                if role == .reviewer { #expect(made.code == "forbidden") }
            }
        }
    }

    @Test("no file of the database holds a key")
    func hashedAtRest() async throws {
        let store = try GatedStore.inTemporaryFolder()
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let (id, key) = try await harness.makeKey(.admin)
            var isStored = false
            for file in try FileManager.default.contentsOfDirectory(atPath: store.folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: store.folder).appendingPathComponent(file))
                #expect(bytes.range(of: Data(key.utf8)) == nil, "\(file)")
                if bytes.range(of: Data(id.rawValue.utf8)) != nil { isStored = true }
            }
            #expect(isStored)
        }
    }

    @Test("the last use is written at most once a minute for each key, and what is left at the end is written too")
    func lastUse() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let office = APIKeyOffice(store: store)
        let (record, key) = try await office.create(name: "tests", role: .admin, tenant: .local)
        let start = Timestamp(millisecondsSince1970: 1_800_000_000_000)
        /// What is stored after uses at these seconds.
        func lastUse(_ seconds: [Int]) async throws -> Timestamp? {
            let uses = APIKeyUses(store: store, logger: LogCapture().logger("keys"))
            for second in seconds { uses.note(record.id, at: start + .seconds(second)) }
            let running = Task { await uses.run() }
            running.cancel()
            await running.value
            return try await store.apiKey(TokenHash(of: key))?.lastUsedAt
        }
        #expect(try await lastUse([0, 59]) == start)
        #expect(try await lastUse([100, 159, 160, 219]) == start + .seconds(160))
        // A clock that was set back writes again, though the store keeps the later moment.
        #expect(try await lastUse([500, 300, 330]) == start + .seconds(300))
        await store.close()
    }

    @Test("a name is one visible line", arguments: ["", " lead", "trail ", "two\nlines", "bell\u{7}", String(repeating: "x", count: 101)])
    func names(_ name: String) async throws {
        let store = try GatedStore.inTemporaryFolder()
        let office = APIKeyOffice(store: store)
        await #expect(throws: APIKeyNameError.self) { _ = try await office.create(name: name, role: .admin, tenant: .local) }
        _ = try await office.create(name: "Größe — ok", role: .admin, tenant: .local)
        await store.close()
    }
}
