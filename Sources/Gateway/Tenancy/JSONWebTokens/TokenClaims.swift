import InterviewCore
import InterviewStore
import ServerEdge

/// What a token with a right signature says, checked against what is configured (RFC 7519, section 4.1). Pure.
struct TokenClaims: Sendable, Equatable {
    /// How far the provider's clock and ours may be apart.
    static let leeway: Duration = .seconds(30)
    /// Longest subject that is accepted; providers use UUIDs and mail addresses.
    static let longestSubject = 256
    /// The end of the year 9999, in seconds. What lasts longer is a fault.
    private static let latest: Int64 = 253_402_300_799

    let identity: WorkspaceIdentity
    /// The SHA-256 of who it is at the provider: enough to count requests by, and no personal data.
    let subject: TokenHash
    /// When the token is worth nothing any more, leeway included.
    let endsAt: Timestamp

    /// - Returns: nil when any claim is missing, malformed, wrong, or out of its time.
    init?(payload: [UInt8], configuration: JSONWebTokenConfiguration, now: Timestamp) {
        guard let claims = StrictJSON.read(payload)?.members,
            Self.isExactly(claims["iss"], configuration.issuer),
            Self.isExactly(claims["aud"], configuration.audience),
            let subject = claims["sub"]?.text, (1...Self.longestSubject).contains(subject.utf8.count),
            let expiry = Self.moment(claims["exp"]), now < expiry + Self.leeway
        else { return nil }
        for name in ["nbf", "iat"] where claims[name] != nil {
            guard let moment = Self.moment(claims[name]), moment <= now + Self.leeway else { return nil }
        }
        guard let tenant = configuration.tenantClaim.value(in: claims)?.text.flatMap({ TenantID(rawValue: $0) }),
            // Ours alone: whoever can choose the name of his tenant at the provider must not become the operator.
            tenant != .local,
            let named = configuration.roleClaim.value(in: claims)?.text,
            let role = configuration.roles[named] ?? WorkspaceRole(rawValue: named)
        else { return nil }
        self.identity = WorkspaceIdentity(tenantID: tenant, role: role)
        self.subject = TokenHash(of: Secret(subject))
        self.endsAt = expiry + Self.leeway
    }

    /// Byte for byte: two strings that only look the same are not.
    private static func isExactly(_ claim: StrictJSON?, _ wanted: String) -> Bool {
        claim?.text.map { $0.utf8.elementsEqual(wanted.utf8) } ?? false
    }

    /// A whole number of seconds. RFC 7519 allows fractions; no provider of ours sends them, and rounding is a second reading.
    private static func moment(_ claim: StrictJSON?) -> Timestamp? {
        guard let seconds = claim?.whole, (0...Self.latest).contains(seconds) else { return nil }
        return Timestamp(millisecondsSince1970: seconds * 1000)
    }
}
