import HTTPTypes
import InterviewCore
import InterviewStore
import NIOCore
import ServerEdge

/// `/ws`: the messages by which a page has its offer answered (`docs/interfaces.md`).
struct SignallingSocket: Sendable {
    static let path = "/ws"
    /// What a page that can name subprotocols, but no headers, puts before its candidate token.
    static let tokenPrefix = "viva.token."
    /// Offered beside it, and chosen: a token is not repeated in an answer.
    static let subprotocol = "viva"

    /// Candidates may come in bursts; what is beyond is no page of ours.
    private static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        // Twice an offer, for what escaping adds.
        limits.maximumFrameBytes = 2 * 32 * 1024
        limits.maximumMessageBytes = 2 * 32 * 1024
        limits.messageRate = .init(perSecond: 10, burst: 100)
        limits.maximumOutboundBytes = 256 * 1024
        // A page that comes back from another network waits until its old socket is known to be dead.
        limits.pingInterval = .seconds(10)
        limits.pongTimeout = .seconds(10)
        return limits
    }

    let office: SignallingOffice
    let authenticator: Authenticator
    let origins: OriginRule
    let limits: RequestLimits

    func route() -> WebSocketRoute {
        // The rule for origins needs the host of the request, so it is asked below.
        WebSocketRoute(Self.path, limits: Self.limits, origins: .any) { request in
            guard self.origins.allows(request.headers[values: .origin], authority: request.authority) else {
                throw EdgeError.gateway(.originNotAllowed)
            }
            let names = request.queryNames
            guard !AuthenticationMiddleware.refuses(names) else { throw EdgeError.unauthorized }
            // Named twice, or under a name that cannot be read: no socket of a session that was not asked for.
            guard names.count(where: { $0.lowercased() == "session" }) == (request.queryItem("session") == nil ? 0 : 1) else {
                throw EdgeError(CommonErrorCode.invalidRequest, parameter: "session")
            }
            let shown = try await self.shown(request)
            let session = try self.session(request, shown)
            let subprotocol = request.offeredSubprotocols.contains(Self.subprotocol) ? Self.subprotocol : nil
            let (office, requestID) = (self.office, request.requestID)
            return WebSocketAcceptance(
                subprotocol: subprotocol,
                receiver: { connection in Self.receiver(of: connection, session, shown, office, requestID: requestID) }
            )
        }
    }

    /// Whose token came with the request, and the session that is named after it.
    private struct Shown {
        let holder: SignallingHolder
        let name: SignallingSessionID
    }

    /// Who opens the socket, if they show it. A token that is none is refused, never passed over.
    private func shown(_ request: WebSocketRequest) async throws -> Shown? {
        // Upgrades do not pass the router, and what is counted there.
        let peer = request.remoteAddress.flatMap { try? SocketAddress(ipAddress: $0.reveal(), port: 0) }
        let client = self.limits.client(of: peer, request.headers)
        if let client { try self.limits.admit(client) }
        let offered = request.offeredSubprotocols.first { $0.hasPrefix(Self.tokenPrefix) }.map {
            Secret(String($0.dropFirst(Self.tokenPrefix.count)))
        }
        guard let token = request.bearerToken ?? offered else {
            guard request.headers[.authorization] == nil else { throw EdgeError.unauthorized }
            return nil
        }
        try self.limits.check(token: token)
        guard let authenticated = try await self.authenticator.authenticate(token, reading: true),
            case .candidate(let candidate) = authenticated.principal
        else { throw EdgeError.unauthorized }
        try self.limits.admit(authenticated)
        if let client { self.limits.wasKnown(client) }
        return Shown(
            holder: SignallingHolder(candidate: candidate, authority: authenticated.authority),
            name: SignallingSessionID(of: token)
        )
    }

    private func session(_ request: WebSocketRequest, _ shown: Shown?) throws -> SignallingSession {
        let session: SignallingSession
        if let name = request.queryItem("session") {
            guard let id = SignallingSessionID(rawValue: name) else { throw EdgeError.notFound }
            if let shown, shown.name != id {
                // Theirs already; a name alone makes nothing theirs.
                guard let present = self.office.session(id), let holder = present.holder,
                    holder.candidate.interviewID == shown.holder.candidate.interviewID
                else { throw EdgeError.notFound }
                session = present
            } else {
                session = try self.office.open(id, isShown: shown != nil)
            }
        } else if let shown {
            session = try self.office.open(shown.name)
        } else {
            var generator = SystemRandomNumberGenerator()
            session = try self.office.open(.random(using: &generator), isShown: false, isNamedByPeer: false)
        }
        guard !session.isOpen else { throw EdgeError.gateway(.sessionInUse) }
        if let shown { try self.office.claim(session, by: shown.holder, ownsName: shown.name == session.id) }
        return session
    }

    // MARK: An open socket

    /// No task while the page is silent: a session takes a message in microseconds, and what takes time has a task of its own.
    ///
    /// What these closures hold, each open socket holds: so the office, and not the whole of the route's settings.
    private static func receiver(
        of connection: WebSocketConnection,
        _ session: SignallingSession,
        _ shown: Shown?,
        _ office: SignallingOffice,
        requestID: String
    ) -> WebSocketReceiver {
        // The machine lets an exchange and an end run at a time, and each newer token has a watch.
        let outlet = SignallingSession.Outlet(connection: connection, requestID: requestID) { job in
            connection.perform { await Self.perform(job, session, office) }
        }
        guard session.open(outlet, holder: shown?.holder, ownsName: shown?.name == session.id) else {
            // Overtaken between the check and now.
            connection.close(.policyViolation)
            return WebSocketReceiver(received: { _ in }, ended: {})
        }
        return WebSocketReceiver(
            received: { text in if session.received(text, from: connection) { office.forget(session) } },
            ended: { if session.closed(connection) { office.forget(session) } }
        )
    }

    private static func perform(_ job: SignallingSession.Work, _ session: SignallingSession, _ office: SignallingOffice) async {
        let isOver: Bool
        switch job {
        case .exchange(let exchange):
            await office.carryOut(exchange, of: session)
            isOver = false
        case .endInterview:
            isOver = await office.endInterview(of: session)
        case .watch(let authority):
            await office.watch.end(of: authority)
            isOver = Task.isCancelled ? false : session.ended(authority)
        }
        if isOver { office.forget(session) }
    }
}
