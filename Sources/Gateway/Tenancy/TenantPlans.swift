import InterviewCore
import InterviewStore
import Logging
import Synchronization

/// Gives every tenant the plans that the server was started with, when its people first come in this run.
final class TenantPlans: Sendable {
    /// Tenants kept in mind. Beyond, all are forgotten and looked after again, which changes nothing in the store.
    static let remembered = 10_000

    private let store: any InterviewStore
    private let plans: [InterviewPlan]
    private let wallClock: WallClock
    private let logger: Logger
    private let prepared: Mutex<Set<TenantID>> = Mutex([.local])

    /// - Parameter plans: the local tenant has them already.
    init(store: any InterviewStore, plans: [InterviewPlan], wallClock: WallClock, logger: Logger) {
        self.store = store
        self.plans = plans
        self.wallClock = wallClock
        self.logger = logger
    }

    /// Returns when the tenant has the plans.
    func prepare(_ tenant: TenantID) async throws(InterviewStoreError) {
        guard !self.prepared.withLock({ $0.contains(tenant) }) else { return }
        for plan in self.plans {
            do {
                try await self.store.savePlan(plan, tenant: tenant, at: self.wallClock.now)
            } catch  where error.code == .conflict {
                // What the tenant's candidates heard stays as it is; the local tenant's conflict keeps a server from starting.
                self.logger.error("a plan differs from the version a tenant has", metadata: ["viva.plan": "\(plan.id)"])
            }
        }
        self.prepared.withLock { prepared in
            if prepared.count >= Self.remembered { prepared = [.local] }
            prepared.insert(tenant)
        }
    }
}
