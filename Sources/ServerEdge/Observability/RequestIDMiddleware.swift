public import HTTPTypes
public import Hummingbird
import Logging

extension HTTPField.Name {
    /// `X-Request-Id`: set on every response, read from none of the requests.
    public static let requestID = HTTPField.Name("X-Request-Id")!
}

/// Gives each request an identifier of our own making.
///
/// An identifier from outside isn't taken: it would let a client write into our logs and
/// collide with others on purpose.
public struct RequestIDMiddleware<Context: RequestContext>: RouterMiddleware {
    public init() {}

    /// `req_` and 128 random bits.
    static func makeID() -> String {
        RandomToken.make(prefix: "req_", byteCount: 16)
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let id = Self.makeID()
        var context = context
        // Hummingbird reads `context.id` from this key.
        context.logger[metadataKey: "hb.request.id"] = .string(id)
        var response = try await next(request, context)
        response.headers[.requestID] = id
        return response
    }
}
