/// Stops asking a server that fails, and finds out when it is well again. Pure: times are arguments.
///
/// It opens after five failures within ten seconds without a success between them; a server that answers others is not
/// down, and to stop asking it for a few failures among many would make an outage of a blemish. After ten seconds one
/// request is let through as a probe; its outcome closes or opens the circuit again. What counts as a failure is the
/// caller's to say (``UpstreamFault/countsAgainstServer``).
struct CircuitBreaker: ~Copyable {
    struct Limits: Sendable {
        var failures = 5
        var window: Duration = .seconds(10)
        var rest: Duration = .seconds(10)
        /// A probe whose outcome has not been told by then is lost; the next request is the probe.
        var probe: Duration = .seconds(15)
    }

    /// The right to one request. Outcomes of requests that began before the circuit last changed are no news.
    struct Permit: Sendable, Equatable {
        fileprivate let epoch: Int
    }

    enum Verdict: Sendable, Equatable {
        case pass(Permit)
        case refuse(until: Duration)
    }

    /// What an outcome has changed.
    enum Change: Sendable, Equatable {
        case none
        case opened
        case closed
    }

    private enum State {
        /// Next: open.
        case closed(failures: [Duration])
        /// Next: half-open.
        case open(until: Duration)
        /// Next: closed or open.
        case halfOpen(probeSince: Duration)
    }

    private let limits: Limits
    private var state = State.closed(failures: [])
    private var epoch = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    var isClosed: Bool {
        if case .closed = self.state { true } else { false }
    }

    /// Whether ``ask(at:)`` would refuse. Once the rest is over it would not, though nobody has asked yet.
    func refuses(at now: Duration) -> Bool {
        switch self.state {
        case .closed: false
        case .open(let until): now < until
        case .halfOpen(let since): now < since + self.limits.probe
        }
    }

    /// May the server be asked now?
    mutating func ask(at now: Duration) -> Verdict {
        switch self.state {
        case .closed:
            return .pass(Permit(epoch: self.epoch))
        case .open(let until):
            guard now >= until else { return .refuse(until: until) }
            return self.probe(at: now)
        case .halfOpen(let since):
            let lost = since + self.limits.probe
            return now >= lost ? self.probe(at: now) : .refuse(until: lost)
        }
    }

    private mutating func probe(at now: Duration) -> Verdict {
        self.epoch += 1
        self.state = .halfOpen(probeSince: now)
        return .pass(Permit(epoch: self.epoch))
    }

    /// The server has answered.
    mutating func succeeded(_ permit: Permit) -> Change {
        guard permit.epoch == self.epoch else { return .none }
        let wasClosed = self.isClosed
        self.state = .closed(failures: [])
        return wasClosed ? .none : .closed
    }

    /// The server has failed.
    mutating func failed(_ permit: Permit, at now: Duration) -> Change {
        guard permit.epoch == self.epoch else { return .none }
        guard case .closed(var failures) = self.state else { return self.open(at: now) }
        failures.removeAll { $0 <= now - self.limits.window }
        failures.append(now)
        if failures.count >= self.limits.failures { return self.open(at: now) }
        self.state = .closed(failures: failures)
        return .none
    }

    /// The request was given up by us. A probe that was is no probe: the next request takes its place.
    mutating func withdrawn(_ permit: Permit, at now: Duration) {
        guard permit.epoch == self.epoch, case .halfOpen = self.state else { return }
        self.state = .open(until: now)
    }

    private mutating func open(at now: Duration) -> Change {
        self.epoch += 1
        self.state = .open(until: now + self.limits.rest)
        return .opened
    }
}
