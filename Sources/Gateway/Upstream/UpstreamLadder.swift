import Logging
import RealtimeProtocol
import ServerEdge

/// Where a call lives: needed to hang it up, and to know whom its end concerns.
struct UpstreamCallPlace: Sendable {
    let id: UpstreamCallID
    let endpoint: UpstreamEndpoint
    let rung: UpstreamRung
}

/// A call that a server has taken, with its sideband attached.
struct PlacedCall: Sendable {
    let place: UpstreamCallPlace
    /// The SDP answer, fit for the browser.
    let answer: String
    let socket: WebSocketConnection
}

/// The servers that calls may go to, in the order in which they are asked.
///
/// A call goes to the first that takes it, all within one deadline. A server that failed, is full or hangs is passed over;
/// only what is wrong with the browser's offer ends the search, since every server would say the same. A server that may
/// have taken the offer without telling us is passed over too: the call it set up has no browser and ends by itself, while
/// the candidate talks elsewhere.
final class UpstreamLadder: Sendable {
    let rungs: [UpstreamRung]
    private let client: UpstreamClient
    private let sideband: SidebandConnector
    private let limits: UpstreamLimits
    private let clock: MonotonicClock
    private let logger: Logger

    /// - Parameter choices: at least one, the first to be asked first.
    init(
        _ choices: [UpstreamChoice],
        client: UpstreamClient,
        sideband: SidebandConnector,
        limits: UpstreamLimits,
        clock: MonotonicClock,
        random: @escaping @Sendable () -> Double,
        metrics: GatewayMetrics,
        logger: Logger
    ) {
        precondition(!choices.isEmpty, "a gateway needs an upstream")
        self.rungs = choices.enumerated().map { index, choice in
            UpstreamRung(number: index + 1, choice: choice, clock: clock, random: random, metrics: metrics, logger: logger)
        }
        self.client = client
        self.sideband = sideband
        self.limits = limits
        self.clock = clock
        self.logger = logger
    }

    /// Why no call can be made now; nil when some server may take one.
    var notReadyReason: String? {
        let reasons = self.rungs.map(\.choice.upstream.notReadyReason)
        return reasons.contains(nil) ? nil : reasons.first ?? nil
    }

    // MARK: Calls

    /// Finds a server for a call and attaches its sideband.
    ///
    /// - Parameters:
    ///   - session: makes the session object, as JSON text, from what is asked of the server and whether it is our engine.
    ///   - isWanted: asked when a server has taken the call; false ends the search.
    ///   - discard: hangs up a call that nobody will use.
    /// - Returns: nil when the call is no longer wanted.
    func placeCall(
        offer: String,
        session: @Sendable (InterviewSession.Options, _ isOurEngine: Bool) -> String,
        isWanted: @Sendable () async -> Bool,
        discard: @Sendable (UpstreamCallPlace) async -> Void
    ) async throws(UpstreamFault) -> PlacedCall? {
        var faults: [UpstreamFault] = []
        let end = self.clock.now + self.limits.total
        for (rung, until) in self.turns(until: end) {
            let stop = until()
            guard self.clock.now < stop else { break }
            do throws(UpstreamFault) {
                // One permission and one outcome for the call and its sideband: a server that takes calls and fails in the rest is no
                // well one.
                return try await rung.ask(.call, .placeCall, until: stop) { endpoint, left throws(ExchangeFailure) in
                    let object = session(rung.choice.session, endpoint.speaksVerbatim)
                    let call = try await self.client.createCall(offer: offer, session: object, at: endpoint, within: left)
                    let place = UpstreamCallPlace(id: call.id, endpoint: endpoint, rung: rung)
                    guard await isWanted() else {
                        await discard(place)
                        return nil
                    }
                    var part: UpstreamRung.Exchange?
                    do throws(UpstreamFault) {
                        let answer = try self.usable(call.answer.get(), at: place)
                        part = .sideband
                        let socket = try await self.attach(place, until: stop)
                        if rung.number > 1 {
                            self.logger.notice("a call goes to a later upstream", metadata: ["viva.upstream": "\(rung.number)"])
                        }
                        return PlacedCall(place: place, answer: answer, socket: socket)
                    } catch {
                        await discard(place)
                        throw ExchangeFailure(fault: error, reach: Task.isCancelled ? .cancelled : .sent, part: part)
                    }
                }
            } catch {
                if error.isOfTheOffer { throw error }
                faults.append(error)
            }
        }
        throw UpstreamFault.mostHopeful(faults)
    }

