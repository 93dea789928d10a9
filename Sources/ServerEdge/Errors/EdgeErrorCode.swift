public import HTTPTypes

/// A server's closed list of error codes.
///
/// Each server has one enumeration of its own; the raw value is the code on the wire and
/// never changes once it was published.
public protocol EdgeErrorCode: RawRepresentable<String>, CaseIterable, Sendable {
    /// The HTTP status that goes with the code.
    var status: HTTPResponse.Status { get }
    /// What a person is told: safe to show, and it says what to do.
    var message: String { get }
}

/// The codes that every server needs.
public enum CommonErrorCode: String, EdgeErrorCode {
    case invalidRequest = "invalid_request"
    case unauthorized
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case notAcceptable = "not_acceptable"
    case requestTimeout = "request_timeout"
    case conflict
    case gone
    case payloadTooLarge = "payload_too_large"
    case uriTooLong = "uri_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case upgradeRequired = "upgrade_required"
    case rateLimited = "rate_limited"
    case headersTooLarge = "headers_too_large"
    case internalError = "internal_error"
    case upstreamFailed = "upstream_failed"
    case unavailable
    case upstreamTimeout = "upstream_timeout"

    public var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        case .requestTimeout: .requestTimeout
        case .conflict: .conflict
        case .gone: .gone
        case .payloadTooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .upgradeRequired: .upgradeRequired
        case .rateLimited: .tooManyRequests
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .internalError: .internalServerError
        case .upstreamFailed: .badGateway
        case .unavailable: .serviceUnavailable
        case .upstreamTimeout: .gatewayTimeout
        }
    }

    public var message: String {
        switch self {
        case .invalidRequest: "The request could not be understood. Check its form and try again."
        case .unauthorized: "A valid bearer token is needed. Sign in again or open your link once more."
        case .forbidden: "This is not allowed with the given token."
        case .notFound: "There is nothing here. Check the address."
        case .methodNotAllowed: "This address does not accept that method."
        case .notAcceptable: "The asked form of the answer is not available."
        case .requestTimeout: "The request took too long to arrive. Try again."
        case .conflict: "The request does not fit the present state. Reload and try again."
        case .gone: "This is no longer available."
        case .payloadTooLarge: "The request is too large. Send less."
        case .uriTooLong: "The address is too long."
        case .unsupportedMediaType: "The content type is not supported here."
        case .upgradeRequired: "This address speaks WebSocket only. Connect with a WebSocket client."
        case .rateLimited: "Too many requests. Wait a moment and try again."
        case .headersTooLarge: "The request's headers are too large."
        case .internalError: "Something went wrong on our side. Try again; if it stays, report the request id."
        case .upstreamFailed: "A service behind this one failed. Try again in a moment."
        case .unavailable: "The service is not available at the moment. Try again shortly."
        case .upstreamTimeout: "A service behind this one did not answer in time. Try again."
        }
    }

    /// The code for a bare HTTP status, as other layers (the router, body collection) report it.
    static func matching(_ status: HTTPResponse.Status) -> CommonErrorCode {
        if let exact = allCases.first(where: { $0.status.code == status.code }) {
            return exact
        }
        return (400..<500).contains(status.code) ? .invalidRequest : .internalError
    }
}
