import HTTPTypes
import Hummingbird

/// Takes the body from every answer to `HEAD`, errors among them: bytes behind such a head would be read as the next answer
/// (RFC 9110, section 9.3.2).
struct HeadMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        guard request.method == .head else { return response }
        var head = response.createHeadResponse()
        // How long a stream will be nobody knows; the length of the empty body would be a false one (RFC 9110, section 8.6).
        if head.headers[.contentType]?.hasPrefix("text/event-stream") == true { head.headers[.contentLength] = nil }
        return head
    }
}
