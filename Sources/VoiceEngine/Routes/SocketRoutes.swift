import HTTPTypes
import Hummingbird
import Logging
import RealtimeProtocol
import ServerEdge

/// `GET /v1/realtime` as a WebSocket: with `call_id` the sideband of a call, without it a session of its own.
struct SocketRoutes: Sendable {
    /// The header by which clients ask for the API's beta.
    private static let betaHeader = HTTPField.Name("OpenAI-Beta")
    /// The same among a browser's subprotocols.
    private static let betaSubprotocol = "openai-beta.realtime-v1"

    /// The client events that may carry audio. A client that writes members in another order shows the audio itself
    /// first: an append as `{"audio":"`, an item as `{"item":{"content":[{"audio":"`.
    private static let largeMessages = WebSocketLimits.LargeMessages(
        markers: [#""input_audio_buffer.append""#, #""conversation.item.create""#, #""audio":""#, #""audio": ""#]
    )

    let engine: EngineRoutes

    func route() -> WebSocketRoute {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = engine.limits.audioMessageBytes
        limits.maximumMessageBytes = engine.limits.audioMessageBytes
        limits.largeMessages = Self.largeMessages
        return WebSocketRoute("/v1/realtime", limits: limits, origins: engine.origins) { request in
            let key = EngineAuthorisation.key(request)
            let subprotocol = EngineAuthorisation.subprotocol(request)
            if let callID = request.queryItem("call_id") {
                try engine.authorisation.requireServer(key)
                guard let session = engine.registry.session(call: callID) else {
                    throw EdgeError(EngineErrorCode.callNotFound, parameter: "call_id")
                }
                return WebSocketAcceptance(subprotocol: subprotocol) { connection in await serveSideband(connection, session) }
            }
            let principal = try engine.authorisation.principal(key)
            let dialect = Self.asksForBeta(request) ? BetaDialect() : nil
            if dialect != nil, !engine.servesBeta {
                return WebSocketAcceptance(subprotocol: subprotocol) { connection in await Self.refuseBeta(connection) }
            }
            let intent = request.queryItem("intent")
            let start = intent == "transcription" ? SessionUpdate(type: "transcription") : nil
            // The model of a transcription session is its recogniser's, which the URL does not name.
            let model = start == nil ? request.queryItem("model") : nil
            let configuration = try engine.configuration(start, principal, model: model)
            // Only looked at here: a place is taken when the socket is open, so that one that never opens cannot keep it.
            if let refusal = engine.registry.refusal { throw engine.describe(refusal) }
            return WebSocketAcceptance(subprotocol: subprotocol) { connection in await serve(connection, configuration, dialect) }
        }
    }

    // MARK: A session of its own

    private func serve(_ connection: WebSocketConnection, _ configuration: SessionConfiguration, _ dialect: BetaDialect?) async {
        let listener = SessionListener(connection)
        do {
            try engine.registry.admit()
        } catch {
            let refusal = engine.describe(error)
            Self.tell(RealtimeError(type: "server_error", code: refusal.code, message: refusal.message), connection)
            connection.close(.tryAgainLater)
            return
        }
        let session: RealtimeSession
        do {
            session = try RealtimeSession(
                suffix: EngineRoutes.suffix(),
                client: .socket(listener),
                dialect: dialect,
                configuration: configuration,
                policy: .owner,
                limits: engine.limits,
                services: engine.services
            )
        } catch {
            engine.services.logger.error("a session could not be made", metadata: ["error_type": "\(type(of: error))"])
            engine.registry.release()
            connection.close(.internalError)
            return
        }
        guard engine.registry.start(session, key: session.sessionID) else {
            engine.registry.release()
            connection.close(.goingAway)
            return
        }
        for await text in connection.messages {
            // A client that sends faster than it is heard waits here, and so does its socket.
            await session.inbox.room(for: .client)
            guard session.inbox.offerMessage(text, from: .client) else { break }
        }
        session.end(.peerGone)
    }

    // MARK: The sideband of a call

    private func serveSideband(_ connection: WebSocketConnection, _ session: RealtimeSession) async {
        let number = engine.registry.sidebandNumber()
        let sideband = SessionListener(connection)
        guard session.inbox.offer(.attached(number, sideband)) else {
            connection.close(.goingAway)
            return
        }
        for await text in connection.messages {
            // Whoever conducts a call loses no event: a burst waits here, and so does its socket.
            await session.inbox.room(for: .sideband(number))
            guard session.inbox.offerMessage(text, from: .sideband(number)) else { break }
        }
        session.inbox.offer(.detached(number))
    }

    private static func tell(_ error: RealtimeError, _ connection: WebSocketConnection) {
        var generator = SystemRandomNumberGenerator()
        let identifier = RealtimeIdentifier.event.make(using: &generator)
        connection.send(ServerMessage(.error(ErrorEvent(error: error)), eventID: identifier).text)
    }

    // MARK: The beta

    private static func asksForBeta(_ request: WebSocketRequest) -> Bool {
        if request.offeredSubprotocols.contains(betaSubprotocol) { return true }
        return betaHeader.flatMap { request.headers[$0] }?.contains("realtime=v1") == true
    }

    /// As the API does since the beta is off: one error, then 4000.
    private static func refuseBeta(_ connection: WebSocketConnection) async {
        let error = RealtimeError(
            code: "beta_api_shape_disabled",
            message: "The beta shape of the Realtime API is not served here. Leave out the OpenAI-Beta header and use the GA shape."
        )
        tell(error, connection)
        connection.close(WebSocketCloseCode(rawValue: 4_000), reason: "invalid_request_error.beta_api_shape_disabled")
        for await _ in connection.messages {}
    }
}

extension SessionListener {
    init(_ connection: WebSocketConnection) {
        self.init(
            send: { connection.send($0) },
            close: { reason in connection.close(reason.closeCode, reason: reason.rawValue) }
        )
    }
}

extension SessionEnd {
    /// How a listener learns that the session is over. 1001 when the peer is gone or the time is up, as the API closes.
    var closeCode: WebSocketCloseCode {
        switch self {
        case .hungUp: .normalClosure
        case .peerGone, .expired, .draining: .goingAway
        case .failed: .internalError
        }
    }
}
