public import InterviewCore

/// An interview as the store keeps it.
public struct InterviewRecord: Hashable, Sendable {
    public let id: InterviewID
    public let tenantID: TenantID
    public let planID: PlanID
    public let planVersion: Int
    public let status: InterviewStatus
    /// Why it has this status, when that needs saying, such as an `EndReason`.
    public let statusReason: String?
    public let candidateName: CandidateName?
    /// The only web origin whose pages may join it; nil: any that the server allows.
    public let origin: String?
    /// Made by a practice ticket; not to be rated.
    public let practice: Bool
    public let createdAt: Timestamp
    /// When it first went live.
    public let startedAt: Timestamp?
    /// When it reached a final status.
    public let endedAt: Timestamp?
    /// How far the conductor had come when that was last stored.
    public let progress: ConductorProgress?

    public init(
        id: InterviewID,
        tenantID: TenantID,
        planID: PlanID,
        planVersion: Int,
        status: InterviewStatus,
        statusReason: String? = nil,
        candidateName: CandidateName? = nil,
        origin: String? = nil,
        practice: Bool,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        progress: ConductorProgress? = nil
    ) {
        self.id = id
        self.tenantID = tenantID
        self.planID = planID
        self.planVersion = planVersion
        self.status = status
        self.statusReason = statusReason
        self.candidateName = candidateName
        self.origin = origin
        self.practice = practice
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.progress = progress
    }
}

/// An interview to be made.
public struct NewInterview: Hashable, Sendable {
    public let id: InterviewID
    public let planID: PlanID
    /// nil: the newest version.
    public let planVersion: Int?
    public let candidateName: CandidateName?
    /// The only web origin whose pages may join it; nil: any that the server allows.
    public let origin: String?
    public let createdAt: Timestamp

    public init(
        id: InterviewID,
        planID: PlanID,
        planVersion: Int? = nil,
        candidateName: CandidateName? = nil,
        origin: String? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.planID = planID
        self.planVersion = planVersion
        self.candidateName = candidateName
        self.origin = origin
        self.createdAt = createdAt
    }
}

/// One page of interviews, newest first.
public struct InterviewPage: Hashable, Sendable {
    public let interviews: [InterviewRecord]
    /// Hand this in for the next page; nil at the end. Opaque.
    public let nextCursor: String?

    public init(interviews: [InterviewRecord], nextCursor: String?) {
        self.interviews = interviews
        self.nextCursor = nextCursor
    }
}

/// The SHA-256 of a secret that only its holder knows. The store never sees the secret.
public struct TokenHash: Hashable, Sendable {
    public let bytes: [UInt8]

    /// nil unless there are 32 bytes.
    public init?(sha256 bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }
}

/// A ticket to be issued. Its secret is the last part of the join link.
public struct NewTicket: Hashable, Sendable {
    public enum Purpose: Hashable, Sendable {
        /// Opens this interview, once.
        case single(InterviewID)
        /// Makes a fresh practice interview with the newest version of this plan, each time.
        case practice(PlanID)
    }

    public let id: TicketID
    public let hash: TokenHash
    public let purpose: Purpose
    public let createdAt: Timestamp
    public let expiresAt: Timestamp

