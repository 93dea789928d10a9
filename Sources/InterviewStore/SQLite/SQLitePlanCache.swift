internal import InterviewCore
internal import Synchronization

/// The plans that were read, decoded and checked: a version that was saved never changes, and checking its words costs a hundred times
/// what finding its row does.
///
/// Only what a read has seen is kept. A write may be looking at what its transaction takes back.
final class SQLitePlanCache: Sendable {
    struct Key: Hashable {
        let tenant: TenantID
        let plan: PlanID
        let version: Int
    }

    /// A plan is some kilobytes, and an installation has a handful of them. When it is full it begins anew.
    private static let most = 256
    private let plans = Mutex<[Key: InterviewPlan]>([:])

    subscript(_ key: Key) -> InterviewPlan? { plans.withLock { $0[key] } }

    func keep(_ plan: InterviewPlan, of tenant: TenantID) {
        plans.withLock { plans in
            let key = Key(tenant: tenant, plan: plan.id, version: plan.version)
            guard plans[key] == nil else { return }
            if plans.count >= Self.most { plans = [:] }
            plans[key] = plan
        }
    }
}
