import HTTPTypes
import Hummingbird
import InterviewCore
import Mustache
import NIOCore
import ServerEdge

/// The pages for people, from templates that escape what is put into them.
struct Pages: Sendable {
    /// Only what our own origin serves, nothing inline, no frame around it. The call's audio is a `blob:` or a stream.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private let room: MustacheTemplate
    private let message: MustacheTemplate
    private let workspace: MustacheTemplate
    private let landing: MustacheTemplate

    /// - Throws: when a template is malformed; the gateway then refuses to start.
    init() throws {
        self.room = try Self.template(PackageResources.room_html)
        self.message = try Self.template(PackageResources.message_html)
        self.workspace = try Self.template(PackageResources.workspace_html)
        self.landing = try Self.template(PackageResources.landing_html)
    }

    private static func template(_ bytes: [UInt8]) throws -> MustacheTemplate {
        try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
    }

    /// The candidate's room. The ticket is in an attribute of the page, as it was in its address. What the candidate is
    /// told before anything begins stands in the page itself, because opening it must not use the ticket.
    func room(ticket: Secret<String>, plan: InterviewPlan, notice: CandidateNotice) -> Response {
        let values: [String: Any] = [
            "ticket": ticket.expose(), "title": plan.title, "role": plan.role, "question_count": String(plan.questions.count),
            "estimated_minutes": String(plan.estimatedMinutes), "interviewer_name": plan.interviewerName, "language": plan.language,
            "notice": notice.items,
        ]
        return Self.page(.ok, self.room.render(values))
    }

    /// A page that says one thing and what to do about it.
    func message(_ status: HTTPResponse.Status, heading: String, message: String, remedy: String) -> Response {
        Self.page(status, self.message.render(["heading": heading, "message": message, "remedy": remedy]))
    }

    func workspacePage() -> Response { Self.page(.ok, self.workspace.render([String: String]())) }

    func landingPage() -> Response { Self.page(.ok, self.landing.render([String: String]())) }

    private static func page(_ status: HTTPResponse.Status, _ html: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html))
        )
    }
}
