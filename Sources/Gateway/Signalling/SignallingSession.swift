import InterviewCore
import InterviewStore
import ServerEdge
import Synchronization

/// Whose a signalling session is: the candidate of one interview, as long as the token that showed it is in force.
struct SignallingHolder: Sendable {
    let candidate: CandidateIdentity
    let authority: Authority
}

/// One signalling session: its machine, and what performs the machine's actions. Called from any task.
final class SignallingSession: Sendable {
    /// What takes time, for a task of its own that ends with the open socket.
    enum Work: Sendable {
        case exchange(SignallingMachine.Exchange)
        case endInterview
        case watch(Authority)
    }

    /// An open socket.
    struct Outlet: Sendable {
        let connection: WebSocketConnection
        let requestID: String
        /// Begins it and returns at once. Called under the session's lock.
        let work: @Sendable (Work) -> Void
    }

    /// The ticket that opened the session: whoever presents it has the right to a key.
    struct Ticket: Sendable {
        let digest: TokenDigest
        /// The only web origin whose pages may present it; nil: any that the server allows.
        let origin: String?
    }

    struct Key: Sendable {
        let digest: TokenDigest
        let end: Duration
    }

    /// What `GET /api/sessions/{session_id}` tells.
    struct Summary: Sendable {
        let isConnected: Bool
        let madeAt: Timestamp
        let lastActivity: Timestamp
        let hasKey: Bool
        let isKeyValid: Bool
    }

    private struct State: ~Copyable {
        var machine: SignallingMachine
        var holder: SignallingHolder?
        var ticket: Ticket?
        var key: Key?
        var lastCall: CallID?
        var outlet: Outlet?
    }

    let id: SignallingSessionID
    /// Whether the name came from outside. Then only what the name was made of makes the session somebody's: others may have read it.
    private let isNamedByPeer: Bool
    private let clock: MonotonicClock
    private let madeAt: Timestamp
    private let origin: Duration
    private let state: Mutex<State>

    init(id: SignallingSessionID, isNamedByPeer: Bool, limits: SharedSignallingLimits, clock: MonotonicClock, madeAt: Timestamp) {
        self.id = id
        self.isNamedByPeer = isNamedByPeer
        self.clock = clock
        self.madeAt = madeAt
        self.origin = clock.now
        self.state = Mutex(State(machine: SignallingMachine(id: id, limits: limits, at: clock.now)))
    }

    // MARK: Whose it is

    var holder: SignallingHolder? { self.state.withLock { $0.holder } }
    var isOpen: Bool { self.state.withLock { $0.machine.isOpen } }
    var isOver: Bool { self.state.withLock { $0.machine.isOver } }

    /// Makes the session somebody's, or finds that it is theirs already.
    ///
    /// - Parameter ownsName: the ticket or the token was shown that the session's name is made of.
    /// - Returns: false when it is another one's, or may be, or over.
    func bind(_ holder: SignallingHolder, ticket: Ticket? = nil, ownsName: Bool = false) -> Bool {
        self.state.withLock { state in self.bind(&state, holder, ticket, ownsName) }
    }

    private func bind(_ state: inout State, _ holder: SignallingHolder, _ ticket: Ticket?, _ ownsName: Bool) -> Bool {
        guard !state.machine.isOver else { return false }
        if let present = state.holder {
            guard present.candidate.interviewID == holder.candidate.interviewID else { return false }
            // The session lives by the newest claim. All tokens of candidates are good equally long, so the one that ends last is the
            // one that was given last, whichever of two requests came through first.
            guard holder.authority != present.authority, holder.candidate.expiresAt >= present.candidate.expiresAt else { return true }
            // Nothing that the token before gave may live on under the new one: it may have been revoked, and others may hold it.
            self.takeRightsBack(&state)
        } else {
            guard ownsName || !self.isNamedByPeer else { return false }
            state.ticket = ticket
        }
        state.holder = holder
        state.outlet?.work(.watch(holder.authority))
        return true
    }

    /// Neither the ticket that opened the session, nor its key, nor what was shown on its socket is good for anything any more.
    func takeRightsBack() { self.state.withLock { state in self.takeRightsBack(&state) } }

    private func takeRightsBack(_ state: inout State) {
        state.ticket = nil
        state.key = state.key.map { Key(digest: $0.digest, end: self.clock.now) }
        state.machine.authorityChanged(at: self.clock.now)
    }

    /// Ends a session that is nobody's and has no socket.
    ///
    /// - Returns: false when it is somebody's, or may become so.
    func endUnused() -> Bool {
        self.state.withLock { state in
            guard state.holder == nil, !state.machine.isOpen else { return false }
            return Self.perform(state.machine.authorityEnded(), nil)
        }
    }

