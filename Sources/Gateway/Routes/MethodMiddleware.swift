import HTTPTypes
import Hummingbird
import ServerEdge

/// The methods that each path of the interface has.
struct KnownMethods: Sendable {
    private let paths: [(segments: [Substring], methods: Set<HTTPRequest.Method>)]

    /// - Parameter routes: with paths as the router writes them, `/v1/calls/{call_id}/end`.
    init(_ routes: [(path: String, method: HTTPRequest.Method)]) {
        self.paths = Dictionary(grouping: routes, by: \.path).map { path, routes in
            (path.split(separator: "/"), Set(routes.map(\.method)))
        }
    }

    /// What `Allow` names for a path (RFC 9110, section 10.2.1); nil when there is nothing at all. Only the form of a path counts: whether
    /// what it names exists, and whose it is, is not asked.
    func allowed(at path: String) -> String? {
        let segments = path.split(separator: "/")
        let methods = self.paths.filter { known in
            known.segments.count == segments.count && zip(known.segments, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        .reduce(into: Set<HTTPRequest.Method>()) { $0.formUnion($1.methods) }
        guard !methods.isEmpty else { return nil }
        let implied: Set<HTTPRequest.Method> = methods.contains(.get) ? [.head, .options] : [.options]
        return methods.union(implied).map(\.rawValue).sorted().joined(separator: ", ")
    }
}

/// Answers what the router has no route for: 405 with `Allow` for a method that a path does not have, 204 with `Allow` for `OPTIONS`.
/// What remains is a 404.
///
/// A route of its own for `HEAD` is not needed: the router makes it of each `GET`.
struct MethodMiddleware: RouterMiddleware {
    let known: KnownMethods

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard context.endpointPath == nil, let allowed = self.known.allowed(at: request.uri.path) else {
            return try await next(request, context)
        }
        guard request.method == .options else {
            throw EdgeError(CommonErrorCode.methodNotAllowed, headers: [.allow: allowed])
        }
        // The question of a browser for a page of another origin; those that may were answered before.
        guard request.headers[.accessControlRequestMethod] == nil else { throw EdgeError.gateway(.originNotAllowed) }
        return Response(status: .noContent, headers: [.allow: allowed])
    }
}
