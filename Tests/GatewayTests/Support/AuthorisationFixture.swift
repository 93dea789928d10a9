import Crypto
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing

@testable import Gateway

/// An interview of tenant A with a call, a ticket and a signalling session, its candidate, and candidates of other interviews.
struct AuthorisationFixture: Sendable {
    typealias Caller = AuthorisationMatrix.Caller
    typealias Row = AuthorisationMatrix.Row

    /// What a caller comes with.
    struct Credential: Sendable {
        var header: String?
        /// Behind the question mark.
        var query: String?
    }

    /// The ids that stand in addresses and bodies; for the fixture's own or such that do not exist.
    struct Names: Sendable {
        var interview: InterviewID
        var call: CallID
        var session: String
        var ticket: String

        /// Names of nothing.
        static func unknown() -> Names {
            var generator = SystemRandomNumberGenerator()
            return Names(
                interview: .random(using: &generator),
                call: .random(using: &generator),
                session: SignallingSessionID.random(using: &generator).rawValue,
                ticket: Credentials.makeTicket().expose()
            )
        }
    }

    let world: AuthorisationWorld
    let names: Names
    let candidate: String
    let otherCandidate: String
    let candidateB: String
    let expiredCandidate: String
    let revokedCandidate: String
    let signallingKey: String

    init(_ world: AuthorisationWorld) async throws {
        let (harness, tenant) = (world.harness, AuthorisationWorld.tenantA)
        self.world = world
        let (interview, replaced) = try await AuthorisationWorld.makeCandidate(harness, tenant: tenant)
        self.revokedCandidate = replaced
        // The new link ends the token of the old one.
        let ticket = try await AuthorisationWorld.tickets(harness).issue(for: interview, tenant: tenant).ticket.expose()
        self.candidate = try await AuthorisationWorld.makeToken(harness, interview, tenant: tenant, life: .seconds(3600))
        self.expiredCandidate = try await AuthorisationWorld.makeToken(harness, interview, tenant: tenant, life: .zero)
        self.otherCandidate = try await AuthorisationWorld.makeCandidate(harness, tenant: tenant).1
        self.candidateB = try await AuthorisationWorld.makeCandidate(harness, tenant: AuthorisationWorld.tenantB).1
        var generator = SystemRandomNumberGenerator()
        let call = CallID.random(using: &generator)
        try await harness.store.recordCall(CallRecord(id: call, interviewID: interview, startedAt: harness.time.now), tenant: tenant)
        let session = try await harness.send(
            "POST",
            "/api/realtime-session",
            token: self.candidate,
            type: "application/json",
            body: "{}"
        )
        self.signallingKey = try #require(session.json["client_secret"]?["value"]?.stringValue)
        self.names = Names(
            interview: interview,
            call: call,
            session: try #require(session.json["session_id"]?.stringValue),
            ticket: ticket
        )
    }

