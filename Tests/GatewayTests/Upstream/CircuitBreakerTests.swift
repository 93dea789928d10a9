import Testing

@testable import Gateway

@Suite("the circuit of an upstream")
struct CircuitBreakerTests {
    private func permit(_ verdict: CircuitBreaker.Verdict) throws -> CircuitBreaker.Permit {
        guard case .pass(let permit) = verdict else {
            Issue.record("refused")
            throw CancellationError()
        }
        return permit
    }

    private func fail(_ breaker: inout CircuitBreaker, at now: Duration) throws -> CircuitBreaker.Change {
        breaker.failed(try self.permit(breaker.ask(at: now)), at: now)
    }

    private func opened() throws -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for second in 0..<5 {
            let permit = try self.permit(breaker.ask(at: .seconds(second)))
            #expect(breaker.failed(permit, at: .seconds(second)) == (second == 4 ? .opened : .none))
        }
        return breaker
    }

    @Test("opens after five failures in ten seconds, and refuses for ten")
    func opens() throws {
        var breaker = try self.opened()
        #expect(breaker.isClosed == false)
        #expect(breaker.ask(at: .seconds(4)) == .refuse(until: .seconds(14)))
        #expect(breaker.ask(at: .milliseconds(13_999)) == .refuse(until: .seconds(14)))
    }

    @Test("says of itself what it would do: refuse until the rest is over, while a probe is under way, and no longer")
    func refuses() throws {
        var breaker = try self.opened()
        let rest = [breaker.refuses(at: .seconds(4)), breaker.refuses(at: .milliseconds(13_999)), breaker.refuses(at: .seconds(14))]
        #expect(rest == [true, true, false])
        _ = try self.permit(breaker.ask(at: .seconds(14)))
        let probe = [breaker.refuses(at: .seconds(15)), breaker.refuses(at: .seconds(29))]
        #expect(probe == [true, false])
        let fresh = CircuitBreaker()
        let isRefusing = fresh.refuses(at: .zero)
        #expect(!isRefusing)
    }

    @Test("stays closed when the fifth failure comes more than ten seconds after the first")
    func slow() throws {
        var breaker = CircuitBreaker()
        for time in [0, 3, 6, 9, 10] {
            #expect(breaker.failed(try self.permit(breaker.ask(at: .seconds(time))), at: .seconds(time)) == .none)
        }
        #expect(breaker.isClosed == true)
        #expect(try self.fail(&breaker, at: .seconds(11)) == .opened)
    }

    @Test("a success between failures starts the count anew: a server that answers others is not down")
    func success() throws {
        var breaker = CircuitBreaker()
        for second in 0..<4 { _ = try self.fail(&breaker, at: .seconds(second)) }
        #expect(breaker.succeeded(try self.permit(breaker.ask(at: .seconds(4)))) == .none)
        for second in 5..<9 { #expect(try self.fail(&breaker, at: .seconds(second)) == .none) }
        #expect(try self.fail(&breaker, at: .seconds(9)) == .opened)
    }

    @Test("after ten seconds one probe is let through; its success closes the circuit")
    func probe() throws {
        var breaker = try self.opened()
        let probe = try self.permit(breaker.ask(at: .seconds(14)))
        #expect(breaker.ask(at: .seconds(15)) == .refuse(until: .seconds(29)))
        #expect(breaker.succeeded(probe) == .closed)
        #expect(breaker.isClosed == true)
        _ = try self.permit(breaker.ask(at: .seconds(16)))
    }

    @Test("a failed probe opens it for another ten seconds")
    func failedProbe() throws {
        var breaker = try self.opened()
        let probe = try self.permit(breaker.ask(at: .seconds(14)))
        #expect(breaker.failed(probe, at: .seconds(15)) == .opened)
        #expect(breaker.ask(at: .seconds(24)) == .refuse(until: .seconds(25)))
        _ = try self.permit(breaker.ask(at: .seconds(25)))
    }

    @Test("a probe that was given up makes room for the next at once, and one never heard of after its time")
    func lostProbe() throws {
        var breaker = try self.opened()
        let probe = try self.permit(breaker.ask(at: .seconds(14)))
        breaker.withdrawn(probe, at: .seconds(14))
        _ = try self.permit(breaker.ask(at: .seconds(14)))
        #expect(breaker.ask(at: .seconds(28)) == .refuse(until: .seconds(29)))
        _ = try self.permit(breaker.ask(at: .seconds(29)))
    }

    @Test("outcomes of requests from before the last change are no news")
    func stale() throws {
        var breaker = CircuitBreaker()
        let old = try self.permit(breaker.ask(at: .zero))
        for _ in 0..<5 { _ = try self.fail(&breaker, at: .seconds(1)) }
        #expect(breaker.succeeded(old) == .none)
        #expect(breaker.isClosed == false)
        let probe = try self.permit(breaker.ask(at: .seconds(11)))
        #expect(breaker.failed(old, at: .seconds(11)) == .none)
        #expect(breaker.succeeded(probe) == .closed)
    }
}

