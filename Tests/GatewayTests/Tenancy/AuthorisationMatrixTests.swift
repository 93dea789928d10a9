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

/// `docs/authz-matrix.csv` says who gets which answer from which route. A route that is not in it fails here; every cell is carried
/// out, in each form that its kind of caller has: an API key and a token of an identity provider, or an expired and a revoked one.
@Suite("the authorisation matrix", .timeLimit(.minutes(3)))
struct AuthorisationMatrixTests {
    // MARK: The file

    struct Row {
        let method: String
        let path: String
        let request: String
        let answers: [Caller: String]
        var name: String { "\(self.method) \(self.path)" }
        /// The line of a message on a socket, which is answered by a message, or by a status when the socket is refused.
        var isMessage: Bool { self.method == "SOCKET" }
        func status(_ caller: Caller) throws -> Int { try #require(Int(self.answers[caller] ?? ""), "\(self.name)") }
    }

    enum Caller: String, CaseIterable {
        case anonymous
        case expired
        case candidate
        case otherCandidate = "other candidate"
        case interviewerA = "interviewer A"
        case reviewerA = "reviewer A"
        case adminA = "admin A"
        case interviewerB = "interviewer B"
        case reviewerB = "reviewer B"
        case adminB = "admin B"

        /// Tenant and role of those who work for one.
        var work: (tenant: TenantID, role: WorkspaceRole)? {
            switch self {
            case .anonymous, .expired, .candidate, .otherCandidate: nil
            case .interviewerA: (Fixture.tenantA, .interviewer)
            case .reviewerA: (Fixture.tenantA, .reviewer)
            case .adminA: (Fixture.tenantA, .admin)
            case .interviewerB: (Fixture.tenantB, .interviewer)
            case .reviewerB: (Fixture.tenantB, .reviewer)
            case .adminB: (Fixture.tenantB, .admin)
            }
        }
    }

    private static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../docs/authz-matrix.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        let header = try #require(lines.first)
        try #require(Array(header.dropFirst(3)) == Caller.allCases.map(\.rawValue))
        return try lines.dropFirst().map { cells in
            try #require(cells.count == header.count, "\(cells)")
            let answers = zip(Caller.allCases, cells.dropFirst(3)).map { ($0, $1) }
            return Row(method: cells[0], path: cells[1], request: cells[2], answers: Dictionary(uniqueKeysWithValues: answers))
        }
    }

    // MARK: What a cell is carried out with

