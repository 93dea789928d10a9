import Foundation
import InterviewCore
import InterviewStore
import Synchronization

/// A real store whose segment writes a test can hold back or let fail, and some of whose questions it can hold back.
final class GatedStore: InterviewStore {
    private struct State {
        var isHolding = false
        var isFailing = false
        var isRefusing = false
        var isReadOnly = false
        var isHoldingTokens = false
        var tokenQueries = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals: [CheckedContinuation<Void, Never>] = []
        var held = 0
    }

    let store: any InterviewStore
    /// Where the files are.
    let folder: String
    private let state = Mutex(State())
    /// Questions whose a candidate token is.
    let candidateQuestions = Turnstile()
    /// Questions for one interview.
    let interviewQuestions = Turnstile()

    init(_ store: any InterviewStore, folder: String) {
        self.store = store
        self.folder = folder
    }

    static func inTemporaryFolder() throws -> GatedStore {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("viva-gateway-\(UUID().uuidString)").path
        return GatedStore(try SQLiteInterviewStore.open(directory: folder), folder: folder)
    }

    /// Segment writes wait from now on.
    func hold() { self.state.withLock { $0.isHolding = true } }

    /// Segment writes fail from now on, as if the database were down.
    func fail() { self.state.withLock { $0.isFailing = true } }

    /// Segment writes are refused for good from now on, as if the transcript were full.
    func refuse() { self.state.withLock { $0.isRefusing = true } }

    /// Plans cannot be saved from now on, as if the disk were full.
    func becomeReadOnly() { self.state.withLock { $0.isReadOnly = true } }

    /// Questions about tokens are not answered from now on, not even to those who have stopped waiting.
    func holdTokens() { self.state.withLock { $0.isHoldingTokens = true } }

    /// How many questions about tokens have come.
    var tokenQueries: Int { self.state.withLock { $0.tokenQueries } }

