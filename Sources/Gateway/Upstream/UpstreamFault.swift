import ServerEdge

/// What can go wrong between us and the Realtime server, in our words. The upstream's own text is read only to tell one
/// fault from another, and is then dropped: it may hold keys, addresses or what a candidate said.
enum UpstreamFault: Error, Equatable {
    /// 503 or 429: no line is free. `retryAfter` as the upstream asked, within our limits.
    case full(retryAfter: Duration?)
    /// Not reachable, refused, broke off, or answered 5xx.
    case unavailable
    /// No answer within the deadline.
    case timedOut
    /// 400: the offer is not SDP, or none the server can answer.
    case invalidSDP
    /// 400: the offer has no Opus.
    case noOpus
    /// Anything else: 401, 403, 404, a redirect, an answer that is not what the wire says.
    case rejected(status: Int)

    /// A server may ask for waits in this range; a `Retry-After` of a billion seconds helps nobody.
    private static let retryAfterRange: ClosedRange<Int> = 1...120

    /// The fault that an HTTP answer other than 201 stands for.
    ///
    /// - Parameters:
    ///   - code: `error.code` of the body, when it was our or OpenAI's envelope.
    ///   - retryAfter: the header's text; only seconds are understood (RFC 9110, section 10.2.3).
    init(status: Int, code: String?, retryAfter: String?) {
        switch (status, code) {
        case (503, "engine_draining"): self = .unavailable
        case (429, _), (503, _):
            let seconds = retryAfter.flatMap { Int($0) }.map {
                min(max($0, Self.retryAfterRange.lowerBound), Self.retryAfterRange.upperBound)
            }
            self = .full(retryAfter: seconds.map { .seconds($0) })
        case (400, "no_opus"): self = .noOpus
        case (400, "invalid_sdp"), (400, "invalid_offer"), (400, "negotiation_failed"): self = .invalidSDP
        case (408, _), (504, _): self = .timedOut
        case (500..., _): self = .unavailable
        default: self = .rejected(status: status)
        }
    }

    /// The error the candidate's browser gets.
    var edgeError: EdgeError {
        switch self {
        case .full(let retryAfter): .gateway(.engineFull, retryAfter: retryAfter, cause: self)
        case .unavailable: .gateway(.engineUnavailable, cause: self)
        case .timedOut: .gateway(.upstreamTimeout, cause: self)
        case .invalidSDP: .gateway(.invalidSDP, cause: self)
        case .noOpus: .gateway(.noOpus, cause: self)
        case .rejected: .gateway(.upstreamRejected, cause: self)
        }
    }
}
