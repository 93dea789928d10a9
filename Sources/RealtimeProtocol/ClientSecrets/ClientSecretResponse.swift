/// The answer of `POST /v1/realtime/client_secrets`. Its descriptions hide the key, so that no log line can hold it.
public struct ClientSecretResponse: Sendable, Hashable {
    /// The key, `ek_…`; a secret.
    public var value: String
    /// Seconds since 1970 at which the key ends. Sessions that were started with it live on.
    public var expiresAt: Int
    /// What the key's sessions start with. No session exists yet: the API shows `expires_at` 0 here.
    public var session: SessionConfiguration

    public init(value: String, expiresAt: Int, session: SessionConfiguration) {
        self.value = value
        self.expiresAt = expiresAt
        self.session = session
    }
}

extension ClientSecretResponse: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, session
        case expiresAt = "expires_at"
    }
}

extension ClientSecretResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "ClientSecretResponse(expiresAt: \(expiresAt))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["expiresAt": expiresAt]) }
}
