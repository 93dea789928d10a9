public import HTTPTypes
public import Hummingbird

/// Reading `Authorization: Bearer …` (RFC 6750 section 2.1), strictly.
public enum BearerToken {
    /// Longest token accepted, in bytes. Our tokens have about 50, signed ones below 2,000.
    public static let maximumLength = 4096

    /// The token, or nil unless there is exactly one `Authorization` header with the scheme
    /// `Bearer`, one space, and a token of the b64token alphabet.
    public static func parse(_ headers: HTTPFields) -> Secret<String>? {
        let values = headers[values: .authorization]
        guard values.count == 1, let value = values.first else { return nil }
        return parse(value)
    }

    /// The token of one header value; see ``parse(_:)-(HTTPFields)``.
    public static func parse(_ value: String) -> Secret<String>? {
        let bytes = value.utf8
        guard bytes.count <= maximumLength + 7 else { return nil }
        let scheme = bytes.prefix(7)
        guard scheme.count == 7, scheme.last == 0x20, String(Substring(scheme)).lowercased() == "bearer " else { return nil }
        let token = bytes.dropFirst(7)
        // b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
        let body = token.prefix { isTokenByte($0) }
        let padding = token.dropFirst(body.count)
        guard !body.isEmpty, padding.allSatisfy({ $0 == 0x3D }) else { return nil }
        return Secret(String(Substring(token)))
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F: true
        default: false
        }
    }
}

extension Request {
    /// The bearer token of the request.
    ///
    /// - Throws: ``EdgeError`` 401 `unauthorized` with `WWW-Authenticate: Bearer`.
    public func bearerToken() throws -> Secret<String> {
        guard let token = BearerToken.parse(headers) else {
            throw EdgeError(CommonErrorCode.unauthorized, headers: [.wwwAuthenticate: "Bearer"])
        }
        return token
    }
}
