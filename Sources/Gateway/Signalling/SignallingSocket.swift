import HTTPTypes
import InterviewCore
import InterviewStore
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

    func route() -> WebSocketRoute {
        // The rule for origins needs the host of the request, so it is asked below.
        WebSocketRoute(Self.path, limits: Self.limits, origins: .any) { request in
            guard self.origins.allows(request.headers[values: .origin], authority: request.authority) else {
                throw EdgeError.gateway(.originNotAllowed)
            }
            guard !AuthenticationMiddleware.refusedParameters.contains(where: { request.queryItem($0) != nil }) else {
                throw EdgeError.unauthorized
            }
            let holder = try await self.holder(request)
            let session = try self.session(request, holder)
            let subprotocol = request.offeredSubprotocols.contains(Self.subprotocol) ? Self.subprotocol : nil
            let requestID = request.requestID
            return WebSocketAcceptance(subprotocol: subprotocol) { connection in
                await self.serve(connection, session, holder, requestID: requestID)
            }
        }
    }

    /// Who opens the socket, if they show it. A token that is none is refused, never passed over.
    private func holder(_ request: WebSocketRequest) async throws -> SignallingHolder? {
        let offered = request.offeredSubprotocols.first { $0.hasPrefix(Self.tokenPrefix) }.map {
            Secret(String($0.dropFirst(Self.tokenPrefix.count)))
        }
        guard let token = request.bearerToken ?? offered else {
            guard request.headers[.authorization] == nil else { throw EdgeError.unauthorized }
            return nil
        }
        guard let authenticated = try await self.authenticator.authenticate(token, reading: true),
            case .candidate(let candidate) = authenticated.principal
        else { throw EdgeError.unauthorized }
        return SignallingHolder(candidate: candidate, authority: authenticated.authority)
    }

    private func session(_ request: WebSocketRequest, _ holder: SignallingHolder?) throws -> SignallingSession {
        guard let name = request.queryItem("session") else {
            var generator = SystemRandomNumberGenerator()
            return try self.office.open(.random(using: &generator), isShown: holder != nil)
        }
        guard let id = SignallingSessionID(rawValue: name) else { throw EdgeError.notFound }
        let session = try self.office.open(id, isShown: holder != nil)
        if let holder, let present = session.holder, present.candidate.interviewID != holder.candidate.interviewID {
            throw EdgeError.notFound
        }
        guard !session.isOpen else { throw EdgeError.gateway(.sessionInUse) }
        return session
    }

    // MARK: An open socket

    private func serve(
        _ connection: WebSocketConnection,
        _ session: SignallingSession,
        _ holder: SignallingHolder?,
        requestID: String
    ) async {
        // An exchange, an end and a watch at a time: more would be a fault of ours.
        let (work, begin) = AsyncStream.makeStream(of: SignallingSession.Work.self, bufferingPolicy: .bufferingOldest(8))
        let outlet = SignallingSession.Outlet(connection: connection, requestID: requestID, work: begin)
        guard session.open(outlet, holder: holder) else {
            // Overtaken between the check and now.
            connection.close(.policyViolation)
            for await _ in connection.messages {}
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { jobs in
                    for await job in work { jobs.addTask { await self.perform(job, session) } }
                    jobs.cancelAll()
                }
            }
            for await text in connection.messages where session.received(text) { self.office.forget(session) }
            session.closed()
            begin.finish()
            group.cancelAll()
        }
    }

    private func perform(_ job: SignallingSession.Work, _ session: SignallingSession) async {
        let isOver: Bool
        switch job {
        case .exchange(let offer):
            let result: Result<String, SignallingFault>
            do {
                result = .success(try await self.office.exchange(offer, for: session).sdp)
            } catch {
                result = .failure(SignallingFault((error as? EdgeError) ?? EdgeError(CommonErrorCode.internalError, cause: error)))
            }
            isOver = session.exchanged(result)
        case .endInterview:
            if let interview = session.holder?.candidate.interviewID { _ = await self.office.registry.call(of: interview)?.end() }
            isOver = session.interviewEnded()
        case .watch(let authority):
            await self.office.watch.end(of: authority)
            isOver = Task.isCancelled ? false : session.authorityEnded()
        }
        if isOver { self.office.forget(session) }
    }
}
