import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge

/// The HTTP routes of older signalling servers, for pages that were written for them (`docs/interfaces.md`).
///
/// What such pages send of model, voice and instructions is not looked at: the session's configuration is the server's.
struct SignallingRoutes: Sendable {
    /// A ticket, and names of models and voices.
    static let keyBodyLimit = 8 * 1024
    /// An offer in JSON, and a key.
    static let exchangeBodyLimit = 2 * OfferCheck.maximumBytes

    let office: SignallingOffice
    let directKeys: DirectKeys?
    let configuration: InterviewSession.Options
    let limits: RequestLimits

    func addKeys(to router: some RouterMethods<SignallingContext>) {
        router.post("/api/generate-ephemeral-key") { request, context in try await self.makeKey(request, context) }
        router.post("/api/webrtc-exchange") { request, context in try await self.exchange(request, context) }
    }

    func addSessions(to router: some RouterMethods<CandidateContext>) {
        router.post("/api/realtime-session") { request, context in try await self.makeSession(request, context) }
        router.post("/api/realtime/sessions") { request, context in try await self.makeRealtimeSession(request, context) }
    }

    func addReading(to router: some RouterMethods<ReaderContext>) {
        router.get("/api/sessions/{session_id}") { _, context in try self.show(context) }
    }

    // MARK: Keys

    struct SecretBody: Encodable {
        let value: String
        /// Seconds since 1970.
        let expires_at: Int64

        init(_ value: Secret<String>, _ expiresAt: Timestamp) {
            self.value = value.expose()
            self.expires_at = expiresAt.millisecondsSince1970 / 1000
        }
    }

    private struct KeyBody: Encodable {
        let success = true
        var session_id: String?
        let client_secret: SecretBody
        let expires_in: Int64

        init(_ key: SignallingKey, session: SignallingSessionID?) {
            self.session_id = session?.rawValue
            self.client_secret = SecretBody(key.value, key.expiresAt)
            self.expires_in = key.lifetime.components.seconds
        }
    }

    private struct KeyRequest: Decodable {
        let sessionId: Secret<String>
    }

    private func makeKey(_ request: Request, _ context: SignallingContext) async throws -> Response {
        try request.requireContentType("application/json")
        let body = try await request.decodeJSON(KeyRequest.self, upTo: Self.keyBodyLimit)
        // What is no session's public name is tried as a ticket.
        if SignallingSessionID(rawValue: body.sessionId.expose()) == nil { try self.limits.admit(ticket: body.sessionId) }
        let session = try await self.office.session(
            named: body.sessionId,
            for: context.principal,
            context.authority,
            from: request.headers[.origin]
        )
        return .json(KeyBody(try self.office.makeKey(for: session), session: nil))
    }

    // MARK: Sessions without a socket

    private func session(_ request: Request, _ context: CandidateContext) throws -> SignallingSession {
        try self.office.session(
            of: SignallingHolder(candidate: context.identity, authority: context.authority),
            token: request.bearerToken()
        )
    }

    private func makeSession(_ request: Request, _ context: CandidateContext) async throws -> Response {
        let session = try self.session(request, context)
        return .json(KeyBody(try self.office.makeKey(for: session), session: session.id))
    }

    private struct RealtimeSessionBody: Encodable {
        let id: String
        let object = "realtime.session"
        let model: String?
        let voice: String?
        let client_secret: SecretBody
        /// Where a key of the provider is good; absent for a key of ours.
        var url: String?
    }

    private func makeRealtimeSession(_ request: Request, _ context: CandidateContext) async throws -> Response {
        let session = try self.session(request, context)
        if let directKeys {
            guard session.mayHaveKey() else { throw EdgeError(CommonErrorCode.rateLimited, retryAfter: .seconds(10)) }
            let (secret, url) = try await directKeys.mint(for: context.identity)
            return .json(self.body(session, SecretBody(secret.value, secret.expiresAt), url: url))
        }
        let key = try self.office.makeKey(for: session)
        return .json(self.body(session, SecretBody(key.value, key.expiresAt), url: nil))
    }

    private func body(_ session: SignallingSession, _ secret: SecretBody, url: String?) -> RealtimeSessionBody {
        RealtimeSessionBody(
            id: session.id.rawValue,
            model: self.configuration.model,
            voice: self.configuration.voice,
            client_secret: secret,
            url: url
        )
    }

    // MARK: The exchange

    private struct ExchangeBody: Encodable {
        struct Description: Encodable {
            let type = "answer"
            let sdp: String
        }
        let success = true
        let session_id: String
        let call_id: String
        let answer: Description
        let sdp: String
    }

    private func exchange(_ request: Request, _ context: SignallingContext) async throws -> Response {
        var key = request.signallingKey
        // Before the body: who comes with a key that is none shall not have anything read.
        if let key { _ = try self.session(key, request, context) }
        var offer: String
        let isText = (try? request.requireContentType("application/sdp")) != nil
        if isText {
            offer = try await request.collectText(upTo: OfferCheck.maximumBytes)
        } else {
            try request.requireContentType("application/json")
            let body = try await request.decodeJSON(JSONValue.self, upTo: Self.exchangeBodyLimit)
            offer = body["offer"]?["sdp"]?.stringValue ?? body["offer"]?.stringValue ?? body["sdp"]?.stringValue ?? ""
            let named = body["client_secret"]?["value"]?.stringValue ?? body["client_secret"]?.stringValue
            key = key ?? named.map { Secret($0) }
        }
        let session = try self.session(key, request, context)
        guard session.mayExchange() else { throw EdgeError(CommonErrorCode.rateLimited, retryAfter: .seconds(10)) }
        let answer = try await self.office.exchange(offer, for: session)
        let headers: HTTPFields = [.location: "/v1/calls/\(answer.callID.rawValue)"]
        if isText { return .text(answer.sdp, contentType: "application/sdp", status: .created, headers: headers) }
        return .json(
            ExchangeBody(
                session_id: session.id.rawValue,
                call_id: answer.callID.rawValue,
                answer: .init(sdp: answer.sdp),
                sdp: answer.sdp
            ),
            headers: headers
        )
    }

    /// By the key, or by the candidate's own token.
    private func session(_ key: Secret<String>?, _ request: Request, _ context: SignallingContext) throws -> SignallingSession {
        if let key {
            let session = try self.office.session(holding: key)
            guard let holder = session.holder, context.principal?.concerns(holder.candidate) ?? true else { throw EdgeError.notFound }
            return session
        }
        guard case .candidate(let candidate) = context.principal, let authority = context.authority else { throw EdgeError.unauthorized }
        return try self.office.session(of: SignallingHolder(candidate: candidate, authority: authority), token: request.bearerToken())
    }

    // MARK: Looking

    private struct SummaryBody: Encodable {
        let sessionId: String
        /// Milliseconds since 1970, as its readers have it.
        let connected: Int64
        let lastActivity: Int64
        let isConnected: Bool
        let hasEphemeralKey: Bool
        let keyValid: Bool
    }

    private func show(_ context: ReaderContext) throws -> Response {
        let id = try context.identifier("session_id", as: SignallingSessionID.self)
        guard let session = self.office.session(id), let holder = session.holder, context.principal.concerns(holder.candidate) else {
            throw EdgeError.notFound
        }
        let summary = session.summary
        return .json(
            SummaryBody(
                sessionId: id.rawValue,
                connected: summary.madeAt.millisecondsSince1970,
                lastActivity: summary.lastActivity.millisecondsSince1970,
                isConnected: summary.isConnected,
                hasEphemeralKey: summary.hasKey,
                keyValid: summary.isKeyValid
            )
        )
    }
}
