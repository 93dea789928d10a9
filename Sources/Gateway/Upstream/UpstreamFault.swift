import ServerEdge

/// What can go wrong between us and the Realtime server, in our words. The upstream's own text is read only to tell one
/// fault from another, and is then dropped: it may hold keys, addresses or what a candidate said.
enum UpstreamFault: Error, Equatable {
    /// 503 or 429: no line is free. `retryAfter` as the upstream asked, within ``longestWait``.
    case full(retryAfter: Duration?)
    /// Not reachable, broke off, or answered 5xx; or not asked at all, because it has failed too often: then `retryAfter`
    /// says when it will be asked again.
    case unavailable(retryAfter: Duration? = nil)
    /// No answer within the deadline.
    case timedOut
    /// 400: the offer is not SDP, or none the server can answer.
    case invalidSDP
    /// 400: the offer has no Opus.
    case noOpus
    /// Any other 4xx: it does not take our key, our model or our request.
    case rejected(status: Int)
    /// An answer that is not what the wire says: a redirect, 200 for 201, a web page, too many bytes, no call id, an SDP
    /// answer that no browser could use.
    case malformed

    /// A server may ask for waits in this range; a `Retry-After` of a billion seconds helps nobody, and one of zero
    /// would have it asked in a loop.
    static let shortestWait: Duration = .seconds(1)
    static let longestWait: Duration = .seconds(120)

    /// The fault that an HTTP answer other than the wished one stands for.
    ///
    /// - Parameters:
    ///   - code: `error.code` of the body, when it was our or OpenAI's envelope.
    ///   - retryAfter: what the server asked for (``RetryAfter``), if it did.
    init(status: Int, code: String?, retryAfter: Duration?) {
        let wait = retryAfter.map { Self.bounded($0) }
        switch (status, code) {
        case (503, "engine_draining"): self = .unavailable(retryAfter: wait)
        case (429, _), (503, _): self = .full(retryAfter: wait)
        case (400, "no_opus"): self = .noOpus
        // Not `negotiation_failed`: our engine says so too when the fault is its own, and another server may do better.
        case (400, "invalid_sdp"), (400, "invalid_offer"): self = .invalidSDP
        case (408, _), (504, _): self = .timedOut
        case (500..., _): self = .unavailable()
        case (400..<500, _): self = .rejected(status: status)
        default: self = .malformed
        }
    }

    static func bounded(_ wait: Duration) -> Duration { min(max(wait, self.shortestWait), self.longestWait) }

    /// The server is at fault and may be down. Not so when it answers that it is full or that it does not take our
    /// request: then it is well, and says so at the cost of one quick exchange.
    var countsAgainstServer: Bool {
        switch self {
        case .unavailable, .timedOut, .malformed: true
        case .full, .invalidSDP, .noOpus, .rejected: false
        }
    }

    /// The browser's offer is at fault; every other server would say the same.
    var isOfTheOffer: Bool { self == .invalidSDP || self == .noOpus }

    /// The one of several servers' faults that tells the candidate most: that waiting helps and how long, before faults
    /// that only the operator can mend.
    static func mostHopeful(_ faults: [UpstreamFault]) -> UpstreamFault {
        let waits = faults.compactMap { fault -> Duration?? in
            if case .full(let wait) = fault { .some(wait) } else { nil }
        }
        if !waits.isEmpty { return .full(retryAfter: waits.compactMap { $0 }.min()) }
        return faults.first { $0 == .timedOut } ?? faults.first { if case .unavailable = $0 { true } else { false } } ?? faults.first
            ?? .unavailable()
    }

    /// For metrics and logs; a closed set.
    var name: String {
        switch self {
        case .full: "full"
        case .unavailable: "unavailable"
        case .timedOut: "timed_out"
        case .invalidSDP, .noOpus: "offer_refused"
        case .rejected: "rejected"
        case .malformed: "malformed"
        }
    }

    /// The error the candidate's browser gets.
    var edgeError: EdgeError {
        switch self {
        case .full(let retryAfter): .gateway(.engineFull, retryAfter: retryAfter, cause: self)
        case .unavailable(let retryAfter): .gateway(.engineUnavailable, retryAfter: retryAfter, cause: self)
        case .timedOut: .gateway(.upstreamTimeout, cause: self)
        case .invalidSDP: .gateway(.invalidSDP, cause: self)
        case .noOpus: .gateway(.noOpus, cause: self)
        case .rejected, .malformed: .gateway(.upstreamRejected, cause: self)
        }
    }
}

/// How one exchange failed, and how far it had come: what may be repeated depends on it.
struct ExchangeFailure: Error, Equatable {
    enum Reach: Sendable {
        /// No connection could be made; the server has seen nothing of the request.
        case notConnected
        /// It may have seen, and done, what we asked.
        case sent
        /// We gave up ourselves; it says nothing about the server.
        case cancelled
    }

    let fault: UpstreamFault
    var reach = Reach.sent
    /// The exchange that failed, when it was not the one that was asked for but one that belongs to it: that one went well.
    var part: UpstreamRung.Exchange?
}
