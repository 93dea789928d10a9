import InterviewCore
import InterviewStore
import Logging
import ServerEdge
import ServiceLifecycle
import Synchronization

/// A key that this server gives out in the form of a provider's. It opens an exchange of SDP with us, once its session's holder has
/// shown who they are, and nothing anywhere else: the provider's own key stays here.
struct SignallingKey: Sendable {
    let value: Secret<String>
    let expiresAt: Timestamp
    let lifetime: Duration
}

/// All signalling sessions of this process. They are not stored: a page that comes back after a restart begins anew, and its
/// interview goes on.
final class SignallingOffice: Service {
    /// How often it is looked which sessions are over.
    static let interval: Duration = .seconds(1)

    private struct State {
        var sessions: [SignallingSessionID: SignallingSession] = [:]
        var keys: [TokenDigest: SignallingSession] = [:]
        var redemptions: [SignallingSessionID: Task<SignallingSession, any Error>] = [:]
        /// Whose tickets are being used: their sessions count before they are anybody's.
        var redeeming: [SignallingSessionID: TenantID] = [:]
    }

    let store: any InterviewStore
    let registry: CallRegistry
    let watch: TokenWatch
    private let tickets: TicketOffice
    private let sharedLimits: SharedSignallingLimits
    private var limits: SignallingLimits { self.sharedLimits.value }
    private let requestLimits: RequestLimits
    private let clock: MonotonicClock
    private let wallClock: WallClock
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        store: any InterviewStore,
        registry: CallRegistry,
        watch: TokenWatch,
        tickets: TicketOffice,
        limits: SignallingLimits,
        requestLimits: RequestLimits,
        clock: MonotonicClock,
        wallClock: WallClock
    ) {
        self.store = store
        self.registry = registry
        self.watch = watch
        self.tickets = tickets
        self.sharedLimits = SharedSignallingLimits(limits)
        self.requestLimits = requestLimits
        self.clock = clock
        self.wallClock = wallClock
        (self.wake, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Sessions

    var count: Int { self.state.withLock { $0.sessions.count } }

    func session(_ id: SignallingSessionID) -> SignallingSession? { self.state.withLock { $0.sessions[id] } }

    /// The session of this name; a new one if there is none.
    ///
    /// - Parameter isShown: somebody has shown whose it is to be. Others get half of the places, so that they cannot take them all.
    /// - Parameter isNamedByPeer: the name came in an address, where others may read it.
    /// - Parameter isPaidFor: a ticket was used up for it, so there is a place for it in a full table, too.
    func open(
        _ id: SignallingSessionID,
        isShown: Bool = true,
        isNamedByPeer: Bool = true,
        isPaidFor: Bool = false
    ) throws -> SignallingSession {
        let session = self.state.withLock { state -> SignallingSession? in
            // One that is over is about to be forgotten.
            if let present = state.sessions[id], !present.isOver { return present }
            guard isPaidFor || state.sessions.count < self.limits.sessions / (isShown ? 1 : 2) else { return nil }
            let session = SignallingSession(
                id: id,
                isNamedByPeer: isNamedByPeer,
                limits: self.sharedLimits,
                clock: self.clock,
                madeAt: self.wallClock.now
            )
            state.sessions[id] = session
            return session
        }
        guard let session else { throw EdgeError(CommonErrorCode.unavailable, retryAfter: self.limits.resumeWindow) }
        self.wakeUp.yield()
        return session
    }

    func forget(_ session: SignallingSession) {
        self.state.withLock { state in
            if state.sessions[session.id] === session { state.sessions[session.id] = nil }
            if let key = session.key, state.keys[key.digest] === session { state.keys[key.digest] = nil }
        }
    }

    /// A session of a candidate without a socket of its own: one for each token.
    func session(of holder: SignallingHolder, token: Secret<String>) throws -> SignallingSession {
        let session = try self.open(SignallingSessionID(of: token))
        try self.claim(session, by: holder, ownsName: true)
        return session
    }

    /// Makes the session somebody's, or finds that it is theirs, if they may have one more.
    ///
    /// - Parameter ownsName: as for ``SignallingSession/bind(_:ticket:ownsName:)``.
    /// - Throws: `too_many_sessions`; `not_found` when it is another one's, or may be.
    func claim(_ session: SignallingSession, by holder: SignallingHolder, ownsName: Bool = false) throws {
        // Under the lock, so that of two claims at once the second one sees the first.
        try self.state.withLock { state in
            do {
                // One that has left the table would keep its key for ever: nothing looks at it any more.
                guard state.sessions[session.id] === session else { throw EdgeError.notFound }
                if session.holder == nil { try self.admit(holder.candidate.tenantID, holder.candidate.interviewID, &state) }
                guard session.bind(holder, ownsName: ownsName) else { throw EdgeError.notFound }
            } catch {
                // What was made for the claim goes with it, unless a ticket is about to make it somebody's.
                if state.redemptions[session.id] == nil, session.endUnused(), state.sessions[session.id] === session {
                    state.sessions[session.id] = nil
                }
                throw error
            }
        }
    }

    /// Counted anew each time, which two thousand sessions make a matter of microseconds: there is no count that could go wrong.
    private func admit(_ tenant: TenantID, _ interview: InterviewID?, _ state: inout State) throws {
        let present = state.sessions.values.compactMap(\.holder?.candidate).filter { $0.tenantID == tenant }
        try self.requestLimits.admitSession(
            ofTenant: present.count + state.redeeming.values.count { $0 == tenant },
            ofInterview: interview.map { interview in present.count(where: { $0.interviewID == interview }) }
        )
    }

    // MARK: Whose a session is

    /// The session that a request for a key names.
    ///
    /// - Parameters:
    ///   - name: a ticket, which is the right to its session, or the public name of a session.
    ///   - principal: who asks, if that was shown.
    ///   - origin: the web origin of the page that asks.
    func session(
        named name: Secret<String>,
        for principal: Principal?,
        _ authority: Authority?,
        from origin: String?
    ) async throws -> SignallingSession {
        if let id = SignallingSessionID(rawValue: name.expose()) {
            guard let principal, let authority else { throw EdgeError.unauthorized }
            guard let session = self.session(id), !session.isOver else { throw EdgeError.notFound }
            switch principal {
            case .candidate(let candidate):
                // The token was looked at when the request began; its body may have taken half a minute.
                guard try await self.store.isInForce(authority, at: self.wallClock.now) else { throw EdgeError.unauthorized }
                guard self.session(id) === session, !session.isOver else { throw EdgeError.notFound }
                // A session that is nobody's becomes theirs, and one that is theirs lives by this token from now on.
                try self.claim(session, by: SignallingHolder(candidate: candidate, authority: authority))
            case .workspace:
                // An employee's token names no interview, so it makes no session anybody's.
                guard let holder = session.holder, principal.concerns(holder.candidate) else { throw EdgeError.notFound }
            }
            return session
        }
        let (ticket, id) = (name, SignallingSessionID(of: name))
        let session = try await self.session(of: ticket, id, for: principal, from: origin)
        guard let holder = session.holder, principal?.concerns(holder.candidate) ?? true else { throw EdgeError.notFound }
        // Each time, not only when the ticket is used: as long as its session lives, it is the right to a key.
        if let bound = session.ticket?.origin, bound != origin { throw EdgeError.gateway(.originNotAllowed) }
        return session
    }

    /// The session that this ticket has opened, or opens now.
    private func session(
        of ticket: Secret<String>,
        _ id: SignallingSessionID,
        for principal: Principal?,
        from origin: String?
    ) async throws -> SignallingSession {
        let digest = TokenDigest(of: ticket)
        func opened() -> SignallingSession? {
            self.session(id).flatMap { $0.ticket?.digest == digest && !$0.isOver ? $0 : nil }
        }
        if let session = opened() { return session }
        if case .candidate = principal { throw EdgeError.notFound }
        let state = try await translatingStoreErrors { () throws(InterviewStoreError) in try await self.tickets.state(of: ticket) }
        // Another request may have used it meanwhile.
        if let session = opened() { return session }
        if case .workspace(let identity) = principal {
            guard case .usable(identity.tenantID, _, _, _) = state else { throw EdgeError.notFound }
        }
        // Here, so that a page of another origin cannot spoil the request of the right one that comes at the same time.
        if case .usable(_, _, _, let bound?) = state, bound != origin { throw EdgeError.gateway(.originNotAllowed) }
        return try await self.redeem(ticket, known: state, for: id, from: origin)
    }

    /// Uses the ticket and makes the session its candidate's. Two requests that come together get the same session; one that goes
    /// away meanwhile has not used the ticket in vain: what was begun is finished.
    ///
    /// - Parameter known: what the ticket was found to be worth a moment ago. Whether it still is, the store decides.
    private func redeem(
        _ ticket: Secret<String>,
        known: TicketState,
        for id: SignallingSessionID,
        from origin: String?
    ) async throws -> SignallingSession {
        let task = self.state.withLock { state in
            if let running = state.redemptions[id] { return running }
            let task = Task(executorPreference: EventLoopTaskExecutor.current) { () async throws -> SignallingSession in
                defer {
                    self.state.withLock { state in
                        state.redemptions[id] = nil
                        state.redeeming[id] = nil
                    }
                }
                let digest = TokenDigest(of: ticket)
                if let session = self.session(id), session.ticket?.digest == digest, !session.isOver { return session }
                // A practice ticket makes an interview each time it is used; a session is one interview's.
                if case .usable(_, _, practice: true, _) = known { throw EdgeError.gateway(.ticketUnknown) }
                // Only a good ticket makes a session, and a full table uses none up.
                if case .usable(let tenant, _, _, _) = known {
                    try self.state.withLock { state in
                        // Tickets of one interview are limited by themselves, each by the hour.
                        try self.admit(tenant, nil, &state)
                        state.redeeming[id] = tenant
                    }
                    _ = try self.open(id)
                }
                let admission = try await self.tickets.redeem(ticket, from: origin, known: known)
                let interview = admission.interview
                let holder = SignallingHolder(
                    candidate: CandidateIdentity(tenantID: interview.tenantID, interviewID: interview.id, expiresAt: admission.expiresAt),
                    authority: .candidate(TokenHash(of: admission.token), endsAt: admission.expiresAt)
                )
                let session = try self.open(id, isPaidFor: true)
                let shown = SignallingSession.Ticket(digest: digest, origin: interview.origin)
                guard session.bind(holder, ticket: shown, ownsName: true) else { throw EdgeError.notFound }
                return session
            }
            state.redemptions[id] = task
            return task
        }
        return try await task.value
    }

    // MARK: Keys

    /// A fresh key of the session; the one before is worth nothing from now on.
    ///
    /// - Throws: `rate_limited`.
    func makeKey(for session: SignallingSession) throws -> SignallingKey {
        guard session.mayHaveKey() else { throw EdgeError(CommonErrorCode.rateLimited, retryAfter: .seconds(10)) }
        let value = Credentials.makeSignallingKey()
        let digest = TokenDigest(of: value)
        let expiresAt = self.wallClock.now + self.limits.keyLifetime
        try self.state.withLock { state in
            guard state.sessions[session.id] === session else { throw EdgeError.notFound }
            state.keys[digest] = session
        }
        let last = session.setKey(SignallingSession.Key(digest: digest, end: self.clock.now + self.limits.keyLifetime))
        if let last { self.state.withLock { state in state.keys[last.digest] = nil } }
        // Ended meanwhile: nothing of it may stay behind.
        if session.isOver { self.forget(session) }
        return SignallingKey(value: value, expiresAt: expiresAt, lifetime: self.limits.keyLifetime)
    }

    /// The session that a key opens.
    ///
    /// - Throws: `unauthorized` for an unknown one, `key_expired`.
    func session(holding key: Secret<String>) throws -> SignallingSession {
        let digest = TokenDigest(of: key)
        guard let session = self.state.withLock({ $0.keys[digest] }), let kept = session.key, kept.digest == digest else {
            throw EdgeError.unauthorized
        }
        guard self.clock.now < kept.end else { throw EdgeError.gateway(.keyExpired) }
        return session
    }

    // MARK: Calls

    /// Answers an offer of the session as `POST /v1/calls` does: conduct and transcript are the server's.
    func exchange(_ offer: String, for session: SignallingSession) async throws -> LiveCall.Answer {
        guard let holder = session.holder else { throw EdgeError.unauthorized }
        try CallRoutes.check(offer)
        let answer = try await self.registry.connect(holder.candidate, offer: offer, replacing: session.lastCall) {
            guard try await self.store.isInForce(holder.authority, at: self.wallClock.now) else { throw EdgeError.unauthorized }
            try self.requestLimits.admitCall(of: holder.candidate)
        }
        session.lastCall = answer.callID
        return answer
    }

    /// Carries an offer of the session's socket out and tells the session what came of it.
    ///
    /// A call that was set up for a socket that has gone meanwhile is hung up: nobody has its answer.
    func carryOut(_ exchange: SignallingMachine.Exchange, of session: SignallingSession) async {
        do {
            let answer = try await self.exchange(exchange.offer, for: session)
            guard !session.exchanged(exchange.number, .success(answer.sdp)), let holder = session.holder else { return }
            await self.registry.call(answer.callID, of: holder.candidate.interviewID)?.makeWay(answer.callID)
        } catch {
            let fault = SignallingFault((error as? EdgeError) ?? EdgeError(CommonErrorCode.internalError, cause: error))
            _ = session.exchanged(exchange.number, .failure(fault))
        }
    }

    /// The candidate ends the interview by the session's socket; nobody does with a token that is worth nothing any more.
    ///
    /// - Returns: true when the session is over.
    func endInterview(of session: SignallingSession) async -> Bool {
        guard let holder = session.holder else { return session.interviewEnded() }
        // A store that cannot tell is no reason to keep somebody in an interview.
        let isInForce = (try? await self.store.isInForce(holder.authority, at: self.wallClock.now)) ?? true
        guard isInForce else { return session.ended(holder.authority) }
        _ = await self.registry.call(of: holder.candidate.interviewID)?.end()
        return session.interviewEnded()
    }

    /// The interview has a new link: what the links before it have given is worth nothing from now on. A session that nobody takes over
    /// with what the new one gives is ended by the watch of its socket, or by its time.
    func linkRenewed(to interview: InterviewID) {
        let sessions = self.state.withLock { state in state.sessions.values.filter { $0.holder?.candidate.interviewID == interview } }
        for session in sessions { session.takeRightsBack() }
    }

    // MARK: Time

    /// Ends what is over until graceful shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            for await _ in self.wake {
                while self.count > 0, (try? await self.clock.sleep(for: Self.interval)) != nil {
                    for session in self.state.withLock({ Array($0.sessions.values) }) where session.checkTime() { self.forget(session) }
                }
            }
        }
    }
}

extension Principal {
    /// Whether this is the candidate, or somebody who may act for the tenant of the interview.
    func concerns(_ candidate: CandidateIdentity) -> Bool {
        switch self {
        case .candidate(let identity): identity.interviewID == candidate.interviewID
        case .workspace(let identity): identity.tenantID == candidate.tenantID
        }
    }
}
