import AsyncHTTPClient
import InterviewCore
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import NIOSSL
import RealtimeProtocol
import ServerEdge

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A call the upstream has taken.
struct UpstreamCall: Sendable {
    let id: UpstreamCallID
    /// The SDP answer for the browser, or what was wrong with it. The call is there in both cases, and is to be hung up in the second.
    let answer: Result<String, UpstreamFault>
}

/// A key that a browser may hold for a short time.
struct MintedSecret: Sendable {
    let value: Secret<String>
    /// The provider's own word, not our reckoning (seed row S1.4).
    let expiresAt: Timestamp
}

/// The HTTP part of the Realtime wire, one exchange at a time: mints keys, starts and ends calls, looks up models.
///
/// Follows no redirects, bounds every answer in time and size, and translates every fault into ``UpstreamFault``.
/// Repeating and turning to another server is the business of ``UpstreamLadder``.
struct UpstreamClient: Sendable {
    /// Connections kept at the same time before requests queue. The library's default of 8 makes a gateway 15 times slower
    /// at 50 ms of upstream delay (gateway.md, section 3).
    private static let connectionsPerHost = 256

    /// Idle connections are let go of after this: before the servers do, of which the quickest known close after 5 s. A
    /// request that meets a connection just being closed fails, and an offer is not repeated (``RetryPolicy/placeCall``).
    static let idleTimeout: Duration = .seconds(4)

    /// What the browser may do over its data channel, where the upstream is our engine (docs/engine.md): ending its own turn, which is
    /// what falling silent does. The conduct of the interview is the gateway's. Other servers know no such part.
    private static let browserPolicy = #"{"data_channel":{"allowed_client_events":["input_audio_buffer.commit"]}}"#

    private let httpClient: HTTPClient
    private let clock: MonotonicClock
    /// For the dates of servers.
    private let wallClock: WallClock
    private let limits: UpstreamLimits

    init(
        httpClient: HTTPClient,
        clock: MonotonicClock,
        wallClock: WallClock = WallClock(),
        limits: UpstreamLimits = UpstreamLimits()
    ) {
        self.httpClient = httpClient
        self.clock = clock
        self.wallClock = wallClock
        self.limits = limits
    }

