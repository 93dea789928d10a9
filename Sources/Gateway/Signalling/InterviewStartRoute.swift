import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// `POST /functions/v1/interview-start`: an interview and all that a page needs to talk it over `/ws`.
struct InterviewStartRoute: Sendable {
    let interviews: InterviewRoutes
    let address: PublicAddress
    let configuration: InterviewSession.Options
    let notice: CandidateNotice

    func add(to router: some RouterMethods<InterviewerContext>) {
        router.post("/functions/v1/interview-start") { request, context in try await self.start(request, context) }
    }

    private struct StartBody: Decodable {
        let interview_id: String?
        let plan_id: String?
        let candidate_name: Personal<String>?
        let origin: String?
    }

    private struct StartedBody: Encodable {
        struct Configuration: Encodable {
            let model: String?
            let voice: String?
        }
        let success = true
        let webrtc_server_url: String
        let webrtc_session_id: String
        let architecture = "hybrid"
        let operation_id: String
        let openai_api_config: Configuration
        let interview_id: String
        let expires_at: String
        let notice: CandidateNotice
    }

    private func start(_ request: Request, _ context: InterviewerContext) async throws -> Response {
        try request.requireContentType("application/json")
        let body = try await request.decodeJSON(StartBody.self, upTo: InterviewRoutes.bodyLimit)
        let tenant = context.identity.tenantID
        let id: InterviewID
        let ticket: Secret<String>
        let expiresAt: Timestamp
        if let text = body.interview_id {
            guard let given = InterviewID(rawValue: text) else { throw EdgeError.notFound }
            id = given
            (ticket, expiresAt) = try await self.interviews.renewTicket(of: id, tenant: tenant)
        } else {
            guard let plan = body.plan_id else {
                throw EdgeError(
                    CommonErrorCode.invalidRequest,
                    message: "The field plan_id or interview_id is missing.",
                    parameter: "plan_id"
                )
            }
            let record: InterviewRecord
            (record, ticket, expiresAt) = try await self.interviews.make(
                plan: plan,
                candidateName: body.candidate_name,
                origin: body.origin,
                tenant: tenant
            )
            id = record.id
        }
        return .json(
            StartedBody(
                webrtc_server_url: self.address.socketURL(SignallingSessionID(of: ticket)),
                webrtc_session_id: ticket.expose(),
                operation_id: context.requestID,
                openai_api_config: .init(model: self.configuration.model, voice: self.configuration.voice),
                interview_id: id.rawValue,
                expires_at: expiresAt.rfc3339,
                notice: self.notice
            )
        )
    }
}
