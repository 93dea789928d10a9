import HTTPTypes
public import Hummingbird

/// Content security policies of ours.
public enum ContentSecurityPolicyText {
    /// For servers that send no pages.
    public static let api = "default-src 'none'; frame-ancestors 'none'"
    /// For our pages: scripts, styles, images and connections of our own origin only, nothing inline.
    public static let pages =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "media-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

/// Sets the security headers on every response; a route's own value for one of them wins.
public struct SecurityHeadersMiddleware<Context: RequestContext>: RouterMiddleware {
    private let fields: [(HTTPField.Name, String)]

    /// - Parameters:
    ///   - contentSecurityPolicy: See ``ContentSecurityPolicyText``.
    ///   - strictTransportSecurity: True when clients reach us over TLS.
    public init(contentSecurityPolicy: String = ContentSecurityPolicyText.api, strictTransportSecurity: Bool = false) {
        var fields: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, contentSecurityPolicy),
            (.xContentTypeOptions, "nosniff"),
        ]
        let named = [
            ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        for (name, value) in named {
            if let name = HTTPField.Name(name) { fields.append((name, value)) }
        }
        if strictTransportSecurity {
            fields.append((.strictTransportSecurity, "max-age=31536000"))
        }
        self.fields = fields
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in fields where response.headers[name] == nil {
            response.headers[name] = value
        }
        return response
    }
}