    /// The client all upstream requests go through. The owner shuts it down.
    ///
    /// - Parameter tls: whom to trust; nil: whom the system trusts.
    static func makeHTTPClient(
        eventLoopGroup: any EventLoopGroup,
        limits: UpstreamLimits = UpstreamLimits(),
        tls: TLSConfiguration? = nil
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(limits.connect)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsPerHost
        configuration.connectionPool.idleTimeout = TimeAmount(Self.idleTimeout)
        // Whether and when to try again is decided in one place, which knows of the other servers.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// `POST {base}/realtime/calls` with the browser's offer and our session.
    ///
    /// - Parameters:
    ///   - offer: the SDP offer of the browser.
    ///   - session: the session object as JSON text.
    func createCall(
        offer: String,
        session: String,
        at endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(ExchangeFailure) -> UpstreamCall {
        var form = MultipartForm(boundary: RandomToken.make(prefix: "viva-", byteCount: 18))
        form.add(name: "sdp", contentType: "application/sdp", body: offer.utf8)
        form.add(name: "session", contentType: "application/json", body: session.utf8)
        if endpoint.speaksVerbatim { form.add(name: "client", contentType: "application/json", body: Self.browserPolicy.utf8) }
        var request = Request(.POST, endpoint.callsURL)
        request.headers.add(name: "Content-Type", value: form.contentType)
        request.headers.add(name: "Accept", value: "application/sdp, text/plain")
        request.body = ByteBuffer(bytes: form.encoded())
        let (head, body) = try await self.send(request, endpoint, within: limit)
        let id = head.status == .created ? head.headers.first(name: "Location").flatMap { UpstreamCallID(location: $0) } : nil
        do throws(ExchangeFailure) {
            let answer = try Answer(head, body.get())
            guard answer.status == 201 else { throw answer.failure(at: self.wallClock.now) }
            guard let id, let description = Self.description(in: answer) else { throw ExchangeFailure(fault: .malformed) }
            return UpstreamCall(id: id, answer: .success(description))
        } catch {
            // Whatever became of the body: a call whose id is known can be hung up, and must be.
            guard let id else { throw error }
            return UpstreamCall(id: id, answer: .failure(error.fault))
        }
    }

    /// OpenAI answers text/plain although its reference says application/sdp (realtime-api.md, 2.2): accept both. The form
    /// is that of offers.
    private static func description(in answer: Answer) -> String? {
        guard answer.mediaType == "application/sdp" || answer.mediaType == "text/plain",
            let text = String(validating: answer.body.readableBytesView, as: UTF8.self), (try? OfferCheck.check(text)) != nil
        else { return nil }
        return text
    }

    /// `POST {base}/realtime/client_secrets`: a key for one who connects by himself.
    func mintSecret(
        _ request: ClientSecretRequest,
        at endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(ExchangeFailure) -> MintedSecret {
        var message = Request(.POST, endpoint.clientSecretsURL)
        message.headers.add(name: "Content-Type", value: "application/json")
        message.headers.add(name: "Accept", value: "application/json")
        message.body = ByteBuffer(string: RealtimeCoding.encode(request))
        let answer = try await self.exchange(message, endpoint, within: limit)
        guard answer.status == 200 else { throw answer.failure(at: self.wallClock.now) }
        guard answer.mediaType == "application/json", let body = try? JSONDecoder().decode(SecretBody.self, from: answer.body),
            body.isPlausible
        else { throw ExchangeFailure(fault: .malformed) }
        return MintedSecret(value: Secret(body.value), expiresAt: Timestamp(millisecondsSince1970: Int64(body.expires_at) * 1000))
    }

    /// What of the answer is used; the session it repeats may grow as it likes.
    private struct SecretBody: Decodable {
        let value: String
        let expires_at: Int

        /// The key goes into a header and the time into dates: visible ASCII, and a year of four digits.
        var isPlausible: Bool {
            (1...4096).contains(self.value.utf8.count) && self.value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                && (1...253_402_300_799).contains(self.expires_at)
        }
    }

    /// `POST {base}/realtime/calls/{id}/hangup`. A call that is already gone is what we wanted.
    func hangUp(_ call: UpstreamCallID, at endpoint: UpstreamEndpoint, within limit: Duration) async throws(ExchangeFailure) {
        let answer = try await self.exchange(Request(.POST, endpoint.hangUpURL(call)), endpoint, within: limit)
        guard (200..<300).contains(answer.status) || answer.status == 404 else { throw answer.failure(at: self.wallClock.now) }
    }

    /// `GET {base}/models/{model}`.
    func lookUp(model: String, at endpoint: UpstreamEndpoint, within limit: Duration) async throws(ExchangeFailure) {
        let answer = try await self.exchange(Request(.GET, endpoint.modelURL(model)), endpoint, within: limit)
        guard answer.status == 200 else { throw answer.failure(at: self.wallClock.now) }
    }

    // MARK: One exchange

    private struct Request {
        let method: HTTPMethod
        let url: String
        var headers = HTTPHeaders()
        var body: ByteBuffer?

        init(_ method: HTTPMethod, _ url: String) { (self.method, self.url) = (method, url) }
    }

    private struct Answer: Sendable {
        let status: Int
        let mediaType: String
        let retryAfter: String?
        let body: ByteBuffer

        init(_ head: HTTPResponseHead, _ body: ByteBuffer) {
            self.status = Int(head.status.code)
            self.mediaType = head.headers.first(name: "Content-Type")?.prefix { $0 != ";" && $0 != " " }.lowercased() ?? ""
            self.retryAfter = head.headers.first(name: "Retry-After")
            self.body = body
        }

        func failure(at now: Timestamp) -> ExchangeFailure {
            struct Envelope: Decodable {
                struct Problem: Decodable { let code: String? }
                let error: Problem?
            }
            let code = (try? JSONDecoder().decode(Envelope.self, from: self.body))?.error?.code
            let wait = self.retryAfter.flatMap { RetryAfter.wait($0, at: now) }
            return ExchangeFailure(fault: UpstreamFault(status: self.status, code: code, retryAfter: wait))
        }
    }

    private func exchange(
        _ request: Request,
        _ endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(ExchangeFailure) -> Answer {
        let (head, body) = try await self.send(request, endpoint, within: limit)
        return try Answer(head, body.get())
    }

    /// - Returns: the head of the answer, and its body or what became of that.
    private func send(
        _ request: Request,
        _ endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(ExchangeFailure) -> (HTTPResponseHead, Result<ByteBuffer, ExchangeFailure>) {
        var headers = request.headers
        if let key = endpoint.apiKey { headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key.expose())") }
        let collector = UpstreamAnswerCollector(limit: self.limits.answerBytes)
        do {
            let body = request.body.map { HTTPClient.Body.byteBuffer($0) }
            let message = try HTTPClient.Request(url: request.url, method: request.method, headers: headers, body: body)
            let task = self.httpClient.execute(request: message, delegate: collector)
            // The library's own deadline is not used: tests move this clock.
            let timer = self.clock.timer(after: limit) { task.fail(reason: DeadlineExceeded()) }
            defer { timer.cancel() }
            let answer = try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
            guard let head = collector.head else { throw HTTPClientError.remoteConnectionClosed }
            return (head, .success(answer))
        } catch {
            let failure = Self.failure(error)
            guard let head = collector.head else { throw failure }
            return (head, .failure(failure))
        }
    }

    private static func failure(_ error: any Error) -> ExchangeFailure {
        if Task.isCancelled { return ExchangeFailure(fault: .unavailable(), reach: .cancelled) }
        switch error {
        case is DeadlineExceeded: return ExchangeFailure(fault: .timedOut)
        case is NIOConnectionError: return ExchangeFailure(fault: .unavailable(), reach: .notConnected)
        // So for an address in digits; nothing but connecting is refused.
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return ExchangeFailure(fault: .unavailable(), reach: .notConnected)
        case is AnswerTooLong: return ExchangeFailure(fault: .malformed)
        // The end came too early, which is no matter of form.
        case HTTPParserError.invalidEOFState: return ExchangeFailure(fault: .unavailable())
        case is HTTPParserError: return ExchangeFailure(fault: .malformed)
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return ExchangeFailure(fault: .timedOut)
        // A server that does not accept in time does not the next moment either, nor does one with a wrong certificate.
        default: return ExchangeFailure(fault: .unavailable())
        }
    }
}
