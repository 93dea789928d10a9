import Logging
import ServerEdge
import Synchronization

/// One server of the ladder at work: asks it when it may be asked, again where that is safe, and remembers how it went.
final class UpstreamRung: Sendable {
    /// What is asked; the label of metrics.
    enum Exchange: String, Sendable {
        case call
        case secret
        case sideband
        case hangUp = "hang_up"
    }

    /// Its place in the ladder, from 1.
    let number: Int
    let choice: UpstreamChoice
    private let gate = Mutex(UpstreamGate())
    private let clock: MonotonicClock
    private let random: @Sendable () -> Double
    private let metrics: GatewayMetrics
    private let logger: Logger

    /// - Parameter random: numbers of 0 ..< 1 for the pauses between attempts.
    init(
        number: Int,
        choice: UpstreamChoice,
        clock: MonotonicClock,
        random: @escaping @Sendable () -> Double,
        metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.number = number
        self.choice = choice
        self.clock = clock
        self.random = random
        self.metrics = metrics
        var logger = logger
        logger[metadataKey: "viva.upstream"] = "\(number)"
        self.logger = logger
        metrics.upstreamCircuitOpen.set(0, ["\(number)"])
    }

    /// Asks the server, if it may be asked now, and again as the policy allows.
    ///
    /// - Parameters:
    ///   - end: the clock's reading by which it must be over.
    ///   - request: gets the address and the time that is left.
    func ask<Result: Sendable>(
        _ exchange: Exchange,
        _ policy: RetryPolicy,
        until end: Duration,
        _ request: (UpstreamEndpoint, Duration) async throws(ExchangeFailure) -> Result
    ) async throws(UpstreamFault) -> Result {
        var retries = 0
        while true {
            guard let endpoint = self.choice.upstream.endpoint else { throw self.skipped(exchange, .unavailable()) }
            let permit: UpstreamGate.Permit
            switch self.admission(to: endpoint) {
            case .pass(let given): permit = given
            case .refuse(let fault): throw self.skipped(exchange, fault)
            }
            let failure: ExchangeFailure
            do {
                let result = try await request(endpoint, end - self.clock.now)
                self.finished(exchange, permit, nil)
                return result
            } catch {
                failure = error
                self.finished(exchange, permit, failure)
            }
            guard policy.allowsAnother(after: failure, retriesSoFar: retries) else { throw failure.fault }
            let pause = RetryPolicy.pause(beforeRetry: retries, random: self.random())
            retries += 1
            guard self.clock.now + pause < end, (try? await self.clock.sleep(for: pause)) != nil else { throw failure.fault }
        }
    }

    private func admission(to endpoint: UpstreamEndpoint) -> UpstreamGate.Admission {
        let (admission, isClosedAnew) = self.gate.withLock { [now = self.clock.now] gate in
            let wasClosed = gate.isClosed
            let admission = gate.admit(to: endpoint.life, at: now)
            return (admission, !wasClosed && gate.isClosed)
        }
        if isClosedAnew { self.tell(.closed) }
        return admission
    }

    /// Hanging up is tried whatever the state of the server: it frees a line there. Its failures are counted in the
    /// metrics only.
    func hangUp(until end: Duration, _ request: (Duration) async throws(ExchangeFailure) -> Void) async {
        var retries = 0
        while true {
            let failure: ExchangeFailure
            do {
                try await request(end - self.clock.now)
                return self.count(.hangUp, nil)
            } catch {
                failure = error
                self.count(.hangUp, failure.fault)
            }
            let pause = RetryPolicy.pause(beforeRetry: retries, random: self.random())
            guard RetryPolicy.hangUp.allowsAnother(after: failure, retriesSoFar: retries), self.clock.now + pause < end,
                (try? await self.clock.sleep(for: pause)) != nil
            else {
                return self.logger.warning(
                    "an upstream could not be told to hang up",
                    metadata: ["viva.upstream.fault": "\(failure.fault.name)"]
                )
            }
            retries += 1
        }
    }

    private func finished(_ exchange: Exchange, _ permit: UpstreamGate.Permit, _ failure: ExchangeFailure?) {
        if failure?.part != nil { self.count(exchange, nil) }
        // What we gave up ourselves is no failure.
        if failure?.reach != .cancelled { self.count(failure?.part ?? exchange, failure?.fault) }
        self.tell(self.gate.withLock { [now = self.clock.now] in $0.finished(permit, failure, at: now) })
    }

    private func skipped(_ exchange: Exchange, _ fault: UpstreamFault) -> UpstreamFault {
        self.metrics.upstreamExchanges.increment(["\(self.number)", exchange.rawValue, "skipped"])
        return fault
    }

    /// For metrics and the log; it changes nothing.
    func count(_ exchange: Exchange, _ fault: UpstreamFault?) {
        self.metrics.upstreamExchanges.increment(["\(self.number)", exchange.rawValue, fault?.name ?? "ok"])
        guard let fault, exchange != .hangUp else { return }
        var metadata: Logger.Metadata = ["viva.upstream.exchange": "\(exchange.rawValue)", "viva.upstream.fault": "\(fault.name)"]
        if case .rejected(let status) = fault { metadata["viva.upstream.status"] = "\(status)" }
        self.logger.warning("an upstream failed", metadata: metadata)
    }

    /// Sets the figure of the circuit to what holds at this moment: time and a restart of the server close it without a word.
    func measure() {
        // No address: the server is not running, and what was known of it stands.
        let life = self.choice.upstream.endpoint?.life ?? 0
        let isOpen = self.gate.withLock { [now = self.clock.now] in $0.isOpen(to: life, at: now) }
        self.metrics.upstreamCircuitOpen.set(isOpen ? 1 : 0, ["\(self.number)"])
    }

    private func tell(_ change: CircuitBreaker.Change) {
        switch change {
        case .none: return
        case .opened:
            self.metrics.upstreamCircuitOpen.set(1, ["\(self.number)"])
            self.logger.error("an upstream fails and is not asked for a while")
        case .closed:
            self.metrics.upstreamCircuitOpen.set(0, ["\(self.number)"])
            self.logger.notice("an upstream is asked again")
        }
    }
}
