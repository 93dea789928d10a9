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
    func principal(of token: Secret<String>) async throws -> Principal? {
        let principal = try await self.holder(of: token)
        if case .workspace(let identity) = principal {
            try await translatingStoreErrors { () throws(InterviewStoreError) in try await self.plans.prepare(identity.tenantID) }
        }
        return principal
    }

    private func holder(of token: Secret<String>) async throws -> Principal? {
        let text = token.expose()
        if text.hasPrefix(Credentials.workspacePrefix) {
            let digest = TokenDigest(of: token)
            let isWorkspace = self.workspace.withLock { $0 == digest }
            return isWorkspace ? .workspace(WorkspaceIdentity(tenantID: .local, role: .admin)) : nil
        }
        if text.hasPrefix(Credentials.apiKeyPrefix) {
            let key = try await translatingStoreErrors { () throws(InterviewStoreError) in
                try await self.store.apiKey(TokenHash(of: token))
            }
            guard let key else { return nil }
            self.keyUses.note(key.id, at: self.wallClock.now)
            return .workspace(WorkspaceIdentity(tenantID: key.tenantID, role: key.role))
        }
        if text.hasPrefix(Credentials.candidatePrefix) {
            let identity = try await translatingStoreErrors { () throws(InterviewStoreError) in
                try await self.store.candidate(TokenHash(of: token), now: self.wallClock.now)
            }
            return identity.map { .candidate($0) }
        }
        return try await self.verifier?.claims(of: token).map { .workspace($0.identity) }
    }
}

/// Requires a valid bearer token and puts its principal into the context.
struct AuthenticationMiddleware: RouterMiddleware {
    let authenticator: Authenticator

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard let principal = try await self.authenticator.principal(of: request.bearerToken()) else { throw EdgeError.unauthorized }
        var context = context
        context.principal = principal
        return try await next(request, context)
    }
}
