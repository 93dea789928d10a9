import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// The workspace's routes: plans, interviews and their join links.
struct InterviewRoutes: Sendable {
    /// A plan id and a name.
    static let bodyLimit = 8 * 1024
    /// Interviews on a page when the client does not say.
    static let pageSize = 100

    let store: any InterviewStore
    let tickets: TicketOffice
    let registry: CallRegistry
    let signalling: SignallingOffice
    let wallClock: WallClock
    let address: PublicAddress
    /// Origins that an interview may be bound to.
    let allowedOrigins: Set<String>
    let limits: RequestLimits

    /// What every role may read.
    func addReading(to router: some RouterMethods<WorkspaceContext>) {
        router.get("/v1/plans") { _, context in try await self.plans(context) }
        router.get("/v1/interviews") { request, context in try await self.list(request, context) }
        router.get("/v1/interviews/{id}") { _, context in try await self.show(context) }
    }

    /// What a reviewer may not do.
    func addInviting(to router: some RouterMethods<InterviewerContext>) {
        router.post("/v1/interviews") { request, context in try await self.create(request, context) }
        router.post("/v1/interviews/{id}/link") { _, context in try await self.renewLink(context) }
    }

    // MARK: Plans

    private struct PlanBody: Encodable {
        let id: String
        let version: Int
        let title: String
        let role: String
        let language: String
        let interviewer_name: String
        let question_count: Int
        let estimated_minutes: Int
        let time_limit_seconds: Int64
        let questions: [Question]

        struct Question: Encodable {
            let id: String
            let text: String
        }

        init(_ plan: InterviewPlan) {
            self.id = plan.id.rawValue
            self.version = plan.version
            self.title = plan.title
            self.role = plan.role
            self.language = plan.language
            self.interviewer_name = plan.interviewerName
            self.question_count = plan.questions.count
            self.estimated_minutes = plan.estimatedMinutes
            self.time_limit_seconds = plan.timeLimit.components.seconds
            self.questions = plan.questions.map { Question(id: $0.id.rawValue, text: $0.text) }
        }
    }

    private func plans(_ context: WorkspaceContext) async throws -> Response {
        let plans = try await translatingStoreErrors { () throws(InterviewStoreError) in
            try await self.store.plans(tenant: context.identity.tenantID)
        }
        return .json(["plans": plans.map { PlanBody($0) }])
    }

    // MARK: Interviews

    /// What an interview is made of.
    struct CreateBody: Decodable {
        let plan_id: String
        let candidate_name: Personal<String>?
        let origin: String?
    }

    private struct CreatedBody: Encodable {
        let id: String
        let status: String
        let plan_id: String
        let join_url: String
        let expires_at: String
    }

    private func create(_ request: Request, _ context: InterviewerContext) async throws -> Response {
        try request.requireContentType("application/json")
        let body = try await request.decodeJSON(CreateBody.self, upTo: Self.bodyLimit)
        let (record, ticket, expiresAt) = try await self.make(body, tenant: context.identity.tenantID)
        return .json(
            CreatedBody(
                id: record.id.rawValue,
                status: record.status.rawValue,
                plan_id: record.planID.rawValue,
                join_url: self.address.joinLink(ticket).expose(),
                expires_at: expiresAt.rfc3339
            ),
            status: .created,
            headers: [.location: "/v1/interviews/\(record.id.rawValue)"]
        )
    }

    /// Makes an interview and its first ticket.
    func make(
        _ body: CreateBody,
        tenant: TenantID
    ) async throws -> (record: InterviewRecord, ticket: Secret<String>, expiresAt: Timestamp) {
        var name: CandidateName?
        if let given = body.candidate_name?.reveal(), !given.isEmpty {
            name = CandidateName(given)
            if name == nil {
                throw EdgeError(
                    CommonErrorCode.invalidRequest,
                    message: "The candidate's name must have 1 to \(CandidateName.longest) visible characters.",
                    parameter: "candidate_name"
                )
            }
        }
        if let origin = body.origin, !self.allowedOrigins.contains(origin) {
            throw EdgeError(
                CommonErrorCode.invalidRequest,
                message: "The origin must be one that the server allows, such as https://careers.example.",
                parameter: "origin"
            )
        }
        guard let planID = PlanID(rawValue: body.plan_id) else { throw EdgeError.gateway(.planUnknown) }
        var generator = SystemRandomNumberGenerator()
        let new = NewInterview(
            id: .random(using: &generator),
            planID: planID,
            candidateName: name,
            origin: body.origin,
            createdAt: self.wallClock.now
        )
        try self.limits.admitInterview(of: tenant)
        let record: InterviewRecord
        do {
            record = try await self.store.createInterview(new, tenant: tenant)
        } catch {
            self.limits.interviewNotMade(of: tenant)
            throw error.code == .notFound ? EdgeError.gateway(.planUnknown, cause: error) : error.edgeError
        }
        let (ticket, expiresAt) = try await translatingStoreErrors { () throws(InterviewStoreError) in
            try await self.tickets.issue(for: record.id, tenant: tenant)
        }
        return (record, ticket, expiresAt)
    }

