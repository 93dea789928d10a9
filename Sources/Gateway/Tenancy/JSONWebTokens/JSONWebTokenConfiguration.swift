public import InterviewStore

/// Which tokens of an identity provider are accepted, and what they say.
public struct JSONWebTokenConfiguration: Sendable {
    /// What `iss` must be, exactly.
    public let issuer: String
    /// What `aud` must be, exactly. A token for several audiences is refused: any of them could use it here.
    public let audience: String
    /// Keys that are known beforehand.
    public var keys: [JSONWebTokenKey]
    /// Where further keys are published.
    public var keySet: JSONWebKeySetAddress?
    /// The claim that names the tenant.
    public var tenantClaim = ClaimPath(names: ["app_metadata", "tenant_id"])
    /// The claim that names the role.
    public var roleClaim = ClaimPath(names: ["role"])
    /// Which role a value of that claim stands for. Our own names stand for themselves unless they are given another role here.
    public var roles: [String: WorkspaceRole] = ["authenticated": .interviewer]

    public init(issuer: String, audience: String, keys: [JSONWebTokenKey] = [], keySet: JSONWebKeySetAddress? = nil) {
        self.issuer = issuer
        self.audience = audience
        self.keys = keys
        self.keySet = keySet
    }
}

/// A claim, or one inside another: `app_metadata.tenant_id`.
public struct ClaimPath: Sendable, Equatable {
    /// Names on a path. Providers nest two or three.
    public static let longest = 8

    let names: [String]

    init(names: [String]) { self.names = names }

    /// - Returns: nil unless it is 1 to ``longest`` names with dots between them. A name that begins with `https://` is one name,
    ///   dots and all: such are the names that providers give to claims of one's own.
    public init?(_ text: String) {
        if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self.names = [text]
            return
        }
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard (1...Self.longest).contains(names.count), names.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.names = names
    }

    func value(in claims: [String: StrictJSON]) -> StrictJSON? {
        self.names.dropFirst().reduce(claims[self.names[0]]) { $0?.members?[$1] }
    }
}
