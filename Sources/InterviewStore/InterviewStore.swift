public import InterviewCore

/// Where interviews are kept.
///
/// Every write returns only after it is durable: a power cut after the return loses nothing. Every
/// method is safe to call from any task at any time. Nothing of another tenant can be found, changed or
/// told from something that does not exist. The methods that take a ``TokenHash`` instead of a tenant
/// are for the holder of a secret who does not know his tenant yet; their answer names it.
///
/// Two implementations: SQLite for one node, PostgreSQL for several. One conformance suite covers both.
public protocol InterviewStore: Sendable {
    /// Answers when the store can read and write; throws what is the matter otherwise.
    func checkReadiness() async throws(InterviewStoreError)

    // MARK: Plans

    /// Keeps a version of a plan for ever. Saving the same version with the same content again does
    /// nothing; with other content it is a `conflict`.
    func savePlan(_ plan: InterviewPlan, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError)
    /// The named version, or the newest. `notFound` if there is none.
    func plan(_ id: PlanID, version: Int?, tenant: TenantID) async throws(InterviewStoreError) -> InterviewPlan
    /// The newest version of each plan, by id. At most `InterviewStoreLimits.plans`.
    func plans(tenant: TenantID) async throws(InterviewStoreError) -> [InterviewPlan]

    // MARK: Interviews

