import InterviewCore
import InterviewStore

/// Someone who works for a tenant: sees plans, interviews and transcripts, and does what the role allows.
struct WorkspaceIdentity: Sendable, Equatable {
    let tenantID: TenantID
    let role: WorkspaceRole
}

/// Who sent a request, once its token was checked. Identity is a type: a handler that needs one takes the context that
/// carries it, and cannot be reached without (house style, habit 7).
enum Principal: Sendable, Equatable {
    case workspace(WorkspaceIdentity)
    /// Holds the candidate token of one interview and may do what concerns that interview, and nothing else.
    case candidate(CandidateIdentity)
}
