import ServerEdge

/// One signalling session: what is sent when, which offer is answered, and when the session is over.
///
/// ```
///            ┌── key or token ──┐
/// open, unbound ─► open, bound ─► closed, resumable ─► over
///       └──────── 30 s ──────────────────────────────────▲
/// ```
///
/// It belongs to an open socket or waits for one. Whose session it is, is not its business: it is told when that was shown, for
/// the socket that is open then and for no later one. Pure: times are readings of one clock.
struct SignallingMachine: ~Copyable {
    enum Action: Equatable {
        case send(SignallingServerMessage)
        /// Carry the offer out, then tell ``exchanged(_:_:at:)``.
        case exchange(Exchange)
        /// The candidate ends the interview; then tell ``interviewEnded()``.
        case endInterview
        case close(WebSocketCloseCode)
        /// The session is over: forget it.
        case forget
    }

    /// One try of an offer. By its number its outcome is known from those of others: a socket may close, and the next one have an offer
    /// under way, before the outcome of the first one's is there.
    struct Exchange: Equatable {
        let number: Int
        let offer: String
    }

    /// By what the open socket may have an offer answered.
    enum Permission: Equatable {
        case none
        /// A key, until this time.
        case key(until: Duration)
        /// The candidate's own token, shown at the upgrade.
        case token
    }

    private enum Socket {
        case open(since: Duration, Permission)
        /// Since when; whether there ever was one.
        case closed(since: Duration, wasOpen: Bool)
    }

    private struct Offer {
        let sdp: String
        var tries = 0
        /// Of the exchange that is under way.
        var running: Int?
        var isRunning: Bool { self.running != nil }
        /// When the wait for a key is over.
        var until: Duration
        /// The page knows already that it needs a new key.
        var isTold = false
    }

    let id: SignallingSessionID
    private let shared: SharedSignallingLimits
    private var limits: SignallingLimits { self.shared.value }
    private var socket: Socket
    private var offer: Offer?
    private var exchanges: MinuteQuota
    /// Exchanges so far.
    private var begun = 0
    private var keys: MinuteQuota
    private(set) var lastSign: Duration
    private(set) var isOver = false

    init(id: SignallingSessionID, limits shared: SharedSignallingLimits, at now: Duration) {
        self.id = id
        self.shared = shared
        let limits = shared.value
        self.socket = .closed(since: now, wasOpen: false)
        self.exchanges = MinuteQuota(limits.exchangesPerMinute)
        self.keys = MinuteQuota(limits.keysPerMinute)
        self.lastSign = now
    }

    var isOpen: Bool { if case .open = self.socket { true } else { false } }

    // MARK: The socket

    /// A socket has opened. Not to be called while another one is open.
    mutating func opened(_ permission: Permission, at now: Duration) -> [Action] {
        guard !self.isOver, !self.isOpen else { return [.close(.policyViolation)] }
        self.lastSign = now
        self.socket = .open(since: now, permission)
        return [.send(.session(self.id))]
    }

    /// The socket has closed, by whomever. The next one has to show anew whose it is.
    mutating func closed(at now: Duration) {
        guard self.isOpen else { return }
        self.socket = .closed(since: now, wasOpen: true)
        self.lastSign = now
        self.offer = nil
    }

    /// - Parameter isClaimed: somebody has shown whose the session is, on this socket or before it.
    mutating func received(_ text: String, at now: Duration, isClaimed: Bool = false) -> [Action] {
        guard !self.isOver, case .open(_, let permission) = self.socket else { return [] }
        self.lastSign = now
        do throws(SignallingClientMessage.Failure) {
            switch try SignallingClientMessage(text) {
            case .sdpOffer(let sdp): return self.offered(sdp, permission, at: now)
            case .iceCandidate: return [.send(.iceStatus)]
            case .endSession where permission != .none: return [.endInterview]
            // Whose session it is was shown before: this socket may be anybody's.
            case .endSession where isClaimed: return [self.failure(SignallingFault(GatewayErrorCode.keyMissing))]
            case .endSession: return self.interviewEnded()
            }
        } catch {
            return [.send(Self.answer(to: error))]
        }
    }

    private static func answer(to failure: SignallingClientMessage.Failure) -> SignallingServerMessage {
        func invalid(_ message: String) -> SignallingFault {
            SignallingFault(EdgeError(CommonErrorCode.invalidRequest, message: message))
        }
        return switch failure {
        case .notAMessage: .error(.invalidMessage, invalid("A message must be a JSON object with a type."))
        case .noOffer: .error(.invalidMessage, invalid("The field offer is missing: a description with sdp, or its text."))
        case .unknownType(let type): .error(.unknownType, invalid("There is no message of the type \(type)."))
        }
    }

    // MARK: Offers

    private mutating func offered(_ sdp: String, _ permission: Permission, at now: Duration) -> [Action] {
        guard self.offer?.isRunning != true else { return [self.failure(SignallingFault(GatewayErrorCode.callInProgress))] }
        self.offer = Offer(sdp: sdp, until: now + self.limits.keyWait)
        switch permission {
        case .token: return self.start(at: now)
        case .key(let until) where now < until: return self.start(at: now)
        case .key: return [self.wait(SignallingFault(GatewayErrorCode.keyExpired), at: now)]
        // The page has most likely asked for its key already.
        case .none: return []
        }
    }

