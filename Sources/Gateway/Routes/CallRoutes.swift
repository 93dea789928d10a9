import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge

/// The candidate's routes of a call: start or resume, follow, end, report.
struct CallRoutes: Sendable {
    /// A report is a handful of numbers.
    static let reportLimit = 8 * 1024
    /// Names the candidate's last call, which may make way for a new one. An id that is no call's is as good as none.
    private static let replaces = HTTPField.Name("Viva-Replaces")

    let registry: CallRegistry
    let store: any InterviewStore
    let wallClock: WallClock
    let watch: TokenWatch
    let limits: RequestLimits

    func add(to router: some RouterMethods<CandidateContext>) {
        router.post("/v1/calls") { request, context in try await self.start(request, context) }
        // What was told of a long interview is much to write down at once.
        router.group().add(middleware: OffEventLoopMiddleware())
            .get("/v1/calls/{call_id}/events") { request, context in try await self.events(request, context) }
        router.post("/v1/calls/{call_id}/end") { _, context in try await self.end(context) }
        router.post("/v1/calls/{call_id}/report") { request, context in try await self.report(request, context) }
    }

    private func start(_ request: Request, _ context: CandidateContext) async throws -> Response {
        try request.requireContentType("application/sdp")
        let offer = try await request.collectText(upTo: OfferCheck.maximumBytes)
        try Self.check(offer)
        let replaced = Self.replaces.flatMap { request.headers[$0] }.flatMap { CallID(rawValue: $0) }
        let answer = try await self.registry.connect(context.identity, offer: offer, replacing: replaced) {
            // The token was looked at when the request began; its body may have taken half a minute.
            guard try await self.store.isInForce(context.authority, at: self.wallClock.now) else { throw EdgeError.unauthorized }
            try self.limits.admitCall(of: context.identity)
        }
        return .text(
            answer.sdp,
            contentType: "application/sdp",
            status: .created,
            headers: [.location: "/v1/calls/\(answer.callID.rawValue)"]
        )
    }

    /// Refuses what no server could answer.
    static func check(_ offer: String) throws {
        do {
            try OfferCheck.check(offer)
        } catch {
            throw switch error {
            case .notSDP: EdgeError.gateway(.invalidSDP, cause: error)
            case .noOpus: EdgeError.gateway(.noOpus, cause: error)
            case .tooLarge: EdgeError(CommonErrorCode.payloadTooLarge, cause: error)
            }
        }
    }

    private func events(_ request: Request, _ context: CandidateContext) async throws -> Response {
        let id = try context.identifier("call_id", as: CallID.self)
        // A question about the stream is no reader of it.
        if request.method != .head, let call = await self.registry.call(id, of: context.identity.interviewID) {
            let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }.flatMap { Int($0) }
            return ServerSentEvents.response(call.events.events(after: last)) { await self.watch.end(of: context.authority) }
        }
        // Not in memory any more: over long ago, or of an earlier run. What the store knows is still said.
        let status = try await self.storedStatus(of: id, context)
        let log = CallEventLog(madeAt: self.wallClock.now)
        log.publish(.state(CallStatus(status)))
        if status.isFinal { log.publish(.end(CallStatus(status), message: EndText.message(for: status))) }
        log.finish()
        return ServerSentEvents.response(log.events(after: nil))
    }

    private struct StatusBody: Encodable {
        let status: String
    }

    private func end(_ context: CandidateContext) async throws -> Response {
        let id = try context.identifier("call_id", as: CallID.self)
        var status: InterviewStatus
        if let call = await self.registry.call(id, of: context.identity.interviewID) {
            status = await call.end()
        } else {
            status = try await self.storedStatus(of: id, context)
            // After a restart of the gateway the interview is in memory, but not under the id of its old call.
            if let call = await self.registry.call(of: context.identity.interviewID) { status = await call.end() }
        }
        return .json(StatusBody(status: CallStatus(status).rawValue))
    }

    /// What the browser says about itself, kept as what it is: reported by the client, never evidence.
    private func report(_ request: Request, _ context: CandidateContext) async throws -> Response {
        let id = try context.identifier("call_id", as: CallID.self)
        try request.requireContentType("application/json")
        let body = try await request.decodeJSON(JSONValue.self, upTo: Self.reportLimit)
        guard case .object(let members) = body, case .array? = members["steps"] else {
            throw EdgeError(CommonErrorCode.invalidRequest, message: "The field steps is missing.", parameter: "steps")
        }
        _ = try await self.storedStatus(of: id, context)
        let kept = JSONValue.object(["call_id": .string(id.rawValue), "client_reported": body])
        try await translatingStoreErrors { () throws(InterviewStoreError) in
            try await self.store.appendEvent(
                InterviewEvent(kind: .clientReport, at: self.wallClock.now, body: RealtimeCoding.encode(kept)),
                interview: context.identity.interviewID,
                tenant: context.identity.tenantID
            )
        }
        return Response(status: .accepted, headers: [.cacheControl: "no-store"])
    }

    /// The status of the call's interview, if the call is one of this candidate's.
    private func storedStatus(of id: CallID, _ context: CandidateContext) async throws -> InterviewStatus {
        let identity = context.identity
        // A call that was just answered may not be written yet; memory knows it.
        if let call = await self.registry.call(id, of: identity.interviewID) { return await call.status }
        return try await translatingStoreErrors { () throws(InterviewStoreError) in
            let call = try await self.store.call(id, tenant: identity.tenantID)
            guard call.interviewID == identity.interviewID else { throw InterviewStoreError(.notFound, "no such call") }
            return try await self.store.interview(identity.interviewID, tenant: identity.tenantID).status
        }
    }
}
