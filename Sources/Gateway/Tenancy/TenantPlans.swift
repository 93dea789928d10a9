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
    ///
    /// - Parameter reading: nothing is to be changed; so it does no harm when the plans cannot be saved now, and they are the next
    ///   time. A store that only reads serves those who read.
    func prepare(_ tenant: TenantID, reading: Bool) async throws(InterviewStoreError) {
        guard !self.prepared.withLock({ $0.contains(tenant) }) else { return }
        do throws(InterviewStoreError) {
            for plan in self.plans { try await self.give(plan, to: tenant) }
        } catch {
            guard reading else { throw error }
            return self.logger.warning("a tenant's plans could not be saved", metadata: ["viva.store.code": "\(error.code.rawValue)"])
        }
        self.prepared.withLock { prepared in
            if prepared.count >= Self.remembered { prepared = [.local] }
            prepared.insert(tenant)
        }
    }

    private func give(_ plan: InterviewPlan, to tenant: TenantID) async throws(InterviewStoreError) {
        do throws(InterviewStoreError) {
            // Looked at first: after a restart the plans are there, and no write is needed.
            if try await self.store.plan(plan.id, version: plan.version, tenant: tenant) == plan { return }
            // What the tenant's candidates heard stays as it is; the local tenant's conflict keeps a server from starting.
            self.logger.error("a plan differs from the version a tenant has", metadata: ["viva.plan": "\(plan.id)"])
        } catch {
            guard error.code == .notFound else { throw error }
            try await self.save(plan, to: tenant)
        }
    }

    private func save(_ plan: InterviewPlan, to tenant: TenantID) async throws(InterviewStoreError) {
        do throws(InterviewStoreError) {
            try await self.store.savePlan(plan, tenant: tenant, at: self.wallClock.now)
        } catch {
            // Somebody else has saved another one meanwhile.
            guard error.code == .conflict else { throw error }
            self.logger.error("a plan differs from the version a tenant has", metadata: ["viva.plan": "\(plan.id)"])
        }
    }
}
