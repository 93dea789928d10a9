public import HTTPTypes
public import ServerEdge

/// The codes of the gateway itself; with `CommonErrorCode` they are the closed list of what it answers.
///
/// `docs/error-codes.md` has one row for each; a test compares the two. A code says what happened in the terms of the
/// caller; the cause stays inside and goes to the log. No text of the upstream, the database or a library is ever part
/// of an answer.
public enum GatewayErrorCode: String, EdgeErrorCode {
    case invalidSDP = "invalid_sdp"
    case noOpus = "no_opus"
    case keyMissing = "key_missing"
    case keyExpired = "key_expired"
    case originNotAllowed = "origin_not_allowed"
    case ticketUnknown = "ticket_unknown"
    case planUnknown = "plan_unknown"
    case callInProgress = "call_in_progress"
    case interviewOver = "interview_over"
    case sessionInUse = "session_in_use"
    case recordFull = "record_full"
    case ticketUsed = "ticket_used"
    case ticketExpired = "ticket_expired"
    case tooManyInterviews = "too_many_interviews"
    case tooManyLinks = "too_many_links"
    case tooManySessions = "too_many_sessions"
    case tenantCallsFull = "tenant_calls_full"
    case interviewMinutesUsed = "interview_minutes_used"
    case tenantMinutesUsed = "tenant_minutes_used"
    case callsFull = "calls_full"
    case upstreamRejected = "upstream_rejected"
    case engineFull = "engine_full"
    case engineUnavailable = "engine_unavailable"
    case storageUnavailable = "storage_unavailable"
    case draining = "draining"
    case upstreamTimeout = "upstream_timeout"

    /// The HTTP status that goes with the code.
    public var status: HTTPResponse.Status {
        switch self {
        case .invalidSDP, .noOpus: .badRequest
        case .keyMissing, .keyExpired: .unauthorized
        case .originNotAllowed: .forbidden
        case .ticketUnknown, .planUnknown: .notFound
        case .callInProgress, .interviewOver, .sessionInUse, .recordFull: .conflict
        case .ticketUsed, .ticketExpired: .gone
        case .tooManyInterviews, .tooManyLinks, .tooManySessions, .tenantCallsFull, .interviewMinutesUsed, .tenantMinutesUsed:
            .tooManyRequests
        case .upstreamRejected: .badGateway
        case .callsFull, .engineFull, .engineUnavailable, .storageUnavailable, .draining: .serviceUnavailable
        case .upstreamTimeout: .gatewayTimeout
        }
    }

    /// A sentence for the person who meets it, with what to do next.
    public var message: String {
        switch self {
        case .invalidSDP: "The browser's call offer could not be read. Reload the page, or try another browser."
        case .noOpus: "The browser did not offer the Opus audio codec. Use a current Chrome, Firefox, Safari or Edge."
        case .keyMissing: "The session has no key yet. Ask for one with POST /api/generate-ephemeral-key, then offer the call again."
        case .keyExpired: "The session's key has expired. Ask for a new one with POST /api/generate-ephemeral-key."
        case .originNotAllowed: "This page may not use the interview service. Open the interview from its own link."
        case .ticketUnknown: "This interview link is not known. Check that it was copied completely, or ask for a new one."
        case .planUnknown: "There is no interview plan with this id. List the plans with GET /v1/plans."
        case .callInProgress: "This interview is already running, perhaps in another window. Close that window, then try again."
        case .interviewOver: "This interview has ended and cannot be started again."
        case .sessionInUse: "This session is already connected, perhaps in another window. Close that window, then try again."
        case .recordFull: "As much as can be has been reported about this interview; it is not affected. Send no more reports."
        case .ticketUsed: "This interview link was already used. Continue in the window where it was opened, or ask for a new link."
        case .ticketExpired: "This interview link has expired. Ask the person who invited you for a new one."
        case .tooManyInterviews: "Your organisation has made very many interviews in a short time. Wait a little, then go on."
        case .tooManyLinks: "Very many links into this interview were made in a short time. Use the newest one, or wait a little."
        case .tooManySessions: "This interview or its organiser has as many windows open as it may. Close others, or try again in a minute."
        case .tenantCallsFull: "As many interviews as the organiser may hold at once are under way. Please try again in a few minutes."
        case .interviewMinutesUsed: "The time for this interview is used up. What you said is saved."
        case .tenantMinutesUsed: "The organiser's interview time for today is used up. Please come back later; your place is kept."
        case .callsFull: "All interview lines are busy. Please try again in a moment."
        case .upstreamRejected: "The voice service refused the call. Tell the operator the request id."
        case .engineFull: "All interview lines are busy. Please try again in a moment."
        case .engineUnavailable: "The voice service is not ready. Please try again in a moment."
        case .storageUnavailable: "Your interview cannot be saved right now. Please try again in a moment."
        case .draining: "The server is about to restart. Please try again in a minute."
        case .upstreamTimeout: "The voice service did not answer in time. Please try again."
        }
    }

    /// What `Retry-After` says for codes that heal by waiting; nil for the others.
    var retryAfter: Duration? {
        switch self {
        case .engineFull, .callsFull: .seconds(10)
        case .tenantCallsFull, .tooManyInterviews, .tooManyLinks, .tooManySessions, .tenantMinutesUsed: .seconds(60)
        // It does not heal by itself; who asks again shall do so rarely.
        case .interviewMinutesUsed: .seconds(24 * 3600)
        case .engineUnavailable, .storageUnavailable, .upstreamTimeout: .seconds(3)
        case .draining: .seconds(30)
        default: nil
        }
    }
}

extension EdgeError {
    /// A gateway error with the `Retry-After` that belongs to its code.
    static func gateway(_ code: GatewayErrorCode, retryAfter: Duration? = nil, cause: (any Error)? = nil) -> EdgeError {
        EdgeError(code, retryAfter: retryAfter ?? code.retryAfter, cause: cause)
    }
}
