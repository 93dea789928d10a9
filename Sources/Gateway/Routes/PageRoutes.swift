import HTTPTypes
import Hummingbird
import InterviewStore
import ServerEdge

/// The pages for people and the files they are made of.
struct PageRoutes: Sendable {
    let pages: Pages
    let assets: EmbeddedAssets
    let tickets: TicketOffice
    let notice: CandidateNotice

    func add(to router: some RouterMethods<GatewayContext>) {
        router.get("/") { _, _ in self.pages.landingPage() }
        router.get("/app") { _, _ in self.pages.workspacePage() }
        router.get("/i/{ticket}") { _, context in await self.room(context) }
        router.get("/assets/{name}") { request, context in
            try self.assets.response(named: context.parameters.require("name"), to: request)
        }
    }

    /// Opening the link never uses the ticket: mail scanners and previews open links too.
    private func room(_ context: GatewayContext) async -> Response {
        let ticket = Secret(context.parameters.get("ticket") ?? "")
        do {
            switch try await self.tickets.state(of: ticket) {
            case .usable(_, let plan, _, _):
                return self.pages.room(ticket: ticket, plan: plan, notice: self.notice)
            case .used:
                return self.pages.message(
                    .gone,
                    heading: "This link has already been used",
                    message: "Each interview link opens one interview, once.",
                    remedy:
                        "If you began in another tab or browser, continue there. Otherwise ask the person who invited you for a new link."
                )
            case .expired:
                return self.pages.message(
                    .gone,
                    heading: "This link has expired",
                    message: "Interview links are valid for a limited time.",
                    remedy: "Ask the person who invited you for a new link."
                )
            case .unknown:
                return self.pages.message(
                    .notFound,
                    heading: "We do not know this link",
                    message: "There is no interview behind this address.",
                    remedy: "Check that the whole link was copied, or ask the person who invited you for a new one."
                )
            }
        } catch {
            return self.pages.message(
                .serviceUnavailable,
                heading: "We cannot open your interview right now",
                message: "The server is having trouble. Your link is still good.",
                remedy: "Please try again in a minute."
            )
        }
    }
}
