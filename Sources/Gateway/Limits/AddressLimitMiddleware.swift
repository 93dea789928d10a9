import HTTPTypes
import Hummingbird
import ServerEdge

/// The limit by address, before anything is looked up in the store.
///
/// It is about what comes without a valid token: a request takes one token of its address's bucket and gets it back when it
/// turns out to be somebody's; one that tried an unknown ticket or token pays nine more. So people behind one address do not
/// hinder each other, and who guesses is slowed down.
struct AddressLimitMiddleware: RouterMiddleware {
    /// Answers from memory that cost no more than the refusal: a page with its files is some twenty of them.
    static let free: Set<String> = ["/", "/app", "/assets/{name}", "/health", "/openapi.json"]
    /// The routes that need no token although they stand under `/v1/`.
    private static let open: Set<String> = ["/v1/join"]

    let limits: RequestLimits

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let route = context.endpointPath ?? ""
        guard !Self.free.contains(route), let client = self.limits.client(of: context.peer, request.headers) else {
            return try await next(request, context)
        }
        try self.limits.admit(client)
        let needsToken = route.hasPrefix("/v1/") && !Self.open.contains(route)
        // Their errors are answers here already.
        let isSignalling = route.hasPrefix("/api/") || route.hasPrefix("/functions/")
        do {
            let response = try await next(request, context)
            if needsToken {
                self.limits.wasKnown(client)
            } else if route == "/i/{ticket}" || isSignalling, response.status == .notFound || response.status == .unauthorized {
                self.limits.hasFailed(client)
            } else if isSignalling, response.status.kind == .successful {
                self.limits.wasKnown(client)
            }
            return response
        } catch let error as EdgeError {
            if error.status == .unauthorized || error.code == GatewayErrorCode.ticketUnknown.rawValue {
                self.limits.hasFailed(client)
            } else if needsToken {
                self.limits.wasKnown(client)
            }
            throw error
        }
    }
}
