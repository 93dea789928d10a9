import VoiceEngine

/// The life of one peer connection, without clock, thread or socket: events and the time go in, what to do comes out.
///
/// idle → negotiating → described → connected → closing → closed; every state but the last may go to closing.
struct PeerLifecycle: ~Copyable {
    struct Limits: Sendable {
        var answer: Duration
        var connect: Duration
        var silence: Duration
    }

    private enum State {
        /// → negotiating, closing
        case idle
        /// A local description is being made. → described, closing
        case negotiating(deadline: Duration)
        /// It was handed out. Without a deadline while an offer waits for its answer. → connected, closing
        case described(deadline: Duration?)
        /// → closing
        case connected(lastHeard: Duration)
        /// → closed
        case closing
        case closed
    }

    private let limits: Limits
    private var state = State.idle
    private var isExpectingAudio = true
    private(set) var closeReason: AudioTransportCloseReason?

    /// A description was handed out, so the owner waits to hear how the connection ends.
    private(set) var wasDescribed = false

    init(limits: Limits) {
        self.limits = limits
    }

    var isConnected: Bool {
        if case .connected = state { true } else { false }
    }

    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// True from the first event that ends the connection on.
    var isOver: Bool {
        switch state {
        case .closing, .closed: true
        default: false
        }
    }

    /// - Parameter peerSendsAudio: From the peer's description: one that only listens cannot fall silent.
    /// - Returns: False when negotiation was started before or the connection is over.
    mutating func startNegotiation(peerSendsAudio: Bool, now: Duration) -> Bool {
        guard case .idle = state else { return false }
        isExpectingAudio = peerSendsAudio
        state = .negotiating(deadline: now + limits.answer)
        return true
    }

    /// The local description is complete.
    /// - Parameter waitsForAnswer: It is an offer: time to connect runs from its answer.
    /// - Returns: False when nobody waits for it any more.
    mutating func describe(waitsForAnswer: Bool, now: Duration) -> Bool {
        switch state {
        case .negotiating:
            state = .described(deadline: waitsForAnswer ? nil : now + limits.connect)
            wasDescribed = true
            return true
        case .connected:
            wasDescribed = true
            return true
        case .idle, .described, .closing, .closed:
            return false
        }
    }

    /// The answer to our offer is there.
    mutating func takeAnswer(peerSendsAudio: Bool, now: Duration) -> Bool {
        guard case .described(deadline: nil) = state else { return false }
        isExpectingAudio = peerSendsAudio
        state = .described(deadline: now + limits.connect)
        return true
    }

    /// - Returns: True once: the connection is up now.
    mutating func connect(now: Duration) -> Bool {
        switch state {
        case .negotiating, .described:
            state = .connected(lastHeard: now)
            return true
        case .idle, .connected, .closing, .closed:
            return false
        }
    }

    enum Expiry: Equatable {
        case negotiation
        case connecting
        case silence

        var reason: AudioTransportCloseReason {
            switch self {
            case .negotiation: .failed
            case .connecting: .connectTimeout
            case .silence: .peerSilent
            }
        }
    }

    /// Time went on.
    /// - Parameter heard: Audio came since the last tick.
    /// - Returns: The limit that has passed; the caller closes for it.
    mutating func tick(now: Duration, heard: Bool) -> Expiry? {
        switch state {
        case .negotiating(let deadline):
            return now >= deadline ? .negotiation : nil
        case .described(let deadline):
            guard let deadline else { return nil }
            return now >= deadline ? .connecting : nil
        case .connected(let lastHeard):
            if heard {
                state = .connected(lastHeard: now)
                return nil
            }
            return isExpectingAudio && now - lastHeard >= limits.silence ? .silence : nil
        case .idle, .closing, .closed:
            return nil
        }
    }

    /// The pipeline stopped with an error, or ICE gave up. After `connected` the first is how a peer that closes
    /// shows itself, and the second a peer that vanished.
    func reason(forFault fault: Fault) -> AudioTransportCloseReason {
        switch (isConnected, fault) {
        case (true, .error): .peerClosed
        case (true, .unreachable): .peerSilent
        case (false, _): .failed
        }
    }

    enum Fault {
        case error
        case unreachable
    }

    enum Closing: Equatable {
        /// Nothing was started: the connection is closed.
        case nothingToDo
        /// This is the first call: tear down, then `finishClosing`.
        case tearDown
        case alreadyClosing
    }

    /// The first reason wins.
    mutating func close(_ reason: AudioTransportCloseReason) -> Closing {
        switch state {
        case .closing, .closed:
            return .alreadyClosing
        case .idle:
            closeReason = reason
            state = .closed
            return .nothingToDo
        case .negotiating, .described, .connected:
            closeReason = reason
            state = .closing
            return .tearDown
        }
    }

    mutating func finishClosing() {
        state = .closed
    }
}
