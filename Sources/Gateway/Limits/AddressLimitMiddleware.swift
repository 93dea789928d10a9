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
    /// The routes that need no token although they stand among those that do.
    private static let open: Set<String> = ["/v1/join", "/api/generate-ephemeral-key", "/api/webrtc-exchange"]

    let limits: RequestLimits
    /// Whether this one stands before the routes of older signalling servers, inside of what gives their errors another form.
    var isSignalling = false

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let route = context.endpointPath ?? ""
        let isOfSignalling = route.hasPrefix("/api/") || route.hasPrefix("/functions/")
        guard isOfSignalling == self.isSignalling, !Self.free.contains(route),
            let client = self.limits.client(of: context.peer, request.headers)
        else { return try await next(request, context) }
        try self.limits.admit(client)
        let needsToken = (route.hasPrefix("/v1/") || isOfSignalling) && !Self.open.contains(route)
        do {
            let response = try await next(request, context)
            // A key was given, or used: what was shown was somebody's.
            if needsToken || isOfSignalling {
                self.limits.wasKnown(client)
            } else if route == "/i/{ticket}", response.status == .notFound {
                self.limits.hasFailed(client)
            }
            return response
        } catch let error as EdgeError {
            let isExpiredKey = error.code == GatewayErrorCode.keyExpired.rawValue
            if error.status == .unauthorized && !isExpiredKey || error.code == GatewayErrorCode.ticketUnknown.rawValue {
                self.limits.hasFailed(client)
            } else if needsToken || isExpiredKey {
                self.limits.wasKnown(client)
            }
            throw error
        }
    }
}
