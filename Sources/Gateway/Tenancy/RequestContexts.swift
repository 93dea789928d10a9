import Hummingbird
import HTTPTypes
import InterviewStore
import NIOCore
import ServerEdge

/// The context every request of the gateway begins with. Who sent it is unknown until an authenticating middleware has seen
/// a valid token.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection: the client, or a proxy. For limits by address; it is not logged.
    let peer: SocketAddress?
    /// Set by ``AuthenticationMiddleware`` only.
    var authenticated: Authenticated?

    /// JSON bodies are small; routes that take more say so themselves.
    var maxUploadSize: Int { 64 * 1024 }

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.peer = source.channel.remoteAddress
    }
}

/// A request of somebody who works for a tenant, in any role. Cannot exist without a token of a workspace.
struct WorkspaceContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let identity: WorkspaceIdentity

    init(context: GatewayContext) throws {
        guard case .workspace(let identity) = context.authenticated?.principal else { throw EdgeError.unauthorized }
        self.coreContext = context.coreContext
        self.identity = identity
    }
}

/// A request of somebody who may invite candidates and change what belongs to the tenant: an interviewer or an admin.
/// Cannot exist for a reviewer.
struct InterviewerContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let identity: WorkspaceIdentity

    init(context: GatewayContext) throws {
        guard case .workspace(let identity) = context.authenticated?.principal else { throw EdgeError.unauthorized }
        switch identity.role {
        case .admin, .interviewer: break
        case .reviewer: throw EdgeError(CommonErrorCode.forbidden)
        }
        self.coreContext = context.coreContext
        self.identity = identity
    }
}

/// A request of a candidate. Cannot exist without a valid candidate token.
struct CandidateContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let identity: CandidateIdentity
    /// What ends the streams of this request.
    let authority: Authority

    init(context: GatewayContext) throws {
        guard let authenticated = context.authenticated, case .candidate(let identity) = authenticated.principal else {
            throw EdgeError.unauthorized
        }
        self.authority = authenticated.authority
        self.coreContext = context.coreContext
        self.identity = identity
    }
}

/// A request for signalling: of a candidate, of somebody who may invite, or of nobody known, who then has to name a secret that is
/// the right itself. Cannot exist for a reviewer.
struct SignallingContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let principal: Principal?
    let authority: Authority?

    init(context: GatewayContext) throws {
        if case .workspace(let identity) = context.authenticated?.principal, identity.role == .reviewer {
            throw EdgeError(CommonErrorCode.forbidden)
        }
        self.coreContext = context.coreContext
        self.principal = context.authenticated?.principal
        self.authority = context.authenticated?.authority
    }
}

/// A request of either, for what both may read; the handler narrows what it shows to the principal.
struct ReaderContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let principal: Principal

    init(context: GatewayContext) throws {
        guard let principal = context.authenticated?.principal else { throw EdgeError.unauthorized }
        self.coreContext = context.coreContext
        self.principal = principal
    }
}

extension EdgeError {
    /// The one answer to a missing, unknown, expired or foreign token.
    static var unauthorized: EdgeError {
        EdgeError(CommonErrorCode.unauthorized, headers: [.wwwAuthenticate: "Bearer"])
    }

    /// The one answer to anything that does not exist or belongs to somebody else.
    static var notFound: EdgeError { EdgeError(CommonErrorCode.notFound) }
}
