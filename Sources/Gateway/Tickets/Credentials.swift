import Crypto
import InterviewStore
import ServerEdge

/// The secrets the gateway gives out. Each has 256 random bits; only its SHA-256 is ever stored or compared.
enum Credentials {
    /// The last part of a join link.
    static func makeTicket() -> Secret<String> { Secret(RandomToken.make(byteCount: 32)) }

    /// What a room authenticates with. The prefix tells a leaked one apart in a search.
    static func makeCandidateToken() -> Secret<String> { Secret(RandomToken.make(prefix: Self.candidatePrefix, byteCount: 32)) }

    /// What the workspace authenticates with.
    static func makeWorkspaceToken() -> Secret<String> { Secret(RandomToken.make(prefix: Self.workspacePrefix, byteCount: 32)) }

    /// What a program or a person of a tenant authenticates with.
    static func makeAPIKey() -> Secret<String> { Secret(RandomToken.make(prefix: Self.apiKeyPrefix, byteCount: 32)) }

    /// What a page of an older signalling server takes for the provider's ephemeral key.
    static func makeSignallingKey() -> Secret<String> { Secret(RandomToken.make(prefix: Self.signallingKeyPrefix, byteCount: 32)) }

    static let signallingKeyPrefix = "ek_viva_"
    static let apiKeyPrefix = "viva_sk_"
    static let candidatePrefix = "vc_"
    static let workspacePrefix = "vw_"

    /// Longest ticket that is looked at; ours have 43 characters.
    static let longestTicket = 128
}

extension TokenHash {
    /// What the store keeps of a secret: its SHA-256. One unsalted pass suffices for 256 random bits.
    init(of secret: Secret<String>) {
        guard let hash = TokenHash(sha256: SHA256.hash(data: Array(secret.expose().utf8))) else {
            preconditionFailure("SHA-256 has 32 bytes (FIPS 180-4)")
        }
        self = hash
    }
}
