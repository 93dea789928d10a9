import HTTPTypes
import InterviewCore
import InterviewStore
import NIOCore
import ServerEdge

/// The limits on requests. Asking them costs microseconds; a refusal has touched neither store nor upstream.
struct RequestLimits: Sendable {
    /// The names of all limits in `viva_limit_refusals_total`.
    enum Name: String {
        case address, ticket, key, tenant
        case tenantInterviews = "tenant_interviews"
        case tenantPractices = "tenant_practices"
        case interviewLinks = "interview_links"
        case interviewCalls = "interview_calls"
        case interviewSessions = "interview_sessions"
        case tenantSessions = "tenant_sessions"
        case calls
        case tenantCalls = "tenant_calls"
        case interviewMinutes = "interview_minutes"
        case tenantMinutes = "tenant_minutes"
    }

    /// What a ticket or a token that is not known costs of an address's bucket, beyond the request itself.
    static let failureCost = 9.0

    /// An interview as a tenant names it: what somebody tries with the ids of others counts for nobody but them.
    private struct NamedInterview: Hashable {
        let tenant: TenantID
        let interview: InterviewID
    }

    private let limits: GatewayLimits
    private let address: RateLimiter<PeerNetwork>?
    private let ticket: RateLimiter<TokenHash>?
    private let holder: RateLimiter<TokenHash>?
    private let tenant: RateLimiter<TenantID>?
    private let interviews: RateLimiter<TenantID>?
    private let practices: RateLimiter<TenantID>?
    private let links: RateLimiter<NamedInterview>?
    private let calls: RateLimiter<InterviewID>?
    private let refusals: MetricsRegistry.Counter

    init(_ limits: GatewayLimits, clock: MonotonicClock, metrics: GatewayMetrics) {
        self.limits = limits
        self.refusals = metrics.limitRefusals
        let now: @Sendable () -> Duration = { clock.now }
        func limiter<Key>(_ count: Int, per span: Duration) -> RateLimiter<Key>? {
            count > 0 ? RateLimiter(RequestRate(count, per: span), now: now) : nil
        }
        self.address = limiter(limits.addressPerMinute, per: .seconds(60))
        self.ticket = limiter(limits.ticketPerMinute, per: .seconds(60))
        self.holder = limiter(limits.keyPerMinute, per: .seconds(60))
        self.tenant = limiter(limits.tenantPerMinute, per: .seconds(60))
        self.interviews = limiter(limits.tenantInterviewsPerHour, per: .seconds(3600))
        self.practices = limiter(limits.tenantInterviewsPerHour, per: .seconds(3600))
        self.links = limiter(limits.interviewLinksPerHour, per: .seconds(3600))
        self.calls = limiter(limits.interviewCallsPerMinute, per: .seconds(60))
    }

    // MARK: Addresses

    /// Whose bucket a request draws on; nil: nobody's.
    func client(of peer: SocketAddress?, _ fields: HTTPFields) -> PeerNetwork? {
        guard let client = self.limits.trustedProxies.client(of: peer, fields) else { return nil }
        return self.limits.exemptsLocalNetworks && client.isLocal ? nil : client
    }

    func admit(_ client: PeerNetwork) throws { try self.check(.address, self.address?.take(of: client)) }

    /// The request had a valid token: the buckets of its holder and tenant count it.
    func wasKnown(_ client: PeerNetwork) { self.address?.giveBack(to: client) }

    /// The request tried a ticket or a token that is nobody's.
    func hasFailed(_ client: PeerNetwork) { self.address?.drain(Self.failureCost, of: client) }

    // MARK: Tickets, tokens, tenants

    func admit(ticket: Secret<String>) throws { try self.check(.ticket, self.ticket?.take(of: TokenHash(of: ticket))) }

    /// Refuses a token whose holder is known to have used up the bucket, before the store is asked whose it is. A token that was
    /// not valid yet is not remembered, so tokens that somebody makes up do not fill the table.
    func check(token: Secret<String>) throws { try self.check(.key, self.holder?.waitTime(of: TokenHash(of: token))) }

    func admit(_ authenticated: Authenticated) throws {
        try self.check(.key, self.holder?.take(of: authenticated.holder))
        try self.check(.tenant, self.tenant?.take(of: authenticated.tenant))
    }

    func admitInterview(of tenant: TenantID) throws {
        try self.check(.tenantInterviews, self.interviews?.take(of: tenant))
    }

    /// Somebody practises: as often as interviews may be made, and counted by itself.
    func admitPractice(of tenant: TenantID) throws { try self.check(.tenantPractices, self.practices?.take(of: tenant)) }

    /// The practice interview was not made after all.
    func practiceNotMade(of tenant: TenantID) { self.practices?.giveBack(to: tenant) }

    /// The interview was not made after all.
    func interviewNotMade(of tenant: TenantID) { self.interviews?.giveBack(to: tenant) }

    /// - Throws: `too_many_links`.
    func admitLink(to interview: InterviewID, of tenant: TenantID) throws {
        try self.check(.interviewLinks, self.links?.take(of: NamedInterview(tenant: tenant, interview: interview)))
    }

    /// The link was not made after all.
    func linkNotMade(to interview: InterviewID, of tenant: TenantID) {
        self.links?.giveBack(to: NamedInterview(tenant: tenant, interview: interview))
    }

    /// One more call of the candidate's interview is to be set up; each costs an exchange with the upstream, and a greeting there.
    func admitCall(of candidate: CandidateIdentity) throws {
        try self.check(.interviewCalls, self.calls?.take(of: candidate.interviewID))
    }

    private func check(_ name: Name, _ wait: Duration?) throws {
        guard let wait else { return }
        self.refusals.increment([name.rawValue])
        throw switch name {
        case .tenantInterviews, .tenantPractices: EdgeError.gateway(.tooManyInterviews, retryAfter: wait)
        case .interviewLinks: EdgeError.gateway(.tooManyLinks, retryAfter: wait)
        default: EdgeError(CommonErrorCode.rateLimited, retryAfter: wait)
        }
    }

    // MARK: Signalling sessions

    /// Whether there may be one more session beside so many of the tenant and of the interview.
    ///
    /// - Parameter ofInterview: nil: the interview's are not looked at.
    /// - Throws: `too_many_sessions`.
    func admitSession(ofTenant: Int, ofInterview: Int?) throws {
        let full: Name
        if let ofInterview, self.limits.interviewSessions > 0, ofInterview >= self.limits.interviewSessions {
            full = .interviewSessions
        } else if self.limits.tenantSessions > 0, ofTenant >= self.limits.tenantSessions {
            full = .tenantSessions
        } else {
            return
        }
        self.refusals.increment([full.rawValue])
        throw EdgeError.gateway(.tooManySessions)
    }
}