    /// The servers in order, each with the clock's reading by which it has to be done, taken when its turn comes: an equal part of what
    /// is left, so that the last one is asked too when all before it are silent.
    private func turns(until end: Duration) -> [(UpstreamRung, () -> Duration)] {
        self.rungs.enumerated().map { index, rung in
            let left = self.rungs.count - index
            return (
                rung,
                {
                    let now = self.clock.now
                    return left == 1 ? end : min(end, now + min(self.limits.share, (end - now) / left))
                }
            )
        }
    }

    /// The answer with such addresses only as a browser should be sent to.
    private func usable(_ answer: String, at place: UpstreamCallPlace) throws(UpstreamFault) -> String {
        guard !place.endpoint.isOnThisMachine else { return answer }
        let candidates = AnswerCandidates(of: answer, allowing: place.endpoint.allowsPrivateMedia ? [.global, .privateNetwork] : [.global])
        if candidates.removed > 0 {
            self.logger.warning(
                "an upstream named media addresses that are not public; they were removed",
                metadata: [
                    "viva.upstream": "\(place.rung.number)", "viva.candidates.removed": "\(candidates.removed)",
                    "viva.candidates.kept": "\(candidates.kept)",
                ]
            )
        }
        guard !candidates.isUnreachable else { throw .malformed }
        return candidates.answer
    }

    private func attach(_ place: UpstreamCallPlace, until end: Duration) async throws(UpstreamFault) -> WebSocketConnection {
        let left = min(self.limits.sideband, end - self.clock.now)
        guard left > .zero else { throw .timedOut }
        let socket = try await self.sideband.connect(to: place.id, at: place.endpoint, within: left)
        place.rung.count(.sideband, nil)
        return socket
    }

    /// Ends a call, as well as that can be done.
    func hangUp(_ place: UpstreamCallPlace) async {
        await place.rung.hangUp(until: self.clock.now + self.limits.hangUp) { left throws(ExchangeFailure) in
            try await self.client.hangUp(place.id, at: place.endpoint, within: left)
        }
    }

    // MARK: Keys

    /// Mints a key at the first server that does, and says at which.
    ///
    /// - Parameter request: makes the request for a server from what is asked of it.
    func mintSecret(
        _ request: @Sendable (InterviewSession.Options) -> ClientSecretRequest
    ) async throws(UpstreamFault) -> (secret: MintedSecret, endpoint: UpstreamEndpoint) {
        var faults: [UpstreamFault] = []
        let end = self.clock.now + self.limits.total
        for (rung, until) in self.turns(until: end) {
            do throws(UpstreamFault) {
                return try await rung.ask(.secret, .mint, until: until()) { endpoint, left throws(ExchangeFailure) in
                    (try await self.client.mintSecret(request(rung.choice.session), at: endpoint, within: left), endpoint)
                }
            } catch {
                faults.append(error)
            }
        }
        throw UpstreamFault.mostHopeful(faults)
    }

    // MARK: Models

    /// Looks up the models of remote servers with a key, and warns of what will not work in one line each. A warning and
    /// no refusal: there are proxies that serve calls and know nothing of models.
    func checkModels() async {
        for rung in self.rungs {
            // Our engine takes every name for what it has.
            guard rung.choice.upstream.isRemote, let endpoint = rung.choice.upstream.endpoint, endpoint.apiKey != nil,
                !endpoint.speaksVerbatim, let model = rung.choice.model
            else { continue }
            var metadata: Logger.Metadata = ["viva.upstream": "\(rung.number)", "viva.upstream.model": "\(model)"]
            do {
                try await self.client.lookUp(model: model, at: endpoint, within: self.limits.modelCheck)
                self.logger.info("the upstream knows the model", metadata: metadata)
            } catch {
                metadata["viva.upstream.fault"] = "\(error.fault.name)"
                switch error.fault {
                case .rejected(status: 404):
                    self.logger.warning("the upstream does not know the model; calls may fail", metadata: metadata)
                case .rejected(status: 401), .rejected(status: 403):
                    self.logger.warning("the upstream does not take its key; calls will fail", metadata: metadata)
                default:
                    self.logger.warning("the upstream could not be asked about its model", metadata: metadata)
                }
            }
        }
    }
}
