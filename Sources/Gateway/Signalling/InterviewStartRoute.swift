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

    /// One that there is, or what a new one is made of.
    private enum StartBody: Decodable {
        case present(String)
        case new(InterviewRoutes.CreateBody)

        private enum CodingKeys: CodingKey { case interview_id }

        init(from decoder: any Decoder) throws {
            let given = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .interview_id)
            self = if let given { .present(given) } else { .new(try InterviewRoutes.CreateBody(from: decoder)) }
        }
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
        switch body {
        case .present(let text):
            guard let given = InterviewID(rawValue: text) else { throw EdgeError.notFound }
            id = given
            (ticket, expiresAt) = try await self.interviews.renewTicket(of: id, tenant: tenant)
        case .new(let new):
            let record: InterviewRecord
            (record, ticket, expiresAt) = try await self.interviews.make(new, tenant: tenant)
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
