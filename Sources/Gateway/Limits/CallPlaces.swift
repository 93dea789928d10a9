import InterviewCore
import ServerEdge
import Synchronization

/// How many calls there may be at once, in all and of one tenant. A place is taken before anything is asked of store or
/// upstream, and freed when the call is over or was not set up.
final class CallPlaces: Sendable {
    private struct Taken {
        var all = 0
        /// Tenants without calls are not remembered.
        var byTenant: [TenantID: Int] = [:]
    }

    private let limits: GatewayLimits
    private let refusals: MetricsRegistry.Counter
    private let taken = Mutex(Taken())

    init(_ limits: GatewayLimits, metrics: GatewayMetrics) {
        self.limits = limits
        self.refusals = metrics.limitRefusals
    }

    /// - Throws: `tenant_calls_full`, `calls_full`.
    func take(for tenant: TenantID) throws -> CallPlace {
        let refusal = self.taken.withLock { taken -> (GatewayErrorCode, RequestLimits.Name)? in
            let own = taken.byTenant[tenant, default: 0]
            // First the tenant's own: others' calls are none of its business.
            if self.limits.tenantCalls > 0, own >= self.limits.tenantCalls { return (.tenantCallsFull, .tenantCalls) }
            if self.limits.calls > 0, taken.all >= self.limits.calls { return (.callsFull, .calls) }
            taken.all += 1
            taken.byTenant[tenant] = own + 1
            return nil
        }
        if let (code, name) = refusal {
            self.refusals.increment([name.rawValue])
            throw EdgeError.gateway(code)
        }
        return CallPlace(tenant: tenant, of: self)
    }

    fileprivate func free(_ tenant: TenantID) {
        self.taken.withLock { taken in
            taken.all -= 1
            taken.byTenant[tenant] = taken.byTenant[tenant].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }

    /// Places that are taken now.
    var count: Int { self.taken.withLock { $0.all } }
}

/// One call's place.
final class CallPlace: Sendable {
    private let tenant: TenantID
    private let places: CallPlaces
    private let isFree = Mutex(false)

    fileprivate init(tenant: TenantID, of places: CallPlaces) {
        self.tenant = tenant
        self.places = places
    }

    /// Once; later calls change nothing.
    func free() {
        let wasFree = self.isFree.withLock { isFree in
            defer { isFree = true }
            return isFree
        }
        if !wasFree { self.places.free(self.tenant) }
    }
}
