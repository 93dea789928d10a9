import InterviewCore
import InterviewStore
import Testing
import VivaTestKit

@testable import Gateway

@Suite("interviews that a crash left behind", .timeLimit(.minutes(1)))
struct RecoveryTests {
    @Test("all of them wait for their candidates again, also beyond one page of the store")
    func pages() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)
        let plan = try InterviewPlan.twoQuestions()
        try await store.savePlan(plan, tenant: .local, at: now)
        var generator = SystemRandomNumberGenerator()
        let ids = (0...InterviewStoreLimits.page).map { _ in InterviewID.random(using: &generator) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    _ = try await store.createInterview(NewInterview(id: id, planID: plan.id, createdAt: now), tenant: .local)
                    try await store.transition(id, tenant: .local, from: .created, to: .live, reason: nil, at: now)
                }
            }
            try await group.waitForAll()
        }
        try await GatewayHarness.run(store: store) { (harness) async throws in
            // What was live is suspended by whoever takes it up.
            while try await !harness.store.interviews(in: [.live], after: nil).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            #expect(harness.logs.contains("took up interrupted interviews"))
        }
    }
}
