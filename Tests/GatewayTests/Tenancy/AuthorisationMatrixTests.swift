import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import Logging
import RealtimeProtocol
import ServerEdge
import Testing

@testable import Gateway

/// `docs/authz-matrix.csv` says who gets which answer from which route and which message of the socket. A route that is not in it fails
/// here; every cell is carried out, in each form that its kind of caller has (``AuthorisationFixture/credentials(of:)``).
@Suite("the authorisation matrix", .timeLimit(.minutes(5)))
struct AuthorisationMatrixTests {
    typealias Caller = AuthorisationMatrix.Caller
    typealias Cell = AuthorisationMatrix.Cell
    typealias Row = AuthorisationMatrix.Row

    private static func cells(of rows: [Row]) -> Set<Cell> {
        Set(rows.flatMap { row in Caller.allCases.map { Cell(row: row.name, caller: $0) } })
    }

    @Test("every route of the router and every message of the socket has its line, and every line a route or a message")
    func complete() async throws {
        let endpoint = try #require(UpstreamEndpoint(baseURL: "http://127.0.0.1:1/v1"))
        let gateway = Gateway(
            configuration: GatewayConfiguration(server: EdgeServerConfiguration()),
            store: try GatedStore.inTemporaryFolder(),
            upstreams: [UpstreamChoice(.fixed(endpoint))],
            plans: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let client = UpstreamClient.makeHTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
        let routes = try gateway.assemble(client).router.build().routes.map { "\($0.method) \($0.path)" }
        try await client.shutdown()
        let rows = try AuthorisationMatrix.rows()
        #expect(rows.count == Set(rows.map(\.name)).count)
        // The server adds the socket itself.
        let lines = rows.filter { !$0.isMessage }.map(\.route)
        #expect(Set(routes + ["GET /ws"]).subtracting(lines).sorted() == [], "not in docs/authz-matrix.csv")
        #expect(Set(lines).subtracting(routes + ["GET /ws"]).sorted() == [], "in docs/authz-matrix.csv, but no route")
        let messages = (SignallingClientMessage.Kind.allCases.map(\.rawValue) + ["unknown type", "no message"]).sorted()
        for path in ["/ws", "/ws?session={session_id}"] {
            #expect(rows.filter { $0.isMessage && $0.path == path }.map(\.request).sorted() == messages, "\(path)")
        }
        #expect(Set(rows.filter(\.isMessage).map(\.path)).count == 2)
        #expect(Self.cells(of: rows).count >= 600)
    }

    @Test("every caller gets the answer that the matrix names, and what is refused changes nothing")
    func routes() async throws {
        try await AuthorisationWorld.run { world in
            let rows = try AuthorisationMatrix.rows().filter { !$0.isMessage }
            var tried: Set<Cell> = []
            var count = 0
            for row in rows {
                // A refusal leaves everything as it was, so all of a line may share one fixture; what is granted uses it up.
                let shared = try await AuthorisationFixture(world)
                let before = try await shared.state()
                for caller in Caller.allCases {
                    let expected = try row.status(caller)
                    for index in try shared.credentials(of: caller).indices {
                        let isLasting = expected >= 400 || row.method == "GET"
                        let fixture = isLasting ? shared : try await AuthorisationFixture(world)
                        let answer = try await fixture.send(row, try fixture.credentials(of: caller)[index])
                        #expect(answer.status == expected, "\(row.name) for \(caller.rawValue), form \(index)")
                        if isLasting { #expect(try await fixture.state() == before, "\(row.name) for \(caller.rawValue)") }
                        tried.insert(Cell(row: row.name, caller: caller))
                        count += 1
                    }
                }
            }
            #expect(tried == Self.cells(of: rows), "a cell was passed over")
            #expect(count == 1_480)
        }
    }

    /// What the socket says to a message, behind the name of its session; the status when it is refused.
    private static func answer(_ address: String, _ credential: AuthorisationFixture.Credential, _ message: String) async -> String {
        do throws(WebSocketClientError) {
            let headers: HTTPFields = credential.header.map { [.authorization: "Bearer \($0)"] } ?? [:]
            let connection = try await WebSocketClient().connect(to: address, headers: headers)
            defer { connection.close() }
            connection.send(message)
            var messages = connection.messages.makeAsyncIterator()
            _ = await messages.next()
            let said = (try? RealtimeCoding.decode(JSONValue.self, from: await messages.next() ?? "")) ?? .null
            return said["reason"]?.stringValue ?? said["type"]?.stringValue ?? ""
        } catch {
            if case .refused(let status, _) = error { return "\(status)" }
            return "\(error)"
        }
    }

    @Test("every caller gets the message that the matrix names")
    func messages() async throws {
        try await AuthorisationWorld.run { world in
            let rows = try AuthorisationMatrix.rows().filter(\.isMessage)
            var tried: Set<Cell> = []
            var count = 0
            for row in rows {
                let shared = try await AuthorisationFixture(world)
                let before = try await shared.state()
                for caller in Caller.allCases {
                    let isRefused = Int(row.answers[caller] ?? "") != nil
                    for index in try shared.credentials(of: caller).indices {
                        let fixture = isRefused ? shared : try await AuthorisationFixture(world)
                        let credential = try fixture.credentials(of: caller)[index]
                        let address = "ws" + world.harness.ready.address.dropFirst(4) + fixture.path(row, credential)
                        let answer = await Self.answer(address, credential, AuthorisationFixture.message(row.request))
                        #expect(answer == row.answers[caller], "\(row.name) for \(caller.rawValue), form \(index)")
                        tried.insert(Cell(row: row.name, caller: caller))
                        count += 1
                    }
                }
                #expect(try await shared.state() == before, "\(row.name)")
            }
            #expect(tried == Self.cells(of: rows), "a cell was passed over")
            #expect(count == 400)
        }
    }

    @Test("a method that a path does not have is refused before anybody is asked for: every caller gets one and the same answer")
    func otherMethods() async throws {
        try await AuthorisationWorld.run { world in
            let fixture = try await AuthorisationFixture(world)
            let before = try await fixture.state()
            var seen: Set<String> = []
            var count = 0
            for row in try AuthorisationMatrix.rows() where !row.isMessage && seen.insert(row.path).inserted {
                let other = Row(method: "DELETE", path: row.path, request: "none", answers: [:])
                var answers: Set<[String]> = []
                for caller in Caller.allCases {
                    for credential in try fixture.credentials(of: caller) {
                        let answer = try await fixture.send(other, credential)
                        #expect(answer.status == 405, "\(row.path) for \(caller.rawValue)")
                        answers.insert(answer.withoutRequestID)
                        count += 1
                    }
                }
                #expect(answers.count == 1, "\(row.path)")
            }
            #expect(try await fixture.state() == before)
            #expect(count == 1_080)
        }
    }

    @Test("what belongs to somebody else answers like what does not exist, to the byte, in an address and in a body")
    func indistinguishable() async throws {
        try await AuthorisationWorld.run { world in
            var count = 0
            let inBodies: Set<String> = ["session", "interview", "unused ticket"]
            for row in try AuthorisationMatrix.rows() where !row.isMessage && (row.path.contains("id}") || inBodies.contains(row.request)) {
                let fixture = try await AuthorisationFixture(world)
                for caller in Caller.allCases where row.answers[caller] == "404" {
                    for credential in try fixture.credentials(of: caller) {
                        let foreign = try await fixture.send(row, credential)
                        let absent = try await fixture.send(row, credential, names: .unknown())
                        #expect(foreign.status == 404)
                        #expect(foreign.withoutRequestID == absent.withoutRequestID, "\(row.name) for \(caller.rawValue)")
                        count += 1
                    }
                }
            }
            #expect(count == 56)
        }
    }

    @Test("lists and their cursors show the own tenant's interviews only, whatever cursor is handed in")
    func lists() async throws {
        try await AuthorisationWorld.run { world in
            let (harness, mine, theirs) = (world.harness, world.keys[.adminA], world.keys[.adminB])
            var made: [String: [String]] = [:]
            for _ in 0..<5 {
                for (name, token) in [("mine", mine), ("theirs", theirs)] {
                    let body = #"{"plan_id":"practice"}"#
                    let answer = try await harness.send("POST", "/v1/interviews", token: token, type: "application/json", body: body)
                    made[name, default: []].append(try #require(answer.json["id"]?.stringValue))
                }
            }
            /// All pages from a cursor on, and the cursors between them.
            func pages(_ token: String?, from cursor: String?) async throws -> (ids: [String], cursors: [String]) {
                var (ids, cursors): ([String], [String]) = ([], [])
                var next = cursor
                repeat {
                    let query = "/v1/interviews?limit=2" + (next.map { "&cursor=\($0)" } ?? "")
                    let answer = try await harness.send("GET", query, token: token)
                    try #require(answer.status == 200)
                    ids += (answer.json["interviews"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
                    next = answer.json["next_cursor"]?.stringValue
                    cursors += [next].compactMap { $0 }
                } while next != nil
                return (ids, cursors)
            }
            let all = try await pages(mine, from: nil)
            // Two more are the world's.
            #expect(Array(all.ids.dropLast(2)) == made["mine"]?.reversed())
            for cursor in try await pages(theirs, from: nil).cursors {
                let seen = try await pages(mine, from: cursor).ids
                #expect(Set(seen).isSubset(of: all.ids))
                #expect(Set(seen).isDisjoint(with: made["theirs"] ?? []))
            }
            for cursor in ["x", "", "-1", "1e9", "99999999999999999999", "1%20OR%201=1"] {
                let answer = try await harness.send("GET", "/v1/interviews?cursor=\(cursor)", token: mine)
                #expect(answer.status == 400, "\(cursor)")
                #expect(answer.code == "invalid_request")
                #expect(answer.json["error"]?["parameter"]?.stringValue == "cursor")
            }
        }
    }

    @Test("ids in a body lead to the own tenant only, and a tenant in a body counts for nothing")
    func bodies() async throws {
        try await AuthorisationWorld.run { world in
            let (harness, mine, theirs) = (world.harness, world.keys[.adminA], world.keys[.adminB])
            let draft = InterviewPlanDraft(id: "private", title: "Private", role: "Tester", questions: [.init(text: "Why?")])
            try await harness.store.savePlan(try InterviewPlan(checking: draft), tenant: AuthorisationWorld.tenantB, at: harness.time.now)
            func create(_ body: String, _ token: String?) async throws -> GatewayHarness.Answer {
                try await harness.send("POST", "/v1/interviews", token: token, type: "application/json", body: body)
            }
            let foreign = try await create(#"{"plan_id":"private"}"#, mine)
            let absent = try await create(#"{"plan_id":"nothing"}"#, mine)
            #expect(foreign.code == "plan_unknown")
            #expect(foreign.withoutRequestID == absent.withoutRequestID)
            #expect(try await create(#"{"plan_id":"private"}"#, theirs).status == 201)
            let made = try await create(#"{"plan_id":"practice","tenant_id":"globex","tenant":"globex"}"#, mine)
            let id = try #require(made.json["id"]?.stringValue)
            #expect(try await harness.send("GET", "/v1/interviews/\(id)", token: theirs).status == 404)
            #expect(try await harness.send("GET", "/v1/interviews/\(id)", token: mine).status == 200)
        }
    }
}
