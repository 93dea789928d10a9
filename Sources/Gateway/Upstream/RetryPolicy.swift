/// What may be asked again of the same server, how often, and after which pause. Pure.
struct RetryPolicy: Sendable, Equatable {
    /// Beyond the first attempt.
    let retries: Int
    /// Only when the server has seen nothing of the request.
    let onlyUnsent: Bool

    /// A key that was minted and never reached us ends by itself and costs nothing: asking again is safe.
    static let mint = RetryPolicy(retries: 2, onlyUnsent: false)
    /// A call is not idempotent: one that was set up for nobody holds a line until the server gives up on it, and has no
    /// id by which we could hang it up. So an offer is sent again only when no connection could be made. A kept
    /// connection that closes before the first byte of an answer does not count: the client reports the same for a
    /// server that closed an idle connection and for one that took the call and died. That race is kept rare instead,
    /// by letting go of idle connections before servers do (``UpstreamClient/idleTimeout``).
    static let placeCall = RetryPolicy(retries: 1, onlyUnsent: true)
    /// Hanging up twice is hanging up; a call that goes on may cost the operator money.
    static let hangUp = RetryPolicy(retries: 1, onlyUnsent: false)

    /// Bounds of the pauses: the first within what a candidate does not notice; none longer than the rest of the deadline
    /// is worth.
    static let firstPause: Duration = .milliseconds(200)
    static let longestPause: Duration = .seconds(1)

    /// - Parameter retriesSoFar: how often it was asked again already.
    func allowsAnother(after failure: ExchangeFailure, retriesSoFar: Int) -> Bool {
        guard retriesSoFar < self.retries, case .unavailable(retryAfter: nil) = failure.fault else { return false }
        switch failure.reach {
        case .cancelled: return false
        case .notConnected: return true
        case .sent: return !self.onlyUnsent
        }
    }

    /// Full jitter: anything from nothing to a bound that doubles, so that those who failed together do not come back
    /// together.
    ///
    /// - Parameter random: 0 ..< 1.
    static func pause(beforeRetry number: Int, random: Double) -> Duration {
        let bound = min(self.firstPause * (1 << min(max(number, 0), 10)), self.longestPause)
        return bound * min(max(random, 0), 1)
    }
}