    /// Every form in which such a caller may come.
    func credentials(of caller: Caller) throws -> [Credential] {
        func headers(_ tokens: String?...) -> [Credential] { tokens.map { Credential(header: $0) } }
        let forge = try TokenForge.shared.get()
        func token(tenant: TenantID, role: WorkspaceRole, _ more: [String: String?] = [:]) throws -> String {
            let claims: [String: String?] = ["app_metadata": #"{"tenant_id":"\#(tenant)"}"#, "role": #""\#(role.rawValue)""#]
            return try forge.token(claims.merging(more) { $1 })
        }
        let admin = try token(tenant: AuthorisationWorld.tenantA, role: .admin)
        if let (tenant, role) = caller.work { return headers(self.world.keys[caller], try token(tenant: tenant, role: role)) }
        switch caller {
        case .anonymous: return [Credential()]
        case .madeUp: return headers("nonsense", "vc_nonsense", "vw_nonsense", "viva_sk_nonsense", self.names.ticket)
        case .forged:
            let parts = admin.split(separator: ".").map(String.init)
            let claims = TokenForge.claims(["role": #""admin""#])
            let candidate = try token(tenant: AuthorisationWorld.tenantA, role: .reviewer).split(separator: ".").map(String.init)
            return headers(
                try forge.sign(TokenForge.header("none", kid: nil), claims, .bytes([])),
                try forge.sign(TokenForge.header("none", kid: "curve"), claims, .bytes([])),
                try forge.sign(TokenForge.header("HS256", kid: "curve"), claims, .secret(forge.curve.publicKey.pemRepresentation)),
                try forge.sign(TokenForge.header("ES256", kid: "curve"), claims, .bytes(Array(repeating: 1, count: 64))),
                // What an admin is, signed as what a reviewer is.
                [parts[0], parts[1], candidate[2]].joined(separator: ".")
            )
        case .otherIssuer:
            return headers(
                try token(tenant: AuthorisationWorld.tenantA, role: .admin, ["iss": #""https://other.example/auth/v1""#]),
                try token(tenant: AuthorisationWorld.tenantA, role: .admin, ["aud": #""somebody else""#]),
                try token(tenant: .local, role: .admin),
                try token(tenant: AuthorisationWorld.tenantA, role: .admin, ["role": #""owner""#])
            )
        case .expired: return headers(self.expiredCandidate, try forge.token(["exp": "1799999969"]))
        case .revoked: return headers(self.world.revokedKey, self.revokedCandidate)
        case .inAddress:
            return [
                Credential(query: "token=\(self.candidate)"),
                Credential(query: "Access_Token=\(self.world.keys[.adminA] ?? "")"),
                Credential(header: self.world.keys[.adminA], query: "access_token=\(self.world.keys[.adminA] ?? "")"),
                Credential(header: self.candidate, query: "token=x&token=\(self.candidate)"),
            ]
        case .signallingKey: return headers(self.signallingKey)
        case .candidate: return headers(self.candidate)
        case .otherCandidate: return headers(self.otherCandidate)
        case .candidateB: return headers(self.candidateB)
        case .operator: return headers(self.world.harness.workspaceToken)
        default: return []
        }
    }

    // MARK: Requests

    func path(_ row: Row, _ credential: Credential, names: Names? = nil) -> String {
        let names = names ?? self.names
        let path = row.path.replacing("{id}", with: names.interview.rawValue).replacing("{call_id}", with: names.call.rawValue)
            .replacing("{session_id}", with: names.session).replacing("{ticket}", with: self.world.harness.practiceTicket)
            .replacing("{name}", with: "style.css")
        guard let query = credential.query else { return path }
        return path + (path.contains("?") ? "&" : "?") + query
    }

    /// What stands in the column `request`: a content type and a body that the route takes.
    func body(_ row: Row, names: Names? = nil) throws -> (type: String?, text: String?) {
        let names = names ?? self.names
        func json(_ body: JSONValue) -> (type: String?, text: String?) { ("application/json", RealtimeCoding.encode(body)) }
        func ticket(_ ticket: String) -> (type: String?, text: String?) {
            json(row.path == "/v1/join" ? ["ticket": .string(ticket)] : ["sessionId": .string(ticket)])
        }
        switch row.request {
        case "none": return (nil, nil)
        case "empty": return json([:])
        case "offer": return ("application/sdp", GatewayHarness.offer)
        case "offer in JSON": return json(["sdp": .string(GatewayHarness.offer)])
        case "offer and key": return json(["offer": .string(GatewayHarness.offer), "client_secret": .string(self.signallingKey)])
        case "report": return json(["steps": []])
        case "plan": return json(["plan_id": "practice"])
        case "interview": return json(["interview_id": .string(names.interview.rawValue)])
        case "session": return json(["sessionId": .string(names.session)])
        case "practice ticket": return ticket(self.world.harness.practiceTicket)
        case "used ticket": return ticket(self.world.usedTicket)
        case "bound ticket": return ticket(self.world.boundTicket)
        case "unused ticket": return ticket(names.ticket)
        case "unknown ticket": return ticket("nobody's")
        default:
            Issue.record("the matrix names a request that no test knows: \(row.request)")
            throw CancellationError()
        }
    }

    /// The message that stands in the column `request` of a socket's line.
    static func message(_ request: String) -> String {
        switch request {
        case SignallingClientMessage.Kind.sdpOffer.rawValue: SignallingPeer.offer
        case "unknown type": #"{"type":"response.create"}"#
        case "no message": "{"
        default: JSONText.encode(["type": request])
        }
    }

    /// Sends what the line says.
    func send(_ row: Row, _ credential: Credential, names: Names? = nil) async throws -> GatewayHarness.Answer {
        let body = try self.body(row, names: names)
        return try await self.world.harness.send(
            row.method,
            self.path(row, credential, names: names),
            token: credential.header,
            type: body.type,
            body: body.text
        )
    }

    /// What a refused request must leave as it was: the interview, its calls, its token and its ticket.
    func state() async throws -> [String] {
        let (store, tenant) = (self.world.harness.store, AuthorisationWorld.tenantA)
        let now = self.world.harness.time.now
        let ticket = try await store.ticketState(TokenHash(of: Secret(self.names.ticket)), now: now)
        let isUsable = if case .usable = ticket { true } else { false }
        return [
            "\(try await store.interview(self.names.interview, tenant: tenant))",
            "\(try await store.calls(interview: self.names.interview, tenant: tenant))",
            "\(try await store.events(interview: self.names.interview, tenant: tenant, kind: nil).count) events",
            "token: \(try await store.candidate(TokenHash(of: Secret(self.candidate)), now: now) != nil)",
            "ticket: \(isUsable)",
        ]
    }
}
