import InterviewCore
import InterviewStore
import ServerEdge
import Synchronization

/// The limits on connected minutes. They are counted from the stored calls, so a restart forgets nothing.
///
/// A tenant's are those of the last 24 hours, not of a calendar day or month: that needs no time zone, and no first of the
/// month at which everybody who was stopped begins at once.
final class MinuteLimits: Sendable {
    /// The span that a tenant's minutes are counted in.
    static let window: Duration = .seconds(24 * 3600)
    /// How often it is looked, during a call, whether the tenant has minutes left. The tenant's other calls use them up too.
    static let check: Duration = .seconds(60)

    private let limits: GatewayLimits
    private let store: any InterviewStore
    private let wallClock: WallClock
    private let refusals: MetricsRegistry.Counter
    /// What tenants had used, and when the store was asked. So many tenants are remembered; then it begins anew.
    private let counted = Mutex<[TenantID: (total: Duration, at: Timestamp)]>([:])
    private static let mostCounted = 1_000

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
        guard !self.cannotHaveUsedUp(tenant, by: now) else { return nil }
        let since = now + (.zero - Self.window)
        guard let time = try? await self.store.connectedTime(tenant: tenant, since: since, now: now) else { return nil }
        self.counted.withLock { counted in
            if counted[tenant] == nil, counted.count >= Self.mostCounted { counted = [:] }
            counted[tenant] = (time.total, now)
        }
        guard time.total >= self.tenantTime else { return nil }
        // Minutes come back when the oldest call slides out of the window; that is at once if it began before it.
        let oldest = time.oldestStart.map { .milliseconds($0.millisecondsSince1970 - since.millisecondsSince1970) } ?? Duration.zero
        return max(Self.check, oldest)
    }

    private var tenantTime: Duration { .seconds(60 * self.limits.tenantMinutesPerDay) }

    /// The store adds up all calls of the day, which at its end are many, and every beginning call asks. But the sum grows by no more than
    /// the calls that a tenant may have at once, so there is a time before which it cannot have reached the limit. After ``check`` the
    /// store is asked anyway, as during a call.
    private func cannotHaveUsedUp(_ tenant: TenantID, by now: Timestamp) -> Bool {
        guard let last = self.counted.withLock({ $0[tenant] }) else { return false }
        let age = Duration.milliseconds(now.millisecondsSince1970 - last.at.millisecondsSince1970)
        let atOnce = self.limits.tenantCalls > 0 ? self.limits.tenantCalls : self.limits.calls
        guard age >= .zero, age < Self.check, atOnce > 0 else { return false }
        return last.total + age * atOnce < self.tenantTime
    }
}