    /// The ticket that has opened the session, if one did.
    var ticket: Ticket? { self.state.withLock { $0.ticket } }

    // MARK: The socket

    /// - Parameter holder: who opens it, if that was shown at the upgrade.
    /// - Returns: false when another socket is open, the session is over, or it is another one's.
    func open(_ outlet: Outlet, holder: SignallingHolder?, ownsName: Bool) -> Bool {
        self.state.withLock { state in
            guard !state.machine.isOpen, !state.machine.isOver else { return false }
            if let holder, !self.bind(&state, holder, nil, ownsName) { return false }
            state.outlet = outlet
            if let present = state.holder { outlet.work(.watch(present.authority)) }
            _ = Self.perform(state.machine.opened(holder == nil ? .none : .token, at: self.clock.now), outlet)
            return true
        }
    }

    /// The socket is gone. One that was closed and overtaken by another changes nothing any more.
    ///
    /// - Returns: true when the session is over: nobody has shown whose it is.
    func closed(_ connection: WebSocketConnection) -> Bool {
        self.state.withLock { state in
            guard state.outlet?.connection === connection else { return false }
            state.machine.closed(at: self.clock.now)
            state.outlet = nil
            return state.holder == nil
        }
    }

    /// - Returns: true when the session is over.
    func received(_ text: String, from connection: WebSocketConnection) -> Bool {
        self.state.withLock { state in
            // The last words of a socket that was replaced meanwhile must not be taken for those of the one that replaced it.
            guard state.outlet?.connection === connection else { return false }
            return Self.perform(state.machine.received(text, at: self.clock.now, isClaimed: state.holder != nil), state.outlet)
        }
    }
    /// - Returns: false when nobody waits for this answer any more.
    func exchanged(_ number: Int, _ result: Result<String, SignallingFault>) -> Bool {
        self.state.withLock { state in
            guard state.machine.isRunning(number) else { return false }
            _ = Self.perform(state.machine.exchanged(number, result, at: self.clock.now), state.outlet)
            return true
        }
    }
    func interviewEnded() -> Bool { self.step { machine, _ in machine.interviewEnded() } }

    /// - Returns: true when the session is over: no newer claim has taken the place of this one.
    func ended(_ authority: Authority) -> Bool {
        self.state.withLock { state in
            guard state.holder?.authority == authority else { return false }
            return Self.perform(state.machine.authorityEnded(), state.outlet)
        }
    }
    func checkTime() -> Bool {
        self.state.withLock { state in
            Self.perform(state.machine.checkTime(at: self.clock.now, isClaimed: state.holder != nil), state.outlet)
        }
    }

    private func step(_ change: (inout SignallingMachine, Duration) -> [SignallingMachine.Action]) -> Bool {
        self.state.withLock { state in Self.perform(change(&state.machine, self.clock.now), state.outlet) }
    }

    /// Under the lock, so that what is sent keeps its order: neither sending nor closing waits.
    private static func perform(_ actions: [SignallingMachine.Action], _ outlet: Outlet?) -> Bool {
        var isOver = false
        for action in actions {
            switch action {
            case .send(let message): outlet?.connection.send(message.text(requestID: outlet?.requestID ?? ""))
            case .exchange(let offer): outlet?.work(.exchange(offer))
            case .endInterview: outlet?.work(.endInterview)
            case .close(let code): outlet?.connection.close(code)
            case .forget: isOver = true
            }
        }
        return isOver
    }

    // MARK: Keys and calls

    /// - Returns: false when the session has had too many keys.
    func mayHaveKey() -> Bool { self.state.withLock { $0.machine.mayHaveKey(at: self.clock.now) } }

    /// Whether the session may have an offer exchanged over HTTP; it is then counted with those of the socket.
    func mayExchange() -> Bool { self.state.withLock { $0.machine.mayExchange(at: self.clock.now) } }

    /// Gives the session its key, and the socket that is open the right to use it.
    ///
    /// - Returns: the key before it.
    func setKey(_ key: Key) -> Key? {
        self.state.withLock { state in
            let last = state.key
            state.key = key
            _ = Self.perform(state.machine.keyMade(until: key.end, at: self.clock.now), state.outlet)
            return last
        }
    }

    var key: Key? { self.state.withLock { $0.key } }

    /// The call that the next one of the session takes over from.
    var lastCall: CallID? {
        get { self.state.withLock { $0.lastCall } }
        set { self.state.withLock { $0.lastCall = newValue } }
    }

    var summary: Summary {
        self.state.withLock { state in
            Summary(
                isConnected: state.machine.isOpen,
                madeAt: self.madeAt,
                lastActivity: self.madeAt + (state.machine.lastSign - self.origin),
                hasKey: state.key != nil,
                isKeyValid: state.key.map { self.clock.now < $0.end } ?? false
            )
        }
    }
}
