import HTTPTypes
import Hummingbird
import ServerEdge

/// Refuses requests that change something and come from a page of another origin.
///
/// Tokens are never cookies, so a foreign page cannot borrow a visitor's authority; this is the second fence
/// (reliability.md, section 3). A request without an `Origin` header is not from a browser's page and passes; a browser
/// sends the header with every POST.
struct OriginMiddleware<Context: RequestContext>: RouterMiddleware {
    let rule: OriginRule

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let safe = request.method == .get || request.method == .head || request.method == .options
        guard safe || self.rule.allows(request.headers[values: .origin], authority: request.head.authority) else {
            throw EdgeError.gateway(.originNotAllowed)
        }
        return try await next(request, context)
    }
}

/// Which pages may change something, or open a socket.
struct OriginRule: Sendable {
    /// Complete origins (`https://interviews.example`) besides our own.
    let allowed: Set<String>

    /// - Parameters:
    ///   - origins: the `Origin` headers of a request; none: it is not a page's.
    ///   - authority: the host and port the request was sent to.
    func allows(_ origins: [String], authority: String?) -> Bool {
        guard let origin = origins.first else { return true }
        guard origins.count == 1 else { return false }
        if self.allowed.contains(origin) { return true }
        // Our own origin is what the page was loaded from: scheme and the authority of this very request.
        guard let authority, !authority.isEmpty else { return false }
        return origin == "http://\(authority)" || origin == "https://\(authority)"
    }
}