    /// Makes an interview in status `created`. `notFound` if there is no such plan; `conflict` if the id is taken.
    func createInterview(_ interview: NewInterview, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord
    func interview(_ id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord
    /// What is stored of an interview that is taken up, all of one moment.
    func history(of id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewHistory
    /// A page, newest first. `limit` is brought into 1 … `InterviewStoreLimits.page`; an unreadable cursor is `invalidCursor`.
    /// The cursor says nothing but what the last interview of the page shows itself.
    func interviews(tenant: TenantID, after cursor: String?, limit: Int) async throws(InterviewStoreError) -> InterviewPage
    /// Interviews of all tenants that stand in one of these statuses, oldest first, for the tidying-up
    /// after a restart. From behind `after` (nil: from the beginning), at most `InterviewStoreLimits.page`.
    func interviews(
        in statuses: Set<InterviewStatus>,
        after: InterviewID?
    ) async throws(InterviewStoreError) -> [InterviewRecord]
    /// Moves an interview on if it stands where the caller supposes, and writes the event; otherwise
    /// `conflict`. The first `live` sets `startedAt`, a final status `endedAt`. What may follow what is
    /// the business of `InterviewStateMachine`; only a final status is guarded here: nothing leaves it.
    func transition(
        _ id: InterviewID,
        tenant: TenantID,
        from: InterviewStatus,
        to: InterviewStatus,
        reason: String?,
        at now: Timestamp
    ) async throws(InterviewStoreError)
    /// Remembers how far the conductor has come.
    func saveProgress(_ progress: ConductorProgress, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError)

    // MARK: Tickets and candidate tokens

    /// `notFound` if its interview or plan does not exist; `conflict` if id or hash are taken or the interview is over.
    /// One link is good for an interview at a time: with a new ticket the unused ones before it have `expired`, and the
    /// candidate tokens that used ones gave end.
    func issueTicket(_ ticket: NewTicket, tenant: TenantID) async throws(InterviewStoreError)
    func ticketState(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> TicketState
    /// Uses a ticket and keeps the candidate token, both or neither. Of any number of simultaneous
    /// attempts with one single-use ticket exactly one is `redeemed`. A practice ticket makes the
    /// interview `newInterviewID` each time; a single one leaves that id unused and opens its interview
    /// wherever that stands, unless it is over.
    func redeemTicket(
        _ hash: TokenHash,
        now: Timestamp,
        newInterviewID: InterviewID,
        candidateToken: NewCandidateToken
    ) async throws(InterviewStoreError) -> TicketRedemption
    /// Adds a token for an interview, such as a fresh one for a long call. Like every token of the interview it ends with the
    /// next ticket that is issued for it, and `InterviewStoreLimits.candidateTokenAfterEnd` after the interview was over.
    func saveCandidateToken(_ token: NewCandidateToken, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError)
    /// nil if the token is unknown or has expired.
    func candidate(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> CandidateIdentity?

    // MARK: Tenants and API keys

    /// Every tenant that has anything here, by name. For the operator.
    func tenants() async throws(InterviewStoreError) -> [TenantID]
    /// Keeps a key; makes the tenant with its first one. `conflict` if id or hash are taken, `full` beyond
    /// `InterviewStoreLimits.apiKeys` that are not revoked.
    func createAPIKey(_ key: NewAPIKey, tenant: TenantID) async throws(InterviewStoreError) -> APIKeyRecord
    /// The keys of a tenant, also the revoked ones, oldest first.
    func apiKeys(tenant: TenantID) async throws(InterviewStoreError) -> [APIKeyRecord]
    /// The key is worth nothing from now on; revoking it again changes nothing.
    func revokeAPIKey(_ id: APIKeyID, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError)
    /// nil if the key is unknown or revoked.
    func apiKey(_ hash: TokenHash) async throws(InterviewStoreError) -> APIKeyRecord?
    /// Remembers when keys were used. Those that are unknown by now are passed over; a moment before the one
    /// that is stored changes nothing.
    func noteAPIKeyUse(_ uses: [APIKeyID: Timestamp]) async throws(InterviewStoreError)

    /// Which of these tokens are worth something now, candidate tokens and API keys.
    func tokensInForce(_ hashes: Set<TokenHash>, now: Timestamp) async throws(InterviewStoreError) -> Set<TokenHash>

    // MARK: Calls

    /// `conflict` if the id is taken.
    func recordCall(_ call: CallRecord, tenant: TenantID) async throws(InterviewStoreError)
    /// Closes a call; closing it again changes nothing.
    func recordCallEnd(_ id: CallID, tenant: TenantID, reason: String, at now: Timestamp) async throws(InterviewStoreError)
    func call(_ id: CallID, tenant: TenantID) async throws(InterviewStoreError) -> CallRecord
    /// All calls of an interview, oldest first.
    func calls(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [CallRecord]
    /// How long the calls of a tenant were connected between `since` and `now`. A call that was not closed counts up to the end
    /// of its interview, or up to now.
    func connectedTime(tenant: TenantID, since: Timestamp, now: Timestamp) async throws(InterviewStoreError) -> ConnectedTime

    /// Writes all of these of one interview in their order, or none of them. What each one means, and what it is refused for, is that
    /// of the function of its name.
    func record(_ writes: [InterviewWrite], interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError)

    // MARK: Transcript

    /// Puts a turn at the end of the transcript and returns its place after the durable commit. Turns
    /// that are appended one after another get rising places. The same turn again (same interview, item
    /// and speaker) returns the place it has; with other words under the same item it is a `conflict`.
    /// U+0000 in the text is stored as U+FFFD.
    func appendSegment(
        _ turn: SpokenTurn,
        interview: InterviewID,
        tenant: TenantID
    ) async throws(InterviewStoreError) -> AppendedSegment
    /// The transcript in order, from behind `after` (nil: from the beginning). At most
    /// `InterviewStoreLimits.segments`, which is all there can be.
    func segments(
        interview: InterviewID,
        tenant: TenantID,
        after: SegmentSequence?
    ) async throws(InterviewStoreError) -> [TranscriptSegment]

    // MARK: Record

    func appendEvent(_ event: InterviewEvent, interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError)
    /// In the order of writing; nil: every kind.
    func events(
        interview: InterviewID,
        tenant: TenantID,
        kind: InterviewEvent.Kind?
    ) async throws(InterviewStoreError) -> [InterviewEvent]
    /// Adds the proof that a question was put.
    func appendCoverage(
        _ coverage: QuestionCoverage,
        interview: InterviewID,
        tenant: TenantID,
        at now: Timestamp
    ) async throws(InterviewStoreError)
    /// In the order of writing.
    func coverage(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [QuestionCoverage]

    /// Finishes the writes that wait, then closes. Later calls are `unavailable`.
    func close() async
}

/// The limits of every store, each with its reason.
public enum InterviewStoreLimits {
    /// Writes that wait for their commit (promise R2). Beyond, callers are told `full` at once.
    public static let pendingWrites = 10_000
    /// Short reads that wait for their thread, which takes them by the thousand in a second. Beyond, callers are told `full` at once.
    public static let pendingReads = 10_000
    /// Writes in one commit. More gains nothing measurable and makes the last one wait.
    public static let writesPerCommit = 512
    /// So long behind a commit the next one waits for company: a commit costs the same for one write as for many. Nobody notices it, and
    /// a write that comes alone does not wait at all.
    public static let betweenCommits: Duration = .milliseconds(4)
    /// A turn of ten minutes has about 10 KB of text.
    public static let segmentTextBytes = 64 * 1024
    /// Segments of one interview: two hours of a turn each second.
    public static let segments = 10_000
    /// A report of a client is limited to 8 KiB by the gateway; coverage with a long question stays below 8 KiB too.
    public static let eventBodyBytes = 16 * 1024
    /// Events of one interview. A client that keeps reporting meets this.
    public static let events = 5_000
    /// Identifiers that upstreams choose.
    public static let itemIDBytes = 256
    public static let reasonBytes = 256
    public static let page = 200
    public static let plans = 500
    /// After its interview a candidate token still opens the last words, the end and the transcript for this long.
    public static let candidateTokenAfterEnd: Duration = .seconds(300)
    /// Tokens that are looked up in one statement; SQLite takes 32,766 values, PostgreSQL 65,535.
    public static let tokensAtOnce = 5_000
    /// An origin is a scheme, a host name (RFC 1035: 253 characters) and a port.
    public static let originBytes = 300
    /// Keys of one tenant in force: one for each system and person that needs one, with room to spare.
    public static let apiKeys = 1_000
    /// The name of a key is one line in a list.
    public static let apiKeyNameBytes = 256
}
