import Foundation
import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge
import Synchronization

/// Turns a bearer token into a principal.
///
/// The prefix tells the kind of token: the workspace token of this run, an API key of a tenant, or the candidate token of
/// one interview. A token with dots is one of the identity provider's. The identity names the tenant; nothing else of a
/// request ever does.
final class Authenticator: Sendable {
    private let store: any InterviewStore
    private let verifier: JSONWebTokenVerifier?
    private let wallClock: WallClock
    private let plans: TenantPlans
    private let keyUses: APIKeyUses
    /// SHA-256 of the workspace token of this run. The token itself is shown once, at start, and kept by nobody here.
    private let workspace = Mutex<TokenDigest?>(nil)

    /// - Parameter verifier: of the identity provider's tokens; nil: there is no provider.
    init(store: any InterviewStore, verifier: JSONWebTokenVerifier?, wallClock: WallClock, plans: TenantPlans, keyUses: APIKeyUses) {
        self.store = store
        self.verifier = verifier
        self.wallClock = wallClock
        self.plans = plans
        self.keyUses = keyUses
    }

    /// Makes the workspace token; the one before stops working.
    func renewWorkspaceToken() -> Secret<String> {
        let token = Credentials.makeWorkspaceToken()
        self.workspace.withLock { $0 = TokenDigest(of: token) }
        return token
    }

    /// Who holds this token; nil when it is unknown, was revoked or has expired.
    ///
    /// - Parameter reading: the request changes nothing, and is served by a store that takes no writes.
    func authenticate(_ token: Secret<String>, reading: Bool = false) async throws -> Authenticated? {
        let authenticated = try await self.holder(of: token)
        if case .workspace(let identity) = authenticated?.principal {
            try await translatingStoreErrors { () throws(InterviewStoreError) in
                try await self.plans.prepare(identity.tenantID, reading: reading)
            }
        }
        return authenticated
    }

    private func holder(of token: Secret<String>) async throws -> Authenticated? {
        let text = token.expose()
        if text.hasPrefix(Credentials.workspacePrefix) {
            let digest = TokenDigest(of: token)
            let isWorkspace = self.workspace.withLock { $0 == digest }
            let identity = WorkspaceIdentity(tenantID: .local, role: .admin)
            return isWorkspace ? Authenticated(.workspace(identity), by: .run, holder: TokenHash(of: token)) : nil
        }
        if text.hasPrefix(Credentials.apiKeyPrefix) {
            let hash = TokenHash(of: token)
            let key = try await translatingStoreErrors { () throws(InterviewStoreError) in
                try await self.store.apiKey(hash)
            }
            guard let key else { return nil }
            self.keyUses.note(key.id, at: self.wallClock.now)
            return Authenticated(.workspace(WorkspaceIdentity(tenantID: key.tenantID, role: key.role)), by: .key(hash), holder: hash)
        }
        if text.hasPrefix(Credentials.candidatePrefix) {
            let hash = TokenHash(of: token)
            let identity = try await translatingStoreErrors { () throws(InterviewStoreError) in
                try await self.store.candidate(hash, now: self.wallClock.now)
            }
            return identity.map { Authenticated(.candidate($0), by: .candidate(hash, endsAt: $0.expiresAt), holder: hash) }
        }
        guard let verifier = self.verifier else { return nil }
        // Checking a signature is long for an event loop.
        let claims = try await withTaskExecutorPreference(globalConcurrentExecutor) { try await verifier.claims(of: token) }
        return claims.map {
            Authenticated(.workspace($0.identity), by: .claims(endsAt: $0.endsAt), holder: $0.subject)
        }
    }
}

/// Who sent a request, and by what that was shown.
struct Authenticated: Sendable {
    let principal: Principal
    let authority: Authority
    /// Whose limit a request counts for: the SHA-256 of the token, or, as a person has many of them, of the provider's subject.
    let holder: TokenHash

    init(_ principal: Principal, by authority: Authority, holder: TokenHash) {
        self.principal = principal
        self.authority = authority
        self.holder = holder
    }

    var tenant: TenantID {
        switch self.principal {
        case .workspace(let identity): identity.tenantID
        case .candidate(let identity): identity.tenantID
        }
    }
}

/// Requires a valid bearer token and puts its principal into the context.
///
/// An address with a token in it is refused, whatever the header says: addresses are kept by proxies, histories and logs
/// (RFC 6750, section 5.3).
struct AuthenticationMiddleware: RouterMiddleware {
    /// Names under which clients put tokens into addresses.
    static let refusedParameters = ["access_token", "token", "candidate_token", "api_key", "apikey", "authorization", "jwt"]

    /// Whether one of the names, as they stand in an address, is such a name, in whatever case and however often.
    static func refuses(_ names: some Sequence<String>) -> Bool { names.contains { self.refusedParameters.contains($0.lowercased()) } }

    let authenticator: Authenticator
    let limits: RequestLimits
    /// Lets requests without a token pass, and those with a key of a signalling session, for routes that know another right. A token
    /// that is none is refused all the same.
    var isOptional = false

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let names = request.uri.queryParameters.map { String($0.key).removingPercentEncoding ?? "" }
        guard !Self.refuses(names) else { throw EdgeError.unauthorized }
        if self.isOptional, request.headers[.authorization] == nil || request.signallingKey != nil {
            return try await next(request, context)
        }
        let reading = request.method == .get || request.method == .head
        let token = try request.bearerToken()
        try self.limits.check(token: token)
        guard let authenticated = try await self.authenticator.authenticate(token, reading: reading) else { throw EdgeError.unauthorized }
        try self.limits.admit(authenticated)
        var context = context
        context.authenticated = authenticated
        return try await next(request, context)
    }
}

extension Request {
    /// The key of a signalling session in `Authorization`; nil when there is none of that form.
    var signallingKey: Secret<String>? {
        guard let token = BearerToken.parse(self.headers), token.expose().hasPrefix(Credentials.signallingKeyPrefix) else { return nil }
        return token
    }
}
