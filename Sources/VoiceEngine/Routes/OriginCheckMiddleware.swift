import Hummingbird
import ServerEdge

/// Refuses requests of pages that may not use the engine: a form needs no leave of the CORS protocol to be sent.
struct OriginCheckMiddleware<Context: RequestContext>: RouterMiddleware {
    let origins: OriginPolicy

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        guard origins.allows(request.headers) else { throw EdgeError(EngineErrorCode.originNotAllowed) }
        return try await next(request, context)
    }
}