    /// All that waits goes on.
    func open() {
        self.candidateQuestions.open()
        self.interviewQuestions.open()
        let waiting = self.state.withLock { state in
            state.isHolding = false
            state.isFailing = false
            state.isRefusing = false
            state.isHoldingTokens = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when a segment write is being held back.
    func segmentArrived() async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                if state.held == 0 { state.arrivals.append(continuation) }
                return state.held > 0
            }
            if isThere { continuation.resume() }
        }
    }

    func appendSegment(_ turn: SpokenTurn, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> AppendedSegment {
        if self.state.withLock({ $0.isFailing }) { throw InterviewStoreError(.unavailable, "down for the test") }
        if self.state.withLock({ $0.isRefusing }) { throw InterviewStoreError(.tooLarge, "full for the test") }
        await withCheckedContinuation { continuation in
            let (goesOn, arrivals) = self.state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
                guard state.isHolding else { return (true, []) }
                state.held += 1
                state.waiting.append(continuation)
                defer { state.arrivals = [] }
                return (false, state.arrivals)
            }
            for arrival in arrivals { arrival.resume() }
            if goesOn { continuation.resume() }
        }
        return try await self.store.appendSegment(turn, interview: interview, tenant: tenant)
    }

    // MARK: Passed on

    func checkReadiness() async throws(InterviewStoreError) { try await self.store.checkReadiness() }
    func savePlan(_ plan: InterviewPlan, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError) {
        if self.state.withLock({ $0.isReadOnly }) { throw InterviewStoreError(.full, "read-only for the test") }
        try await self.store.savePlan(plan, tenant: tenant, at: now)
    }
    func plan(_ id: PlanID, version: Int?, tenant: TenantID) async throws(InterviewStoreError) -> InterviewPlan {
        try await self.store.plan(id, version: version, tenant: tenant)
    }
    func plans(tenant: TenantID) async throws(InterviewStoreError) -> [InterviewPlan] { try await self.store.plans(tenant: tenant) }
    func createInterview(_ interview: NewInterview, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord {
        try await self.store.createInterview(interview, tenant: tenant)
    }
    func interview(_ id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord {
        await self.interviewQuestions.pass()
        return try await self.store.interview(id, tenant: tenant)
    }
    func history(of id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewHistory {
        await self.interviewQuestions.pass()
        return try await self.store.history(of: id, tenant: tenant)
    }
    func interviews(tenant: TenantID, after cursor: String?, limit: Int) async throws(InterviewStoreError) -> InterviewPage {
        try await self.store.interviews(tenant: tenant, after: cursor, limit: limit)
    }
    func interviews(
        in statuses: Set<InterviewStatus>,
        after: InterviewID?
    ) async throws(InterviewStoreError) -> [InterviewRecord] {
        try await self.store.interviews(in: statuses, after: after)
    }
    func transition(
        _ id: InterviewID,
        tenant: TenantID,
        from: InterviewStatus,
        to: InterviewStatus,
        reason: String?,
        at now: Timestamp
    ) async throws(InterviewStoreError) {
        try await self.store.transition(id, tenant: tenant, from: from, to: to, reason: reason, at: now)
    }
    func saveProgress(_ progress: ConductorProgress, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.saveProgress(progress, interview: interview, tenant: tenant)
    }
    func issueTicket(_ ticket: NewTicket, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.issueTicket(ticket, tenant: tenant)
    }
    func ticketState(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> TicketState {
        try await self.store.ticketState(hash, now: now)
    }
    func redeemTicket(
        _ hash: TokenHash,
        now: Timestamp,
        newInterviewID: InterviewID,
        candidateToken: NewCandidateToken
    ) async throws(InterviewStoreError) -> TicketRedemption {
        try await self.store.redeemTicket(hash, now: now, newInterviewID: newInterviewID, candidateToken: candidateToken)
    }
    func saveCandidateToken(_ token: NewCandidateToken, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.saveCandidateToken(token, interview: interview, tenant: tenant)
    }
    func candidate(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> CandidateIdentity? {
        await self.candidateQuestions.pass()
        return try await self.store.candidate(hash, now: now)
    }
    func tenants() async throws(InterviewStoreError) -> [TenantID] { try await self.store.tenants() }
    func createAPIKey(_ key: NewAPIKey, tenant: TenantID) async throws(InterviewStoreError) -> APIKeyRecord {
        try await self.store.createAPIKey(key, tenant: tenant)
    }
    func apiKeys(tenant: TenantID) async throws(InterviewStoreError) -> [APIKeyRecord] { try await self.store.apiKeys(tenant: tenant) }
    func revokeAPIKey(_ id: APIKeyID, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError) {
        try await self.store.revokeAPIKey(id, tenant: tenant, at: now)
    }
    func apiKey(_ hash: TokenHash) async throws(InterviewStoreError) -> APIKeyRecord? { try await self.store.apiKey(hash) }
    func noteAPIKeyUse(_ uses: [APIKeyID: Timestamp]) async throws(InterviewStoreError) { try await self.store.noteAPIKeyUse(uses) }
    func tokensInForce(_ hashes: Set<TokenHash>, now: Timestamp) async throws(InterviewStoreError) -> Set<TokenHash> {
        await withCheckedContinuation { continuation in
            let goesOn = self.state.withLock { state in
                state.tokenQueries += 1
                if state.isHoldingTokens { state.waiting.append(continuation) }
                return !state.isHoldingTokens
            }
            if goesOn { continuation.resume() }
        }
        return try await self.store.tokensInForce(hashes, now: now)
    }
    func record(_ writes: [InterviewWrite], interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.record(writes, interview: interview, tenant: tenant)
    }
    func recordCall(_ call: CallRecord, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.recordCall(call, tenant: tenant)
    }
    func recordCallEnd(_ id: CallID, tenant: TenantID, reason: String, at now: Timestamp) async throws(InterviewStoreError) {
        try await self.store.recordCallEnd(id, tenant: tenant, reason: reason, at: now)
    }
    func call(_ id: CallID, tenant: TenantID) async throws(InterviewStoreError) -> CallRecord {
        try await self.store.call(id, tenant: tenant)
    }
    func calls(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [CallRecord] {
        try await self.store.calls(interview: interview, tenant: tenant)
    }
    func connectedTime(tenant: TenantID, since: Timestamp, now: Timestamp) async throws(InterviewStoreError) -> ConnectedTime {
        try await self.store.connectedTime(tenant: tenant, since: since, now: now)
    }
    func segments(
        interview: InterviewID,
        tenant: TenantID,
        after: SegmentSequence?
    ) async throws(InterviewStoreError) -> [TranscriptSegment] {
        try await self.store.segments(interview: interview, tenant: tenant, after: after)
    }
    func appendEvent(_ event: InterviewEvent, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) {
        try await self.store.appendEvent(event, interview: interview, tenant: tenant)
    }
    func events(
        interview: InterviewID,
        tenant: TenantID,
        kind: InterviewEvent.Kind?
    ) async throws(InterviewStoreError) -> [InterviewEvent] {
        try await self.store.events(interview: interview, tenant: tenant, kind: kind)
    }
    func appendCoverage(
        _ coverage: QuestionCoverage,
        interview: InterviewID,
        tenant: TenantID,
        at now: Timestamp
    ) async throws(InterviewStoreError) {
        try await self.store.appendCoverage(coverage, interview: interview, tenant: tenant, at: now)
    }
    func coverage(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [QuestionCoverage] {
        try await self.store.coverage(interview: interview, tenant: tenant)
    }
    func close() async { await self.store.close() }
}
