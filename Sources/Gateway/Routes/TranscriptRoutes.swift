import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// `GET /v1/interviews/{id}/transcript`: for the candidate of the interview and for its workspace.
struct TranscriptRoutes: Sendable {
    let store: any InterviewStore

    func add(to router: some RouterMethods<ReaderContext>) {
        router.get("/v1/interviews/{id}/transcript") { request, context in try await self.transcript(request, context) }
    }

    private struct TranscriptBody: Encodable {
        let interview: InterviewBody
        let segments: [SegmentBody]
    }

    private func transcript(_ request: Request, _ context: ReaderContext) async throws -> Response {
        let id = try context.identifier("id", as: InterviewID.self)
        let tenant: TenantID
        switch context.principal {
        case .workspace(let identity):
            tenant = identity.tenantID
        case .candidate(let identity):
            // Somebody else's interview does not exist for a candidate.
            guard identity.interviewID == id else { throw EdgeError.notFound }
            tenant = identity.tenantID
        }
        let format = request.uri.queryParameters.get("format") ?? "json"
        guard ["json", "txt", "vtt", "srt"].contains(format) else {
            throw EdgeError(CommonErrorCode.invalidRequest, message: "The format is one of json, txt, vtt and srt.", parameter: "format")
        }
        let (record, plan, segments) = try await translatingStoreErrors { () throws(InterviewStoreError) in
            let record = try await self.store.interview(id, tenant: tenant)
            let plan = try await self.store.plan(record.planID, version: record.planVersion, tenant: tenant)
            return (record, plan, try await self.store.segments(interview: id, tenant: tenant, after: nil))
        }
        switch format {
        case "txt":
            return .text(
                TranscriptText.plain(segments, title: plan.title, interviewerName: plan.interviewerName),
                contentType: "text/plain; charset=utf-8"
            )
        case "vtt":
            return .text(TranscriptText.webVTT(segments, interviewerName: plan.interviewerName), contentType: "text/vtt; charset=utf-8")
        case "srt":
            return .text(
                TranscriptText.subRip(segments, interviewerName: plan.interviewerName),
                contentType: "application/x-subrip; charset=utf-8"
            )
        default:
            return .json(TranscriptBody(interview: InterviewBody(record, title: plan.title), segments: segments.map { SegmentBody($0) }))
        }
    }
}