    /// What stands in the column `request`: a content type and a body that the route takes.
    private static func body(_ name: String, _ harness: GatewayHarness, session: String) throws -> (type: String?, text: String?) {
        switch name {
        case "none": return (nil, nil)
        case "offer": return ("application/sdp", GatewayHarness.offer)
        case "ticket": return ("application/json", #"{"ticket":"\#(harness.practiceTicket)"}"#)
        case "report": return ("application/json", #"{"steps":[]}"#)
        case "session": return ("application/json", #"{"sessionId":"\#(session)"}"#)
        case "offer in JSON": return ("application/json", JSONText.encode(["sdp": GatewayHarness.offer]))
        case "empty": return ("application/json", "{}")
        case "interview": return ("application/json", #"{"plan_id":"practice"}"#)
        default:
            Issue.record("the matrix names a request that no test knows: \(name)")
            throw CancellationError()
        }
    }

    /// An interview of tenant A with a call, its candidate, and the candidate of another interview of that tenant. Made anew for
    /// every cell, so that no cell depends on another.
    struct Fixture {
        static let tenantA = TenantID(wellFormed: "acme")
        static let tenantB = TenantID(wellFormed: "globex")

        let harness: GatewayHarness
        let keys: [String: String]
        let interview: InterviewID
        let call: CallID
        let candidate: String
        let otherCandidate: String
        let expiredCandidate: String

        init(_ harness: GatewayHarness, keys: [String: String]) async throws {
            self.harness = harness
            self.keys = keys
            var generator = SystemRandomNumberGenerator()
            let now = harness.time.now
            let plan = try #require(PlanID(rawValue: "practice"))
            var tokens: [String] = []
            var interviews: [InterviewID] = []
            for _ in 0..<2 {
                let id = InterviewID.random(using: &generator)
                let new = NewInterview(id: id, planID: plan, createdAt: now)
                _ = try await harness.store.createInterview(new, tenant: Self.tenantA)
                try await harness.store.transition(id, tenant: Self.tenantA, from: .created, to: .joined, reason: nil, at: now)
                let token = Credentials.makeCandidateToken()
                let kept = NewCandidateToken(hash: TokenHash(of: token), expiresAt: now + .seconds(3600))
                try await harness.store.saveCandidateToken(kept, interview: id, tenant: Self.tenantA)
                tokens.append(token.expose())
                interviews.append(id)
            }
            let expired = Credentials.makeCandidateToken()
            try await harness.store.saveCandidateToken(
                NewCandidateToken(hash: TokenHash(of: expired), expiresAt: now),
                interview: interviews[0],
                tenant: Self.tenantA
            )
            let call = CallID.random(using: &generator)
            try await harness.store.recordCall(CallRecord(id: call, interviewID: interviews[0], startedAt: now), tenant: Self.tenantA)
            self.interview = interviews[0]
            self.call = call
            self.candidate = tokens[0]
            self.otherCandidate = tokens[1]
            self.expiredCandidate = expired.expose()
        }

        /// The tokens that such a caller may come with.
        func tokens(of caller: Caller) throws -> [String?] {
            let forge = try TokenForge.shared.get()
            if let (tenant, role) = caller.work {
                let claims: [String: String?] = ["app_metadata": #"{"tenant_id":"\#(tenant)"}"#, "role": #""\#(role.rawValue)""#]
                return [self.keys[caller.rawValue], try forge.token(claims)]
            }
            switch caller {
            case .anonymous: return [nil, "nonsense"]
            case .expired: return [self.expiredCandidate, self.keys["revoked"], try forge.token(["exp": "1799999969"])]
            case .candidate: return [self.candidate]
            default: return [self.otherCandidate]
            }
        }

        /// A signalling session of the candidate, for lines that concern one.
        func session(for row: Row) async throws -> String {
            guard row.request == "session" || row.path.contains("{session_id}") else { return "" }
            let path = "/api/realtime-session"
            let answer = try await self.harness.send("POST", path, token: self.candidate, type: "application/json", body: "{}")
            return try #require(answer.json["session_id"]?.stringValue)
        }

        func path(_ pattern: String, interview: InterviewID? = nil, call: CallID? = nil, session: String = "") -> String {
            pattern.replacing("{id}", with: (interview ?? self.interview).rawValue).replacing(
                "{call_id}",
                with: (call ?? self.call).rawValue
            )
            .replacing("{session_id}", with: session).replacing("{ticket}", with: self.harness.practiceTicket).replacing(
                "{name}",
                with: "style.css"
            )
        }
    }

    private static func run(_ body: @escaping @Sendable (GatewayHarness, [String: String]) async throws -> Void) async throws {
        let configuration = try TokenForge.shared.get().configuration()
        var options = GatewayHarness.Options()
        options.configure = {
            $0.jsonWebTokens = configuration
            $0.signalling.keyWait = .zero
        }
        try await GatewayHarness.run(options) { (harness) async throws in
            var keys: [String: String] = [:]
            for caller in Caller.allCases {
                guard let (tenant, role) = caller.work else { continue }
                keys[caller.rawValue] = try await harness.makeKey(role, tenant: tenant).text
            }
            let (id, revoked) = try await harness.makeKey(.admin, tenant: Fixture.tenantA)
            _ = try await harness.keys.revoke(id)
            keys["revoked"] = revoked
            // The first request of a tenant brings it the plans.
            for caller in [Caller.adminA, .adminB] {
                #expect(try await harness.send("GET", "/v1/plans", token: keys[caller.rawValue]).status == 200)
            }
            try await body(harness, keys)
        }
    }

    // MARK: The tests

    @Test("every route of the router has its line, and every line a route")
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
        let messages = try Self.rows().filter(\.isMessage).map(\.path)
        #expect(messages.sorted() == SignallingClientMessage.Kind.allCases.map { "/ws \($0.rawValue)" }.sorted())
        let rows = try Self.rows().filter { !$0.isMessage }.map(\.name)
        #expect(Set(routes).subtracting(rows).sorted() == [], "not in docs/authz-matrix.csv")
        #expect(Set(rows).subtracting(routes).sorted() == [], "in docs/authz-matrix.csv, but no route")
        #expect(rows.count == Set(rows).count)
    }

    @Test("every caller gets the answer that the matrix names, and what is refused changes nothing")
    func cells() async throws {
        try await Self.run { harness, keys in
            var count = 0
            for row in try Self.rows() where !row.isMessage {
                for caller in Caller.allCases {
                    let expected = try row.status(caller)
                    for index in try await Fixture(harness, keys: keys).tokens(of: caller).indices {
                        let fixture = try await Fixture(harness, keys: keys)
                        let before = try await harness.store.interview(fixture.interview, tenant: Fixture.tenantA)
                        let token = try fixture.tokens(of: caller)[index]
                        let session = try await fixture.session(for: row)
                        let body = try Self.body(row.request, harness, session: session)
                        let answer = try await harness.send(
                            row.method,
                            fixture.path(row.path, session: session),
                            token: token,
                            type: body.type,
                            body: body.text
                        )
                        #expect(answer.status == expected, "\(row.name) for \(caller.rawValue), form \(index)")
                        if expected >= 400 {
                            #expect(try await harness.store.interview(fixture.interview, tenant: Fixture.tenantA) == before)
                            #expect(
                                try await harness.store.candidate(TokenHash(of: Secret(fixture.candidate)), now: harness.time.now) != nil
                            )
                        }
                        count += 1
                    }
                }
            }
            #expect(count > 300)
        }
    }

    @Test("every caller gets the message that the matrix names")
    func messages() async throws {
        try await Self.run { harness, keys in
            let address = "ws" + harness.ready.address.dropFirst(4) + "/ws"
            for row in try Self.rows() where row.isMessage {
                let type = String(try #require(row.path.split(separator: " ").last))
                let message = type == "sdp_offer" ? SignallingPeer.offer : JSONText.encode(["type": type])
                for caller in Caller.allCases {
                    let fixture = try await Fixture(harness, keys: keys)
                    // Nobody's socket is one without a token; a wrong one is refused like an expired one.
                    for token in caller == .anonymous ? [nil] : try fixture.tokens(of: caller) {
                        var answer: String
                        do throws(WebSocketClientError) {
                            let headers: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
                            let connection = try await WebSocketClient().connect(to: address, headers: headers)
                            connection.send(message)
                            var messages = connection.messages.makeAsyncIterator()
                            _ = await messages.next()
                            let said = (try? RealtimeCoding.decode(JSONValue.self, from: await messages.next() ?? "")) ?? .null
                            answer = said["reason"]?.stringValue ?? said["type"]?.stringValue ?? ""
                            connection.close()
                        } catch {
                            answer = "\(error)"
                            if case .refused(let status, _) = error { answer = "\(status)" }
                        }
                        #expect(answer == row.answers[caller], "\(row.path) for \(caller.rawValue)")
                    }
                }
            }
        }
    }

    @Test("what belongs to somebody else answers like what does not exist, to the byte")
    func indistinguishable() async throws {
        try await Self.run { harness, keys in
            var generator = SystemRandomNumberGenerator()
            var count = 0
            for row in try Self.rows() where row.path.contains("id}") {
                for caller in Caller.allCases where row.answers[caller] == "404" {
                    let fixture = try await Fixture(harness, keys: keys)
                    let session = try await fixture.session(for: row)
                    let body = try Self.body(row.request, harness, session: session)
                    let unknown = fixture.path(
                        row.path,
                        interview: .random(using: &generator),
                        call: .random(using: &generator),
                        session: SignallingSessionID.random(using: &generator).rawValue
                    )
                    for token in try fixture.tokens(of: caller) {
                        let foreign = try await harness.send(
                            row.method,
                            fixture.path(row.path, session: session),
                            token: token,
                            type: body.type,
                            body: body.text
                        )
                        let absent = try await harness.send(row.method, unknown, token: token, type: body.type, body: body.text)
                        #expect(foreign.status == 404)
                        #expect(foreign.withoutRequestID == absent.withoutRequestID, "\(row.name) for \(caller.rawValue)")
                        count += 1
                    }
                }
            }
            #expect(count >= 20)
        }
    }

    @Test("lists and their cursors show the own tenant's interviews only, whatever cursor is handed in")
    func lists() async throws {
        try await Self.run { harness, keys in
            let (mine, theirs) = (keys[Caller.adminA.rawValue], keys[Caller.adminB.rawValue])
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
            #expect(all.ids == made["mine"]?.reversed())
            for cursor in try await pages(theirs, from: nil).cursors {
                let seen = try await pages(mine, from: cursor).ids
                #expect(Set(seen).isSubset(of: made["mine"] ?? []))
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
        try await Self.run { harness, keys in
            let (mine, theirs) = (keys[Caller.adminA.rawValue], keys[Caller.adminB.rawValue])
            let draft = InterviewPlanDraft(id: "private", title: "Private", role: "Tester", questions: [.init(text: "Why?")])
            try await harness.store.savePlan(try InterviewPlan(checking: draft), tenant: Fixture.tenantB, at: harness.time.now)
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
