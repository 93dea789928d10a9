public import InterviewCore
import NIOSSL
public import ServerEdge

/// What an operator can choose about the gateway. The composition root fills it; nothing below reads the environment.
public struct GatewayConfiguration: Sendable {
    /// Where the server listens, and the limits of its sockets.
    public var server: EdgeServerConfiguration
    /// The address people reach the server at, such as `https://interviews.example`; nil: where it listens. Links to
    /// candidates begin with it.
    public var publicURL: String?
    /// Complete origins of other pages that may use the HTTP interface, such as `https://careers.example`.
    public var allowedOrigins: Set<String> = []
    /// The tokens of an identity provider that are accepted; nil: none.
    public var jsonWebTokens: JSONWebTokenConfiguration?
    /// How long a join link is good.
    public var ticketLifetime: Duration = .seconds(7 * 24 * 3600)
    /// How long a candidate token is good: the longest interview, with breaks.
    public var candidateTokenLifetime: Duration = .seconds(4 * 3600)
    /// After the first signal to end, live calls may go on this long (promise R10).
    public var drainLimit: Duration = .seconds(30)
    /// What a signalling session may cost.
    public var signalling = SignallingLimits()
    /// Whether browsers may get keys of the upstream itself, with which they talk past this server.
    public var handsOutDirectKeys = false
    /// What addresses, tickets, keys and tenants may have.
    public var limits = GatewayLimits()
    /// What browsers are told of STUN and TURN servers.
    public var iceServers = ICEServers()
    /// The numbers the conductor goes by.
    public var conductor = ConductorPolicy()
    /// The plan of the practice link; nil: the first of the plans given to the gateway.
    public var practicePlan: PlanID?
    /// How many interviews the process holds; see ``CallRegistry/Limits/calls``.
    var interviewsHeld = CallRegistry.Limits.calls
    /// The limits of what passes between the gateway and its upstreams.
    var upstreamLimits = UpstreamLimits()
    /// Whose certificates are good for upstreams; nil: those that the system trusts.
    var upstreamTrust: TLSConfiguration?
    /// Numbers of 0 ..< 1 for the pauses between attempts.
    var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    public init(server: EdgeServerConfiguration) {
        self.server = server
    }
}

/// What the gateway tells when it accepts calls. The links hold secrets: they are for the operator's terminal, not for a log.
public struct GatewayReady: Sendable {
    /// For the line `ready http://HOST:PORT`.
    public let address: String
    /// Opens a practice interview, as often as it is used, until the process ends. nil when there is no plan.
    public let practiceLink: Secret<String>?
    /// Opens the workspace until the process ends.
    public let workspaceLink: Secret<String>
}

/// Why the gateway does not start, in one clear line.
public enum GatewayStartError: Error, CustomStringConvertible {
    /// A plan document was changed, but its version was not raised; the stored version is what candidates heard.
    case planChanged(PlanID, version: Int)

    public var description: String {
        switch self {
        case .planChanged(let plan, let version):
            "The plan \(plan) differs from the stored version \(version). Published versions never change: raise its version number."
        }
    }
}
