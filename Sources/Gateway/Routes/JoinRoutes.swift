import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// `POST /v1/join`: a ticket for a candidate token.
struct JoinRoutes: Sendable {
    /// A body with one ticket.
    static let bodyLimit = 4096

    let tickets: TicketOffice
    let store: any InterviewStore
    let wallClock: WallClock
    let notice: CandidateNotice
    let limits: RequestLimits

    func add(to router: some RouterMethods<GatewayContext>) {
        router.post("/v1/join") { request, _ in try await self.join(request) }
    }

    private struct JoinBody: Decodable {
        let ticket: Secret<String>
    }

    private struct AdmissionBody: Encodable {
        let candidate_token: String
        let expires_at: String
        let interview: InterviewBody
        let notice: CandidateNotice

        struct InterviewBody: Encodable {
            let id: String
            let title: String
            let role: String
            let question_count: Int
            let estimated_minutes: Int
            let language: String
            let interviewer_name: String
            let practice: Bool
        }
    }

    private func join(_ request: Request) async throws -> Response {
        try request.requireContentType("application/json")
        let ticket = try await request.decodeJSON(JoinBody.self, upTo: Self.bodyLimit).ticket
        try self.limits.admit(ticket: ticket)
        let admission = try await self.redeem(ticket, from: request.headers[.origin])
        let (interview, plan) = (admission.interview, admission.plan)
        // The ticket is used by now: an answer that failed here would lock the candidate out, so the record of the notice
        // may be missing but never stands in the way.
        let shown = InterviewEvent(kind: .notice, at: self.wallClock.now, body: JSONText.encode(["version": self.notice.version]))
        try? await self.store.appendEvent(shown, interview: interview.id, tenant: interview.tenantID)
        return .json(
            AdmissionBody(
                candidate_token: admission.token.expose(),
                expires_at: admission.expiresAt.rfc3339,
                interview: AdmissionBody.InterviewBody(
                    id: interview.id.rawValue,
                    title: plan.title,
                    role: plan.role,
                    question_count: plan.questions.count,
                    estimated_minutes: plan.estimatedMinutes,
                    language: plan.language,
                    interviewer_name: plan.interviewerName,
                    practice: interview.practice
                ),
                notice: self.notice
            )
        )
    }

    /// A practice ticket makes an interview each time, and whoever has the link may use it. Those are counted by themselves: somebody who
    /// uses up the tenant's practice is not to use up the interviews that it invites to.
    ///
    /// - Throws: `too_many_interviews`, and what ``TicketOffice/redeem(_:from:known:)`` throws.
    private func redeem(_ ticket: Secret<String>, from origin: String?) async throws -> TicketOffice.Admission {
        let state = try await translatingStoreErrors { () throws(InterviewStoreError) in try await self.tickets.state(of: ticket) }
        guard case .usable(let tenant, _, practice: true, _) = state else {
            return try await self.tickets.redeem(ticket, from: origin, known: state)
        }
        try self.limits.admitPractice(of: tenant)
        do {
            return try await self.tickets.redeem(ticket, from: origin, known: state)
        } catch {
            self.limits.practiceNotMade(of: tenant)
            throw error
        }
    }
}
