import HTTPTypes
import Hummingbird
import NIOCore
import RealtimeProtocol
import ServerEdge

/// The engine's HTTP surface: keys, calls, hang-up, and what operators look at. Its WebSockets are in ``SocketRoutes``.
struct EngineRoutes: Sendable {
    /// How long a client should wait after 503.
    static let retryAfter = Duration.seconds(2)
    /// A `client_secrets` body: a session with its instructions and tools.
    private static let maximumSecretBody = 128 * 1_024

    let registry: SessionRegistry
    let services: SessionServices
    let limits: SessionLimits
    let transports: any AudioTransportMaking
    let authorisation: EngineAuthorisation
    /// Whether clients of the API's beta are served in its shape.
    let servesBeta: Bool
    /// Pages of which origins may use the engine.
    let origins: OriginPolicy

    func router() -> Router<EdgeRequestContext> {
        let router = Router(context: EdgeRequestContext.self)
        // Outside of the errors, so that a page can read them too.
        router.add(middleware: CrossOriginMiddleware(origins: origins))
        router.addEdgeMiddleware(envelope: .openAI, metrics: services.metrics.registry)
        router.add(middleware: OriginCheckMiddleware(origins: origins))
        router.post("/v1/realtime/client_secrets") { request, _ in try await makeClientSecret(request) }
        router.post("/v1/realtime/calls") { request, _ in try await createCall(request) }
        if servesBeta {
            router.post("/v1/realtime") { request, _ in try await createCall(request, dialect: BetaDialect()) }
            router.post("/v1/realtime/sessions") { request, _ in try await makeBetaSession(request, .sessions) }
            router.post("/v1/realtime/transcription_sessions") { request, _ in
                try await makeBetaSession(request, .transcriptionSessions)
            }
        }
        router.post("/v1/realtime/calls/:id/hangup") { request, context in
            try authorisation.requireServer(BearerToken.parse(request.headers))
            guard let id = context.parameters.get("id"), let session = registry.remove(call: id) else {
                throw EdgeError(EngineErrorCode.callNotFound)
            }
            session.end(.hungUp)
            return Response(status: .ok)
        }
        router.get("/health") { _, _ in Self.json(.ok, #"{"status":"ok"}"#) }
        router.get("/ready") { _, _ in
            // A busy engine is ready: whoever restarts one that is not would end its calls. Whether it takes one more is in the body.
            let refusal = registry.refusal
            let isDraining = refusal == .draining
            let status = isDraining ? "draining" : "ready"
            let calls = #""calls_active":\#(registry.activeCalls),"calls_maximum":\#(registry.maximumCalls)"#
            let code = refusal.map { #""\#(Self.code(of: $0).rawValue)""# } ?? "null"
            return Self.json(
                isDraining ? .serviceUnavailable : .ok,
                #"{\#(calls),"refusal":\#(code),"status":"\#(status)"}"#
            )
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: services.figures()))
            )
        }
        return router
    }

    // MARK: Keys

    private func makeClientSecret(_ request: Request) async throws -> Response {
        try authorisation.requireServer(BearerToken.parse(request.headers))
        let text = try await request.collectText(upTo: Self.maximumSecretBody)
        do {
            return Self.json(.ok, RealtimeCoding.encode(try clientSecret(ClientSecretRequest(text: text))))
        } catch {
            throw EngineErrorCode.describe(error)
        }
    }

    /// The same in the shape of the beta.
    private func makeBetaSession(_ request: Request, _ endpoint: BetaDialect.SessionEndpoint) async throws -> Response {
        try authorisation.requireServer(BearerToken.parse(request.headers))
        let text = try await request.collectText(upTo: Self.maximumSecretBody)
        let dialect = BetaDialect()
        do {
            let (wanted, _) = try dialect.clientSecretRequest(text: text, endpoint: endpoint)
            return Self.json(.ok, dialect.sessionBody(try clientSecret(wanted)))
        } catch {
            throw EngineErrorCode.describe(error)
        }
    }

    private func clientSecret(_ wanted: ClientSecretRequest) throws(RealtimeError) -> ClientSecretResponse {
        var shown = try SessionRules.start(wanted.session, model: nil, voices: services.textToSpeech.voices)
        let (key, expiresAt) = authorisation.clientSecrets.make(lifetime: wanted.lifetimeSeconds, session: wanted.session)
        shown.id = RealtimeIdentifier.session.rawValue + Self.suffix()
        shown.expiresAt = 0
        return ClientSecretResponse(value: key.expose(), expiresAt: expiresAt, session: shown)
    }

    // MARK: Calls

    private func createCall(_ request: Request, dialect: BetaDialect? = nil) async throws -> Response {
        let principal = try authorisation.principal(BearerToken.parse(request.headers))
        let call = try await CallRequest(request)
        let configuration = try configuration(call.session, principal, model: Self.queryItem("model", of: request))
        try admit()
        var session: RealtimeSession?
        do {
            let created = try RealtimeSession(
                suffix: Self.suffix(),
                dialect: dialect,
                configuration: configuration,
                policy: call.client?.policy ?? .owner,
                limits: limits,
                services: services
            )
            session = created
            let answer = try await created.answer(call.offer, transports: transports)
            guard registry.start(created, key: created.callID) else { throw describe(.draining) }
            return Response(
                status: .created,
                headers: [
                    .contentType: "application/sdp", .location: "/v1/realtime/calls/\(created.callID)",
                    .accessControlExposeHeaders: CrossOriginHeaders.exposed,
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: answer))
            )
        } catch {
            await session?.abandon()
            registry.release()
            throw Self.describe(error)
        }
    }

    /// Takes a place for a session.
    func admit() throws {
        do {
            try registry.admit()
        } catch {
            throw describe(error)
        }
    }

    func describe(_ refusal: SessionRegistry.Refusal) -> EdgeError {
        EdgeError(Self.code(of: refusal), retryAfter: Self.retryAfter)
    }

    private static func code(of refusal: SessionRegistry.Refusal) -> EngineErrorCode {
        switch refusal {
        case .full: .engineFull
        case .overloaded: .engineOverloaded
        case .draining: .engineDraining
        }
    }

    /// What a session starts with: what is bound to the key, and over it what the client asks for.
    func configuration(_ update: SessionUpdate?, _ principal: EnginePrincipal, model: String?) throws -> SessionConfiguration {
        let voices = services.textToSpeech.voices
        do {
            guard case .client(let bound?) = principal else { return try SessionRules.start(update, model: model, voices: voices) }
            let base = try SessionRules.start(bound, model: model, voices: voices)
            guard let update else { return base }
            return try SessionRules.merge(update, into: base, voices: voices, audioWasSent: false)
        } catch {
            throw EngineErrorCode.describe(error)
        }
    }

    static func suffix() -> String {
        var generator = SystemRandomNumberGenerator()
        return RealtimeIdentifier.suffix(using: &generator)
    }

    private static func queryItem(_ name: String, of request: Request) -> String? {
        request.uri.queryParameters[Substring(name)].map { String($0) }
    }

    private static func describe(_ error: any Error) -> EdgeError {
        if let error = error as? EdgeError { return error }
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
