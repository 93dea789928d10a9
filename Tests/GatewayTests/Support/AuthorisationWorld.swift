import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing

@testable import Gateway

/// Two tenants with their keys, and what the lines of the matrix need besides that no case uses up.
struct AuthorisationWorld: Sendable {
    typealias Caller = AuthorisationMatrix.Caller

    static let tenantA = TenantID(wellFormed: "acme")
    static let tenantB = TenantID(wellFormed: "globex")

    let harness: GatewayHarness
    /// API keys by caller.
    let keys: [Caller: String]
    let revokedKey: String
    let usedTicket: String
    /// Opens an interview for pages of one origin only.
    let boundTicket: String

    static func run(_ body: @escaping @Sendable (AuthorisationWorld) async throws -> Void) async throws {
        let configuration = try TokenForge.shared.get().configuration()
        var options = GatewayHarness.Options()
        options.configure = {
            $0.jsonWebTokens = configuration
            $0.signalling.keyWait = .zero
        }
        try await GatewayHarness.run(options) { (harness) async throws in try await body(AuthorisationWorld(harness)) }
    }

    private init(_ harness: GatewayHarness) async throws {
        self.harness = harness
        var keys: [Caller: String] = [:]
        for caller in Caller.allCases {
            guard let (tenant, role) = caller.work else { continue }
            keys[caller] = try await harness.makeKey(role, tenant: tenant).text
        }
        self.keys = keys
        let (id, revoked) = try await harness.makeKey(.admin, tenant: Self.tenantA)
        _ = try await harness.keys.revoke(id)
        self.revokedKey = revoked
        // The first request of a tenant brings it the plans.
        for caller in [Caller.adminA, .adminB] {
            #expect(try await harness.send("GET", "/v1/plans", token: keys[caller]).status == 200)
        }
        let tickets = Self.tickets(harness)
        let used = try await Self.makeInterview(harness, tenant: Self.tenantA)
        let usedTicket = try await tickets.issue(for: used, tenant: Self.tenantA).ticket
        _ = try await tickets.redeem(usedTicket, from: nil)
        self.usedTicket = usedTicket.expose()
        let bound = try await Self.makeInterview(harness, tenant: Self.tenantA, origin: "https://careers.example")
        self.boundTicket = try await tickets.issue(for: bound, tenant: Self.tenantA).ticket.expose()
    }

    static func tickets(_ harness: GatewayHarness) -> TicketOffice {
        TicketOffice(
            store: harness.store,
            wallClock: WallClock { harness.time.now },
            ticketLifetime: .seconds(3600),
            tokenLifetime: .seconds(3600)
        )
    }

    static func makeInterview(
        _ harness: GatewayHarness,
        tenant: TenantID,
        origin: String? = nil
    ) async throws -> InterviewID {
        var generator = SystemRandomNumberGenerator()
        let id = InterviewID.random(using: &generator)
        let plan = try #require(PlanID(rawValue: "practice"))
        let new = NewInterview(id: id, planID: plan, origin: origin, createdAt: harness.time.now)
        _ = try await harness.store.createInterview(new, tenant: tenant)
        return id
    }

    /// A candidate's interview, and the token that opens it.
    static func makeCandidate(_ harness: GatewayHarness, tenant: TenantID) async throws -> (interview: InterviewID, token: String) {
        let id = try await Self.makeInterview(harness, tenant: tenant)
        try await harness.store.transition(id, tenant: tenant, from: .created, to: .joined, reason: nil, at: harness.time.now)
        return (id, try await Self.makeToken(harness, id, tenant: tenant, life: .seconds(3600)))
    }

    static func makeToken(
        _ harness: GatewayHarness,
        _ interview: InterviewID,
        tenant: TenantID,
        life: Duration
    ) async throws -> String {
        let token = Credentials.makeCandidateToken()
        let kept = NewCandidateToken(hash: TokenHash(of: token), expiresAt: harness.time.now + life)
        try await harness.store.saveCandidateToken(kept, interview: interview, tenant: tenant)
        return token.expose()
    }
}