    private mutating func start(at now: Duration) -> [Action] {
        guard var offer = self.offer, !offer.isRunning else { return [] }
        guard self.exchanges.take(at: now) else {
            self.offer = nil
            return [self.failure(SignallingFault(CommonErrorCode.rateLimited))]
        }
        self.begun += 1
        offer.tries += 1
        offer.running = self.begun
        self.offer = offer
        return [.exchange(Exchange(number: self.begun, offer: offer.sdp))]
    }

    /// Tells the page to get a new key, and keeps the offer for it.
    private mutating func wait(_ fault: SignallingFault, at now: Duration) -> Action {
        let window = self.limits.retryWindow
        self.offer?.running = nil
        self.offer?.isTold = true
        self.offer?.until = now + window
        return self.failure(fault)
    }

    private func failure(_ fault: SignallingFault) -> Action { .send(.error(.exchangeFailed, fault)) }

    /// Whether the outcome of this exchange is waited for. That of an offer whose socket has closed is not.
    func isRunning(_ number: Int) -> Bool { !self.isOver && self.offer?.running == number }

    /// What came of an exchange; of one that nobody waits for it changes nothing.
    ///
    /// - Parameter result: the SDP answer, or why there is none.
    mutating func exchanged(_ number: Int, _ result: Result<String, SignallingFault>, at now: Duration) -> [Action] {
        guard self.isRunning(number), let offer = self.offer else { return [] }
        switch result {
        case .success(let answer):
            self.offer = nil
            return [.send(.sdpAnswer(answer))]
        case .failure(let fault):
            if offer.tries < self.limits.attempts { return [self.wait(fault, at: now)] }
            self.offer = nil
            return [self.failure(fault)]
        }
    }

    // MARK: Keys

    /// Whether the session may have one more key now; it is then counted.
    mutating func mayHaveKey(at now: Duration) -> Bool {
        self.lastSign = now
        return !self.isOver && self.keys.take(at: now)
    }

    /// Whether an offer that comes by another way may be carried out now; it is then counted.
    mutating func mayExchange(at now: Duration) -> Bool {
        self.lastSign = now
        return !self.isOver && self.exchanges.take(at: now)
    }

    /// Somebody has shown whose session this is and has a key now; the socket that is open may use it.
    mutating func keyMade(until end: Duration, at now: Duration) -> [Action] {
        self.lastSign = now
        guard !self.isOver, case .open(let since, let permission) = self.socket else { return [] }
        if permission != .token { self.socket = .open(since: since, .key(until: end)) }
        return self.start(at: now)
    }

    /// Another token is what the session lives by now. What the one before gave its socket is over: whoever renewed it asks for a key.
    mutating func authorityChanged(at now: Duration) {
        if case .open = self.socket { self.socket = .open(since: now, .none) }
    }

    // MARK: The end

    /// The interview was ended for `end_session`, or there was none to end.
    mutating func interviewEnded() -> [Action] {
        guard !self.isOver else { return [] }
        self.isOver = true
        return [.send(.sessionEnded(self.id)), .close(.normalClosure), .forget]
    }

    /// The token by which the session was opened is worth nothing any more.
    mutating func authorityEnded() -> [Action] { self.stop(SignallingFault(CommonErrorCode.unauthorized)) }

    private mutating func stop(_ fault: SignallingFault) -> [Action] {
        guard !self.isOver else { return [] }
        self.isOver = true
        return self.isOpen ? [.send(.error(.sessionClosed, fault)), .close(.policyViolation), .forget] : [.forget]
    }

    /// Time has passed; to be called about every second.
    ///
    /// - Parameter isClaimed: as for ``received(_:at:isClaimed:)``.
    mutating func checkTime(at now: Duration, isClaimed: Bool = true) -> [Action] {
        guard !self.isOver else { return [] }
        switch self.socket {
        case .closed(let since, wasOpen: true):
            return now >= max(since, self.lastSign) + self.limits.resumeWindow ? self.stop(SignallingFault(CommonErrorCode.gone)) : []
        case .closed(_, wasOpen: false):
            let life = isClaimed ? self.limits.idleTimeout : self.limits.unboundLife
            return now >= self.lastSign + life ? self.stop(SignallingFault(CommonErrorCode.gone)) : []
        case .open(let since, .none) where now >= since + self.limits.unboundLife:
            let fault = SignallingFault(CommonErrorCode.unauthorized)
            guard isClaimed else { return self.stop(fault) }
            // Its holder may still come back: this socket ends, and not the session.
            self.closed(at: now)
            return [.send(.error(.sessionClosed, fault)), .close(.policyViolation)]
        case .open:
            guard let offer = self.offer, !offer.isRunning, now >= offer.until else { return [] }
            if !offer.isTold { return [self.wait(SignallingFault(GatewayErrorCode.keyMissing), at: now)] }
            self.offer = nil
            return []
        }
    }
}
