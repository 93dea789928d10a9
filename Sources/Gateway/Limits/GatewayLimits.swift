public import ServerEdge

/// What addresses, tickets, keys and tenants may have of the gateway. Zero switches a limit off.
///
/// The defaults are such that a recruiter with a room full of candidates does not meet them and a flood does.
public struct GatewayLimits: Sendable, Equatable {
    /// What costs work and comes without a valid token, per minute from one IPv4 address or IPv6 /64 network. A candidate needs two
    /// (the page, the exchange of the ticket), so an office behind one address may let 150 begin at once. A ticket or token that
    /// is not known costs ten.
    public var addressPerMinute = 300
    /// Exchanges of one ticket, per minute. People need one; the practice ticket is used by everybody who practises.
    public var ticketPerMinute = 120
    /// Requests with one API key, one candidate token, the workspace token, or of one person at the identity provider, per minute.
    public var keyPerMinute = 600
    /// Requests of everybody who works or talks for one tenant together, per minute.
    public var tenantPerMinute = 6_000
    /// Interviews that one tenant makes, per hour.
    public var tenantInterviewsPerHour = 1_000
    /// New links into one interview, per hour. A candidate who has lost a link or a tab needs another one now and then; a page that
    /// takes its interview up with each reload makes some.
    public var interviewLinksPerHour = 60
    /// Calls of one interview that are set up, per minute. One is enough for an interview; a phone that leaves a network may need some.
    public var interviewCallsPerMinute = 20
    /// Signalling sessions of one interview at once. A page has one; one that comes back under another name leaves it behind for some
    /// minutes.
    public var interviewSessions = 20
    /// Signalling sessions of one tenant at once: a quarter of what the process has, so that nobody takes the places of all.
    public var tenantSessions = 500
    /// Calls at once. The upstream's own places usually end sooner; this bounds memory and sockets of the gateway.
    public var calls = 500
    /// Calls at once of one tenant.
    public var tenantCalls = 100
    /// Minutes that one interview may be connected, over all its calls. The longest plan takes two hours.
    public var interviewMinutes = 180
    /// Minutes that the calls of one tenant may be connected within 24 hours: 300 interviews of about half an hour.
    public var tenantMinutesPerDay = 10_000
    /// Proxies whose word is taken for the address of a client.
    public var trustedProxies = TrustedProxies()
    /// Loopback, private, shared and link-local addresses have no limit by address, like that of connections: a reverse proxy that
    /// ``trustedProxies`` does not name speaks for everybody, and locking it out would lock everybody out. Limits by ticket, key and
    /// tenant hold for them too.
    public var exemptsLocalNetworks = true

    public init() {}
}
