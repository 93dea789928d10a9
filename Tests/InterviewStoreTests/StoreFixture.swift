import Foundation
import InterviewCore
import InterviewStore

/// Makes empty stores of one kind. A new implementation adds one here and runs through the whole suite.
struct StoreFactory: Sendable, CustomStringConvertible {
    let description: String
    let make: @Sendable () async throws -> any InterviewStore

    static let all = [sqlite]

    static let sqlite = StoreFactory(description: "SQLite") {
        try SQLiteInterviewStore.open(directory: temporaryDirectory())
    }
}

/// A fresh path; whoever writes there makes it.
func temporaryDirectory() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("viva-store-\(UUID().uuidString)").path
}

/// A store with one plan and one interview, and what tests need to speak about them.
struct StoreFixture {
    let store: any InterviewStore
    let plan: InterviewPlan
    let interview: InterviewRecord
    let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)

    init(_ factory: StoreFactory) async throws {
        try self.init(store: await factory.make(), plan: .sample())
        try await store.savePlan(plan, tenant: .local, at: now)
        _ = try await store.createInterview(
            NewInterview(id: interview.id, planID: plan.id, candidateName: interview.candidateName, createdAt: now),
            tenant: .local
        )
    }

    private init(store: any InterviewStore, plan: InterviewPlan) throws {
        self.store = store
        self.plan = plan
        interview = InterviewRecord(
            id: .fresh(),
            tenantID: .local,
            planID: plan.id,
            planVersion: plan.version,
            status: .created,
            candidateName: CandidateName("Ada Lovelace"),
            practice: false,
            createdAt: now
        )
    }

    func turn(_ number: Int, _ text: String? = nil, speaker: Speaker = .candidate) -> SpokenTurn {
        SpokenTurn(
            speaker: speaker,
            text: text ?? "words \(number)",
            startMilliseconds: Int64(number) * 1000,
            endMilliseconds: Int64(number) * 1000 + 500,
            itemID: "item_\(number)",
            questionID: QuestionID(rawValue: "q1"),
            interrupted: number % 2 == 0
        )
    }

    func append(_ turn: SpokenTurn) async throws(InterviewStoreError) -> AppendedSegment {
        try await store.appendSegment(turn, interview: interview.id, tenant: .local)
    }

    func issue(_ purpose: NewTicket.Purpose, hash: TokenHash, expires: Duration = .seconds(3600)) async throws(InterviewStoreError) {
        try await store.issueTicket(
            NewTicket(id: .fresh(), hash: hash, purpose: purpose, createdAt: now, expiresAt: now + expires),
            tenant: .local
        )
    }

    func redeem(_ hash: TokenHash, at moment: Timestamp? = nil, token: TokenHash = .fresh()) async throws(InterviewStoreError)
        -> TicketRedemption
    {
        try await store.redeemTicket(
            hash,
            now: moment ?? now,
            newInterviewID: .fresh(),
            candidateToken: NewCandidateToken(hash: token, expiresAt: now + .seconds(7200))
        )
    }
}

extension RandomIdentifier {
    static func fresh() -> Self {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }
}

extension TokenHash {
    static func fresh() -> TokenHash {
        guard let hash = TokenHash(sha256: (0..<32).map { _ in UInt8.random(in: 0...255) }) else {
            preconditionFailure("32 bytes are a hash")
        }
        return hash
    }
}

extension InterviewPlan {
    static func sample(version: Int = 1, text: String = "What did you do?") throws -> InterviewPlan {
        try InterviewPlan(
            checking: InterviewPlanDraft(id: "sample", version: version, title: "Sample", role: "Tester", questions: [.init(text: text)])
        )
    }
}

/// The code of the error that the body throws; nil if it throws none.
func code(_ body: () async throws -> Void) async -> InterviewStoreError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? InterviewStoreError)?.code
    }
}