    private struct LinkBody: Encodable {
        let join_url: String
        let expires_at: String
    }

    /// A fresh link into the same interview, for a candidate who has lost the first one or the tab that used it.
    private func renewLink(_ context: InterviewerContext) async throws -> Response {
        let id = try context.identifier("id", as: InterviewID.self)
        let (ticket, expiresAt) = try await self.renewTicket(of: id, tenant: context.identity.tenantID)
        return .json(LinkBody(join_url: self.address.joinLink(ticket).expose(), expires_at: expiresAt.rfc3339), status: .created)
    }

    /// A new ticket into the same interview; those before it and what they gave are worth nothing from now on.
    func renewTicket(of id: InterviewID, tenant: TenantID) async throws -> (ticket: Secret<String>, expiresAt: Timestamp) {
        let ticket: Secret<String>
        let expiresAt: Timestamp
        try self.limits.admitLink(to: id, of: tenant)
        do {
            (ticket, expiresAt) = try await self.tickets.issue(for: id, tenant: tenant)
        } catch {
            self.limits.linkNotMade(to: id, of: tenant)
            throw error.code == .conflict ? EdgeError.gateway(.interviewOver, cause: error) : error.edgeError
        }
        self.signalling.linkRenewed(to: id)
        await self.registry.linkRenewed(to: id)
        return (ticket, expiresAt)
    }

    private struct PageBody: Encodable {
        let interviews: [InterviewBody]
        let next_cursor: String?
    }

    private func list(_ request: Request, _ context: WorkspaceContext) async throws -> Response {
        let tenant = context.identity.tenantID
        let cursor = request.uri.queryParameters.get("cursor")
        var limit = Self.pageSize
        if let given = request.uri.queryParameters.get("limit") {
            guard let number = Int(given), (1...InterviewStoreLimits.page).contains(number) else {
                throw EdgeError(
                    CommonErrorCode.invalidRequest,
                    message: "The limit must be a whole number from 1 to \(InterviewStoreLimits.page).",
                    parameter: "limit"
                )
            }
            limit = number
        }
        let (page, plans) = try await translatingStoreErrors { () throws(InterviewStoreError) in
            (try await self.store.interviews(tenant: tenant, after: cursor, limit: limit), try await self.store.plans(tenant: tenant))
        }
        let titles = Dictionary(plans.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
        return .json(
            PageBody(interviews: page.interviews.map { InterviewBody($0, title: titles[$0.planID]) }, next_cursor: page.nextCursor)
        )
    }

    private func show(_ context: WorkspaceContext) async throws -> Response {
        let id = try context.identifier("id", as: InterviewID.self)
        let tenant = context.identity.tenantID
        let (record, plan) = try await translatingStoreErrors { () throws(InterviewStoreError) in
            let record = try await self.store.interview(id, tenant: tenant)
            return (record, try await self.store.plan(record.planID, version: record.planVersion, tenant: tenant))
        }
        return .json(InterviewBody(record, title: plan.title))
    }
}

/// An interview as the workspace and the transcript show it. It holds the candidate's name: the answer goes to whom it
/// belongs and nowhere else.
struct InterviewBody: Encodable {
    let id: String
    let title: String?
    let plan_id: String
    let plan_version: Int
    let status: String
    let status_reason: String?
    let candidate_name: String?
    let practice: Bool
    let created_at: String
    let started_at: String?
    let ended_at: String?

    init(_ record: InterviewRecord, title: String?) {
        self.id = record.id.rawValue
        self.title = title
        self.plan_id = record.planID.rawValue
        self.plan_version = record.planVersion
        self.status = record.status.rawValue
        self.status_reason = record.statusReason
        self.candidate_name = record.candidateName?.value
        self.practice = record.practice
        self.created_at = record.createdAt.rfc3339
        self.started_at = record.startedAt?.rfc3339
        self.ended_at = record.endedAt?.rfc3339
    }
}
