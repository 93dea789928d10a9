import HTTPTypes
public import Hummingbird

/// Lets pages of allowed origins call a server and read its answers, errors among them (Fetch standard, CORS protocol).
///
/// Credentials are bearer keys, never cookies, so an allowed origin gets no authority by itself.
public struct CrossOriginMiddleware<Context: RequestContext>: RouterMiddleware {
    private let origins: OriginPolicy

    public init(origins: OriginPolicy) {
        self.origins = origins
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], origins.allows(request.headers) else {
            return try await next(request, context)
        }
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            return Response(
                status: .noContent,
                headers: [
                    .accessControlAllowOrigin: origin, .vary: "Origin", .accessControlAllowMethods: "GET, POST",
                    .accessControlAllowHeaders: CrossOriginHeaders.allowed(request.headers[.accessControlRequestHeaders]),
                    .accessControlMaxAge: "600",
                ]
            )
        }
        var response = try await next(request, context)
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.vary] = "Origin"
        response.headers[.accessControlExposeHeaders] = CrossOriginHeaders.exposed
        return response
    }
}

/// The header names of the CORS protocol, for answers.
public enum CrossOriginHeaders {
    /// Where the call is; and what to tell the operator.
    public static let exposed = "Location, Retry-After, X-Request-Id"
    private static let always = ["Authorization", "Content-Type"]
    /// Clients announce themselves with a header or two of their own.
    private static let mostNames = 16
    private static let longestName = 64

    /// The names a preflight asked for, as far as they are names: what they hold is never looked at.
    public static func allowed(_ asked: String?) -> String {
        let names = (asked ?? "").split(separator: ",").prefix(mostNames).map { $0.trimming(while: { $0 == " " }) }.filter { name in
            !name.isEmpty && name.utf8.count <= longestName
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                    default: false
                    }
                }
        }
        return (always + names.map { String($0) }).joined(separator: ", ")
    }
}

extension Substring {
    fileprivate func trimming(while condition: (Character) -> Bool) -> Substring {
        var text = drop(while: condition)
        while let last = text.last, condition(last) { text.removeLast() }
        return text
    }
}
