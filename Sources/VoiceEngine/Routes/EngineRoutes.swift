import HTTPTypes
import Hummingbird
import NIOCore
import RealtimeProtocol
import ServerEdge

/// The engine's HTTP and WebSocket surface: calls, hang-up, sideband, and what operators look at.
struct EngineRoutes: Sendable {
    /// How long a client should wait after 503.
    static let retryAfter = Duration.seconds(2)

    let registry: SessionRegistry
    let services: SessionServices
    let limits: SessionLimits
    let transports: any AudioTransportMaking
    /// nil: nobody needs a key (loopback only).
    let apiKey: TokenDigest?

    func router() -> Router<EdgeRequestContext> {
        let router = Router(context: EdgeRequestContext.self)
        router.addEdgeMiddleware(envelope: .openAI, metrics: services.metrics.registry)
        router.post("/v1/realtime/calls") { request, _ in try await createCall(request) }
        router.post("/v1/realtime/calls/:id/hangup") { request, context in
            try authorise(BearerToken.parse(request.headers))
            guard let id = context.parameters.get("id"), let session = registry.remove(id) else {
                throw EdgeError(EngineErrorCode.callNotFound)
            }
            session.end(.hungUp)
            return Response(status: .ok)
        }
        router.get("/health") { _, _ in Self.json(.ok, #"{"status":"ok"}"#) }
        router.get("/ready") { _, _ in
            let isDraining = registry.isDraining
            let status = isDraining ? "draining" : "ready"
            return Self.json(
                isDraining ? .serviceUnavailable : .ok,
                #"{"calls_active":\#(registry.activeCalls),"calls_maximum":\#(registry.maximumCalls),"status":"\#(status)"}"#
            )
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: services.metrics.registry.render()))
            )
        }
        return router
    }

    /// `GET /v1/realtime?call_id=rtc_…`: all events of a call, and control over it.
    func sideband() -> WebSocketRoute {
        var webSocketLimits = WebSocketLimits()
        webSocketLimits.maximumMessageBytes = limits.messageBytes
        return WebSocketRoute("/v1/realtime", limits: webSocketLimits) { request in
            try authorise(request.bearerToken)
            guard let callID = request.queryItem("call_id") else {
                throw EdgeError(EngineErrorCode.missingParameter, message: "The query item 'call_id' is missing.", parameter: "call_id")
            }
            guard let session = registry.session(callID) else { throw EdgeError(EngineErrorCode.callNotFound, parameter: "call_id") }
            return WebSocketAcceptance { connection in await serve(connection, session) }
        }
    }

    private func serve(_ connection: WebSocketConnection, _ session: RealtimeSession) async {
        let number = registry.sidebandNumber()
        let sideband = Sideband(
            send: { connection.send($0) },
            close: { reason in connection.close(reason.closeCode, reason: reason.rawValue) }
        )
        guard session.inbox.offer(.attached(number, sideband)) else {
            connection.close(.goingAway)
            return
        }
        for await text in connection.messages where !session.inbox.offerMessage(text, from: .sideband(number)) {
            // Whoever conducts a call must not lose events silently.
            connection.close(.tryAgainLater)
        }
        session.inbox.offer(.detached(number))
    }

    private func createCall(_ request: Request) async throws -> Response {
        try authorise(BearerToken.parse(request.headers))
        let call = try await CallRequest(request)
        let configuration = try configuration(call.session)
        do {
            try registry.admit()
        } catch {
            throw EdgeError(error == .full ? EngineErrorCode.engineFull : .engineDraining, retryAfter: Self.retryAfter)
        }
        var session: RealtimeSession?
        do {
            var generator = SystemRandomNumberGenerator()
            let created = try RealtimeSession(
                suffix: RealtimeIdentifier.suffix(using: &generator),
                configuration: configuration,
                policy: call.session == nil ? .owner : .participant,
                limits: limits,
                services: services
            )
            session = created
            let answer = try await created.answer(call.offer, transports: transports)
            registry.start(created)
            return Response(
                status: .created,
                headers: [
                    .contentType: "application/sdp", .location: "/v1/realtime/calls/\(created.callID)",
                    .accessControlExposeHeaders: "Location",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: answer))
            )
        } catch {
            await session?.abandon()
            registry.release()
            throw Self.describe(error)
        }
    }

    private func configuration(_ update: SessionUpdate?) throws -> SessionConfiguration {
        do {
            return try SessionRules.merge(
                update ?? SessionUpdate(),
                into: SessionRules.defaultConfiguration(),
                voices: services.textToSpeech.voices,
                audioWasSent: false
            )
        } catch {
            let code = error.code.flatMap { EngineErrorCode(rawValue: $0) } ?? .invalidValue
            throw EdgeError(code, message: error.message, parameter: error.parameter, cause: error)
        }
    }

    private func authorise(_ key: Secret<String>?) throws {
        guard let apiKey else { return }
        guard let key, TokenDigest(of: key) == apiKey else {
            throw EdgeError(EngineErrorCode.invalidAPIKey, headers: [.wwwAuthenticate: "Bearer"])
        }
    }

    private static func describe(_ error: any Error) -> EdgeError {
        guard let error = error as? AudioTransportError else { return EdgeError(CommonErrorCode.internalError, cause: error) }
        return switch error {
        case .notSDP: EdgeError(EngineErrorCode.invalidSDP, parameter: "sdp", cause: error)
        case .noOpus: EdgeError(EngineErrorCode.noOpus, parameter: "sdp", cause: error)
        case .noPorts: EdgeError(EngineErrorCode.noPorts, retryAfter: retryAfter, cause: error)
        case .negotiationTimeout: EdgeError(EngineErrorCode.negotiationTimeout, cause: error)
        case .negotiationFailed: EdgeError(EngineErrorCode.negotiationFailed, parameter: "sdp", cause: error)
        }
    }

    private static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}

extension SessionEnd {
    /// How a sideband learns that the call is over. 1001 when the peer is gone or the time is up, as the API closes.
    var closeCode: WebSocketCloseCode {
        switch self {
        case .hungUp: .normalClosure
        case .peerGone, .expired, .draining: .goingAway
        case .failed: .internalError
        }
    }
}