    public init(id: TicketID, hash: TokenHash, purpose: Purpose, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.hash = hash
        self.purpose = purpose
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What a ticket is worth at a moment. Asking does not use it.
public enum TicketState: Hashable, Sendable {
    case unknown
    case used
    case expired
    /// `plan` is what the page before the interview tells about; `origin` that of the interview.
    case usable(tenant: TenantID, plan: InterviewPlan, practice: Bool, origin: String? = nil)
}

/// What came of presenting a ticket.
public enum TicketRedemption: Hashable, Sendable {
    case unknown
    case used
    case expired
    /// The candidate token is valid, and the interview is at least `joined`.
    case redeemed(InterviewRecord, InterviewPlan)
}

/// A candidate token to be kept.
public struct NewCandidateToken: Hashable, Sendable {
    public let hash: TokenHash
    public let expiresAt: Timestamp

    public init(hash: TokenHash, expiresAt: Timestamp) {
        self.hash = hash
        self.expiresAt = expiresAt
    }
}

/// Whose candidate token it is.
public struct CandidateIdentity: Hashable, Sendable {
    public let tenantID: TenantID
    public let interviewID: InterviewID
    public let expiresAt: Timestamp

    public init(tenantID: TenantID, interviewID: InterviewID, expiresAt: Timestamp) {
        self.tenantID = tenantID
        self.interviewID = interviewID
        self.expiresAt = expiresAt
    }
}

/// One connection of an interview.
public struct CallRecord: Hashable, Sendable {
    public let id: CallID
    public let interviewID: InterviewID
    /// The upstream's name for it, such as `rtc_…`.
    public let upstreamCallID: String?
    public let startedAt: Timestamp
    public let endedAt: Timestamp?
    /// A closed word of the gateway's, such as `hung_up`.
    public let endReason: String?

    public init(
        id: CallID,
        interviewID: InterviewID,
        upstreamCallID: String? = nil,
        startedAt: Timestamp,
        endedAt: Timestamp? = nil,
        endReason: String? = nil
    ) {
        self.id = id
        self.interviewID = interviewID
        self.upstreamCallID = upstreamCallID
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.endReason = endReason
    }
}

/// All that an interview is taken up with.
public struct InterviewHistory: Hashable, Sendable {
    public let record: InterviewRecord
    /// In the version that the interview has.
    public let plan: InterviewPlan
    /// The transcript in order.
    public let segments: [TranscriptSegment]
    /// Oldest first.
    public let calls: [CallRecord]

    public init(record: InterviewRecord, plan: InterviewPlan, segments: [TranscriptSegment], calls: [CallRecord]) {
        self.record = record
        self.plan = plan
        self.segments = segments
        self.calls = calls
    }
}

/// Something that is written of an interview, other than its transcript.
public enum InterviewWrite: Sendable {
    case transition(from: InterviewStatus, to: InterviewStatus, reason: String?, at: Timestamp)
    case progress(ConductorProgress)
    case event(InterviewEvent)
    case coverage(QuestionCoverage, at: Timestamp)
    case call(CallRecord)
    case callEnd(CallID, reason: String, at: Timestamp)
}

/// How long calls were connected within a span.
public struct ConnectedTime: Hashable, Sendable {
    /// Of all calls together.
    public let total: Duration
    /// When the oldest of them began; nil without calls.
    public let oldestStart: Timestamp?

    public init(total: Duration, oldestStart: Timestamp?) {
        self.total = total
        self.oldestStart = oldestStart
    }
}

/// Where a turn of speech has found its place.
public struct AppendedSegment: Hashable, Sendable {
    public let sequence: SegmentSequence
    /// It was already there: this was a retry.
    public let alreadyStored: Bool

    public init(sequence: SegmentSequence, alreadyStored: Bool) {
        self.sequence = sequence
        self.alreadyStored = alreadyStored
    }
}

/// Something that happened to an interview, for its record.
public struct InterviewEvent: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Written by the store itself with every transition.
        case stateChanged = "state_changed"
        /// Body: a coded `QuestionCoverage`.
        case questionCoverage = "question_coverage"
        /// Body: question id and `AnswerOutcome`.
        case questionClosed = "question_closed"
        /// What the candidate's browser says about itself. Never evidence.
        case clientReport = "client_report"
        /// The candidate was shown or told something, such as the notice version.
        case notice
    }

    public let kind: Kind
    public let at: Timestamp
    /// A JSON object.
    public let body: String

    public init(kind: Kind, at: Timestamp, body: String) {
        self.kind = kind
        self.at = at
        self.body = body
    }
}
