import InterviewCore
import ServerEdge

/// Checks tokens of an identity provider.
struct JSONWebTokenVerifier: Sendable {
    let configuration: JSONWebTokenConfiguration
    /// The published keys; nil when none are configured.
    let published: JSONWebKeySetCache?
    let wallClock: WallClock

    /// What the token says; nil unless everything about it is right.
    ///
    /// - Throws: 503 `unavailable` when the provider's keys cannot be had.
    func claims(of token: Secret<String>) async throws -> TokenClaims? {
        guard let token = CompactSignature(token.expose()) else { return nil }
        let configured = self.configuration.keys.filter { $0.fits(token) }
        var key = configured.count == 1 ? configured[0] : nil
        // Only algorithms of public keys: a published key is never a secret, so such a token is not worth a fetch.
        if configured.isEmpty, token.algorithm != JSONWebTokenKey.Algorithm.hs256.rawValue,
            JSONWebTokenKey.Algorithm(rawValue: token.algorithm) != nil
        {
            key = try await self.published?.key(fitting: token)
        }
        guard let key, key.hasSigned(token) else { return nil }
        return TokenClaims(payload: token.payload, configuration: self.configuration, now: self.wallClock.now)
    }
}
