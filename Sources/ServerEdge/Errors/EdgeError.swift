public import HTTPTypes
public import Hummingbird

/// An error on its way to a client: a closed code and a safe message outside, the cause inside.
///
/// Throw it from a route, a middleware or a WebSocket's authorise closure. The cause is for
/// the log's error type and for tests; no envelope ever contains its text.
public struct EdgeError: Error, HTTPResponseError {
    /// The code on the wire.
    public let code: String
    public let status: HTTPResponse.Status
    /// Safe to show to a person.
    public let message: String
    /// Which field of the request is meant, for instance `session.voice`; never its value.
    public let parameter: String?
    /// Sent as `Retry-After`, rounded up to whole seconds.
    public let retryAfter: Duration?
    /// Further headers of the response.
    public let headers: HTTPFields
    /// What happened inside. Never sent, never logged as text.
    public let cause: (any Error)?

    /// - Parameters:
    ///   - message: Replaces the code's own message. Must be safe to show.
    ///   - parameter: The name of the field that is meant, never its value.
    public init(
        _ code: some EdgeErrorCode,
        message: String? = nil,
        parameter: String? = nil,
        retryAfter: Duration? = nil,
        headers: HTTPFields = [:],
        cause: (any Error)? = nil
    ) {
        self.code = code.rawValue
        self.status = code.status
        self.message = message ?? code.message
        self.parameter = parameter
        self.retryAfter = retryAfter
        self.headers = headers
        self.cause = cause
    }

    /// Renders the Viva envelope; ``ErrorResponseMiddleware`` chooses another one before this is asked.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        ErrorEnvelope.viva.response(for: self, requestID: context.requestID)
    }
}

extension EdgeError: CustomStringConvertible {
    /// Code and status only: what an accidental interpolation may show.
    public var description: String { "EdgeError(\(code), \(status.code))" }
}
