import InterviewCore
import InterviewStore
import ServerEdge
import Synchronization

/// Issues tickets, and exchanges a ticket for a candidate token.
///
/// Looking at a ticket never uses it. A ticket opens its interview once; the store decides which of several simultaneous
/// attempts gets it. A practice ticket makes a fresh interview each time and is good for this run of the process only.
final class TicketOffice: Sendable {
    /// What presenting a ticket gave.
    struct Admission: Sendable {
        let interview: InterviewRecord
        let plan: InterviewPlan
        let token: Secret<String>
        let expiresAt: Timestamp
    }

    /// Practice tickets of one run. The operator gets one at start; a loop that asks for more is a fault.
    private static let mostPracticeTickets = 64

    private let store: any InterviewStore
    private let wallClock: WallClock
    private let ticketLifetime: Duration
    private let tokenLifetime: Duration
    private let practiceTickets = Mutex<[TokenHash]>([])

    init(store: any InterviewStore, wallClock: WallClock, ticketLifetime: Duration, tokenLifetime: Duration) {
        self.store = store
        self.wallClock = wallClock
        self.ticketLifetime = ticketLifetime
        self.tokenLifetime = tokenLifetime
    }

    /// A ticket that opens this interview once. Unused ones of the same interview are worth nothing from now on.
    func issue(for interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> (
        ticket: Secret<String>, expiresAt: Timestamp
    ) {
        try await self.issue(.single(interview), tenant: tenant)
    }

    /// A ticket that makes a practice interview with this plan each time it is used, as long as this process runs.
    func issuePractice(plan: PlanID, tenant: TenantID) async throws(InterviewStoreError) -> Secret<String> {
        let (ticket, _) = try await self.issue(.practice(plan), tenant: tenant)
        self.practiceTickets.withLock { tickets in
            tickets.append(TokenHash(of: ticket))
            if tickets.count > Self.mostPracticeTickets { tickets.removeFirst() }
        }
        return ticket
    }

    private func issue(
        _ purpose: NewTicket.Purpose,
        tenant: TenantID
    ) async throws(InterviewStoreError) -> (ticket: Secret<String>, expiresAt: Timestamp) {
        let ticket = Credentials.makeTicket()
        var generator = SystemRandomNumberGenerator()
        let now = self.wallClock.now
        let expiresAt = now + self.ticketLifetime
        try await self.store.issueTicket(
            NewTicket(
                id: .random(using: &generator),
                hash: TokenHash(of: ticket),
                purpose: purpose,
                createdAt: now,
                expiresAt: expiresAt
            ),
            tenant: tenant
        )
        return (ticket, expiresAt)
    }

    /// What the ticket is worth now.
    func state(of ticket: Secret<String>) async throws(InterviewStoreError) -> TicketState {
        guard ticket.expose().utf8.count <= Credentials.longestTicket else { return .unknown }
        let hash = TokenHash(of: ticket)
        let state = try await self.store.ticketState(hash, now: self.wallClock.now)
        if case .usable(_, _, practice: true, _) = state, !self.isOfThisRun(hash) { return .expired }
        return state
    }

    /// Uses the ticket.
    ///
    /// - Parameters:
    ///   - origin: the web origin of the page that presents it; nil: no page does. An interview that is bound to an origin opens there
    ///     only, and a ticket that is refused for it is not used.
    ///   - known: what it was found to be worth a moment ago; nil: that is looked up. Whether it still is, the store decides.
    /// - Throws: `ticket_unknown`, `ticket_used`, `ticket_expired`, `origin_not_allowed`.
    func redeem(_ ticket: Secret<String>, from origin: String?, known: TicketState? = nil) async throws -> Admission {
        let state: TicketState
        if let known {
            state = known
        } else {
            state = try await translatingStoreErrors { () throws(InterviewStoreError) in try await self.state(of: ticket) }
        }
        if case .expired = state { throw EdgeError.gateway(.ticketExpired) }
        guard state != .unknown else { throw EdgeError.gateway(.ticketUnknown) }
        if case .usable(_, _, _, let bound?) = state, bound != origin { throw EdgeError.gateway(.originNotAllowed) }
        let token = Credentials.makeCandidateToken()
        let now = self.wallClock.now
        let expiresAt = now + self.tokenLifetime
        let redemption = try await translatingStoreErrors { () throws(InterviewStoreError) in
            var generator = SystemRandomNumberGenerator()
            return try await self.store.redeemTicket(
                TokenHash(of: ticket),
                now: now,
                newInterviewID: .random(using: &generator),
                candidateToken: NewCandidateToken(hash: TokenHash(of: token), expiresAt: expiresAt)
            )
        }
        switch redemption {
        case .unknown: throw EdgeError.gateway(.ticketUnknown)
        case .used: throw EdgeError.gateway(.ticketUsed)
        case .expired: throw EdgeError.gateway(.ticketExpired)
        case .redeemed(let interview, let plan):
            return Admission(interview: interview, plan: plan, token: token, expiresAt: expiresAt)
        }
    }

    private func isOfThisRun(_ hash: TokenHash) -> Bool {
        self.practiceTickets.withLock { $0.contains(hash) }
    }
}
