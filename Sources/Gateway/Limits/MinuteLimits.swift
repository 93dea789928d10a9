import InterviewCore
import InterviewStore
import ServerEdge

/// The limits on connected minutes. They are counted from the stored calls, so a restart forgets nothing.
///
/// A tenant's are those of the last 24 hours, not of a calendar day or month: that needs no time zone, and no first of the
/// month at which everybody who was stopped begins at once.
struct MinuteLimits: Sendable {
    /// The span that a tenant's minutes are counted in.
    static let window: Duration = .seconds(24 * 3600)
    /// How often it is looked, during a call, whether the tenant has minutes left. The tenant's other calls use them up too.
    static let check: Duration = .seconds(60)

    private let limits: GatewayLimits
    private let store: any InterviewStore
    private let wallClock: WallClock
    private let refusals: MetricsRegistry.Counter

    init(_ limits: GatewayLimits, store: any InterviewStore, wallClock: WallClock, metrics: GatewayMetrics) {
        self.limits = limits
        self.store = store
        self.wallClock = wallClock
        self.refusals = metrics.limitRefusals
    }

    /// What is left of an interview that was connected for `used`; nil: there is no limit.
    func left(after used: Duration) -> Duration? {
        self.limits.interviewMinutes > 0 ? .seconds(60 * self.limits.interviewMinutes) - used : nil
    }

    var hasTenantLimit: Bool { self.limits.tenantMinutesPerDay > 0 }

    /// - Throws: `interview_minutes_used`, `tenant_minutes_used`.
    func admit(_ tenant: TenantID, used: Duration) async throws {
        if let left = self.left(after: used), left <= .zero {
            self.refusals.increment([RequestLimits.Name.interviewMinutes.rawValue])
            throw EdgeError.gateway(.interviewMinutesUsed)
        }
        if let wait = await self.tenantWait(tenant) {
            self.refusals.increment([RequestLimits.Name.tenantMinutes.rawValue])
            throw EdgeError.gateway(.tenantMinutesUsed, retryAfter: wait)
        }
    }

    /// How long until the tenant has minutes again; nil when there are some, or when the store does not say: an interview never
    /// ends because the store is down (promise R2).
    func tenantWait(_ tenant: TenantID) async -> Duration? {
        guard self.hasTenantLimit else { return nil }
        let now = self.wallClock.now
        let since = now + (.zero - Self.window)
        guard let time = try? await self.store.connectedTime(tenant: tenant, since: since, now: now),
            time.total >= .seconds(60 * self.limits.tenantMinutesPerDay)
        else { return nil }
        // Minutes come back when the oldest call slides out of the window; that is at once if it began before it.
        let oldest = time.oldestStart.map { .milliseconds($0.millisecondsSince1970 - since.millisecondsSince1970) } ?? Duration.zero
        return max(Self.check, oldest)
    }
}