@Suite("whether an upstream may be asked")
struct UpstreamGateTests {
    private func pass(_ gate: inout UpstreamGate, life: Int = 0, at now: Duration) throws -> UpstreamGate.Permit {
        guard case .pass(let permit) = gate.admit(to: life, at: now) else {
            Issue.record("refused")
            throw CancellationError()
        }
        return permit
    }

    @Test("a wait it asked for is kept, within 1 and 120 seconds", arguments: [(0, 1), (1, 1), (7, 7), (120, 120), (1_000_000_000, 120)])
    func wait(_ asked: Int, _ kept: Int) throws {
        var gate = UpstreamGate()
        let permit = try self.pass(&gate, at: .zero)
        let full = ExchangeFailure(fault: .full(retryAfter: .seconds(asked)))
        #expect(gate.finished(permit, full, at: .seconds(1)) == .none)
        #expect(gate.admit(at: .seconds(1)) == .refuse(.full(retryAfter: .seconds(kept))))
        #expect(gate.admit(at: .milliseconds(kept * 1000 + 500)) == .refuse(.full(retryAfter: .milliseconds(500))))
        _ = try self.pass(&gate, at: .seconds(kept + 1))
    }

    @Test("of several waits the one that ends last holds, in whatever order they are told", arguments: [(30, 2), (2, 30)])
    func waits(_ first: Int, _ second: Int) throws {
        var gate = UpstreamGate()
        let permits = [try self.pass(&gate, at: .zero), try self.pass(&gate, at: .zero)]
        for (permit, wait) in zip(permits, [first, second]) {
            _ = gate.finished(permit, ExchangeFailure(fault: .full(retryAfter: .seconds(wait))), at: .zero)
        }
        #expect(gate.admit(at: .seconds(29)) == .refuse(.full(retryAfter: .seconds(1))))
        _ = try self.pass(&gate, at: .seconds(30))
    }

    @Test("a new life of the server is asked at once, whatever the one before it asked for or did")
    func newLife() throws {
        var gate = UpstreamGate()
        let late = try self.pass(&gate, at: .zero)
        let full = ExchangeFailure(fault: .full(retryAfter: .seconds(60)))
        _ = gate.finished(try self.pass(&gate, at: .zero), full, at: .zero)
        #expect(gate.admit(at: .seconds(1)) == .refuse(.full(retryAfter: .seconds(59))))
        _ = try self.pass(&gate, life: 1, at: .seconds(1))
        // What is still under way to the old one says nothing about the new one.
        _ = gate.finished(late, full, at: .seconds(2))
        _ = try self.pass(&gate, life: 1, at: .seconds(2))

        let failure = ExchangeFailure(fault: .unavailable())
        let old = try (0..<9).map { _ in try self.pass(&gate, life: 1, at: .seconds(3)) }
        for permit in old.prefix(5) { _ = gate.finished(permit, failure, at: .seconds(3)) }
        #expect(gate.isClosed == false)
        _ = try self.pass(&gate, life: 2, at: .seconds(3))
        #expect(gate.isClosed == true)
        for permit in old { #expect(gate.finished(permit, failure, at: .seconds(3)) == .none) }
        #expect(gate.isClosed == true)
    }

    @Test(
        "being full, refusing us or refusing the offer never opens the circuit",
        arguments: [UpstreamFault.full(retryAfter: nil), .rejected(status: 401), .rejected(status: 404), .invalidSDP, .noOpus]
    )
    func harmless(_ fault: UpstreamFault) throws {
        var gate = UpstreamGate()
        for _ in 0..<20 { #expect(gate.finished(try self.pass(&gate, at: .zero), ExchangeFailure(fault: fault), at: .zero) == .none) }
        #expect(gate.isClosed == true)
    }

    @Test("breaking off, not answering and answering out of form open it", arguments: [UpstreamFault.unavailable(), .timedOut, .malformed])
    func harmful(_ fault: UpstreamFault) throws {
        var gate = UpstreamGate()
        for _ in 0..<4 { #expect(gate.finished(try self.pass(&gate, at: .zero), ExchangeFailure(fault: fault), at: .zero) == .none) }
        #expect(gate.finished(try self.pass(&gate, at: .zero), ExchangeFailure(fault: fault), at: .zero) == .opened)
        #expect(gate.admit(at: .zero) == .refuse(.unavailable(retryAfter: .seconds(10))))
    }

    @Test("what we gave up ourselves counts for nothing")
    func cancelled() throws {
        var gate = UpstreamGate()
        for _ in 0..<20 {
            let permit = try self.pass(&gate, at: .zero)
            #expect(gate.finished(permit, ExchangeFailure(fault: .unavailable(), reach: .cancelled), at: .zero) == .none)
        }
        #expect(gate.isClosed == true)
    }
}
