/// Whether a server may be asked now: its circuit is closed, and the wait it asked for is over. Pure.
struct UpstreamGate: ~Copyable {
    enum Admission: Equatable {
        case pass(Permit)
        /// Not now; the fault says why, and when.
        case refuse(UpstreamFault)
    }

    /// The right to one request to one life of the server.
    struct Permit: Equatable {
        fileprivate let life: Int
        fileprivate let circuit: CircuitBreaker.Permit
    }

    private let limits: CircuitBreaker.Limits
    private var breaker: CircuitBreaker
    /// Until when it has asked not to be asked, and as what it is told meanwhile.
    private var rest: (until: Duration, isFull: Bool)?
    /// The life of the server that all this is about (``UpstreamEndpoint/life``).
    private var life = 0

    init(limits: CircuitBreaker.Limits = CircuitBreaker.Limits()) {
        self.limits = limits
        self.breaker = CircuitBreaker(limits: limits)
    }

    var isClosed: Bool { self.breaker.isClosed }

    /// Whether this life of the server would not be asked now because it has failed. What a life before it did counts for nothing.
    func isOpen(to life: Int = 0, at now: Duration) -> Bool { life <= self.life && self.breaker.refuses(at: now) }

    /// - Parameter life: which life of the server is to be asked. A later one than before is met without prejudice.
    mutating func admit(to life: Int = 0, at now: Duration) -> Admission {
        if life > self.life {
            self.life = life
            self.breaker = CircuitBreaker(limits: self.limits)
            self.rest = nil
        }
        if let rest = self.rest {
            let left = rest.until - now
            if left > .zero { return .refuse(rest.isFull ? .full(retryAfter: left) : .unavailable(retryAfter: left)) }
            self.rest = nil
        }
        switch self.breaker.ask(at: now) {
        case .pass(let permit): return .pass(Permit(life: self.life, circuit: permit))
        case .refuse(let until): return .refuse(.unavailable(retryAfter: UpstreamFault.bounded(until - now)))
        }
    }

    /// - Parameter failure: nil when it went well.
    mutating func finished(_ permit: Permit, _ failure: ExchangeFailure?, at now: Duration) -> CircuitBreaker.Change {
        // What a process that is gone has answered, or left unanswered, is no news of the one after it.
        guard permit.life == self.life else { return .none }
        guard let failure else { return self.breaker.succeeded(permit.circuit) }
        switch failure.fault {
        case .full(.some(let wait)): self.keepRest(until: now + UpstreamFault.bounded(wait), isFull: true)
        case .unavailable(.some(let wait)): self.keepRest(until: now + UpstreamFault.bounded(wait), isFull: false)
        default: break
        }
        if failure.reach == .cancelled {
            self.breaker.withdrawn(permit.circuit, at: now)
            return .none
        }
        return failure.fault.countsAgainstServer
            ? self.breaker.failed(permit.circuit, at: now) : self.breaker.succeeded(permit.circuit)
    }

    /// Of several waits that requests under way were told, the one that ends last holds.
    private mutating func keepRest(until end: Duration, isFull: Bool) {
        if let rest = self.rest, rest.until >= end { return }
        self.rest = (end, isFull)
    }
}
