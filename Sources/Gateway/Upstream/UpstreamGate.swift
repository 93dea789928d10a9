/// Whether a server may be asked now: its circuit is closed, and the wait it asked for is over. Pure.
struct UpstreamGate: ~Copyable {
    enum Admission: Equatable {
        case pass(CircuitBreaker.Permit)
        /// Not now; the fault says why, and when.
        case refuse(UpstreamFault)
    }

    private var breaker: CircuitBreaker
    /// Until when it has asked not to be asked, and as what it is told meanwhile.
    private var rest: (until: Duration, isFull: Bool)?

    init(limits: CircuitBreaker.Limits = CircuitBreaker.Limits()) {
        self.breaker = CircuitBreaker(limits: limits)
    }

    var isClosed: Bool { self.breaker.isClosed }

    mutating func admit(at now: Duration) -> Admission {
        if let rest = self.rest {
            let left = rest.until - now
            if left > .zero { return .refuse(rest.isFull ? .full(retryAfter: left) : .unavailable(retryAfter: left)) }
            self.rest = nil
        }
        switch self.breaker.ask(at: now) {
        case .pass(let permit): return .pass(permit)
        case .refuse(let until): return .refuse(.unavailable(retryAfter: UpstreamFault.bounded(until - now)))
        }
    }

    /// - Parameter failure: nil when it went well.
    mutating func finished(_ permit: CircuitBreaker.Permit, _ failure: ExchangeFailure?, at now: Duration) -> CircuitBreaker.Change {
        guard let failure else { return self.breaker.succeeded(permit) }
        switch failure.fault {
        case .full(.some(let wait)): self.rest = (now + UpstreamFault.bounded(wait), true)
        case .unavailable(.some(let wait)): self.rest = (now + UpstreamFault.bounded(wait), false)
        default: break
        }
        if failure.reach == .cancelled {
            self.breaker.withdrawn(permit, at: now)
            return .none
        }
        return failure.fault.countsAgainstServer ? self.breaker.failed(permit, at: now) : self.breaker.succeeded(permit)
    }
}
