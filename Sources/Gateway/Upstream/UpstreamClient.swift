import AsyncHTTPClient
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import ServerEdge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A call the upstream has answered.
struct UpstreamCall: Sendable {
    let id: UpstreamCallID
    /// The SDP answer for the browser. It holds addresses of the media server only.
    let answer: String
}

/// The HTTP part of the Realtime wire: starts and ends calls.
///
/// Follows no redirects, bounds every answer in time and size, and translates every fault into ``UpstreamFault``.
struct UpstreamClient: Sendable {
    /// The named limits of one exchange (reliability.md, F6).
    struct Limits: Sendable {
        /// A server that does not even accept the connection in this time is not there.
        var connect: Duration = .seconds(3)
        /// From the first byte sent to the last byte received.
        var total: Duration = .seconds(10)
        /// An answer is an SDP document of 1 to 4 KiB; the same bound as for offers.
        var responseBytes = 32 * 1024
        /// Hanging up is a courtesy; the caller does not wait longer for it.
        var hangUp: Duration = .seconds(3)
    }

    /// Connections kept at the same time before requests queue. The library's default of 8 makes a gateway 15 times slower
    /// at 50 ms of upstream delay (gateway.md, section 3).
    private static let connectionsPerHost = 256

    /// What the browser may do over its data channel, where the upstream is our engine (docs/engine.md): ending its own turn, which is
    /// what falling silent does. The conduct of the interview is the gateway's. Other servers know no such part.
    private static let browserPolicy = #"{"data_channel":{"allowed_client_events":["input_audio_buffer.commit"]}}"#

    private let httpClient: HTTPClient
    private let clock: MonotonicClock
    private let limits: Limits
    private let logger: Logger

    init(httpClient: HTTPClient, clock: MonotonicClock, limits: Limits = Limits(), logger: Logger) {
        self.httpClient = httpClient
        self.clock = clock
        self.limits = limits
        self.logger = logger
    }

    /// The client all upstream requests go through. The owner shuts it down.
    static func makeHTTPClient(eventLoopGroup: any EventLoopGroup, limits: Limits = Limits()) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(limits.connect)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsPerHost
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// `POST {base}/realtime/calls` with the browser's offer and our session.
    ///
    /// - Parameters:
    ///   - offer: the SDP offer of the browser.
    ///   - session: the session object as JSON text.
    func createCall(offer: String, session: String, at endpoint: UpstreamEndpoint) async throws(UpstreamFault) -> UpstreamCall {
        var form = MultipartForm(boundary: RandomToken.make(prefix: "viva-", byteCount: 18))
        form.add(name: "sdp", contentType: "application/sdp", body: offer.utf8)
        form.add(name: "session", contentType: "application/json", body: session.utf8)
        if endpoint.speaksVerbatim { form.add(name: "client", contentType: "application/json", body: Self.browserPolicy.utf8) }
        var request = HTTPClientRequest(url: endpoint.callsURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: form.contentType)
        request.headers.add(name: "Accept", value: "application/sdp, text/plain")
        request.body = .bytes(ByteBuffer(bytes: form.encoded()))
        let answer = try await self.exchange(request, endpoint, within: self.limits.total)
        guard answer.status == 201 else {
            throw UpstreamFault(status: answer.status, code: Self.errorCode(in: answer.body), retryAfter: answer.retryAfter)
        }
        // OpenAI answers text/plain although its reference says application/sdp (realtime-api.md, 2.2): accept both.
        guard answer.mediaType == "application/sdp" || answer.mediaType == "text/plain",
            let id = answer.location.flatMap({ UpstreamCallID(location: $0) }),
            let description = String(validating: answer.body.readableBytesView, as: UTF8.self), description.hasPrefix("v=0")
        else { throw .rejected(status: answer.status) }
        return UpstreamCall(id: id, answer: description)
    }

    /// `POST {base}/realtime/calls/{id}/hangup`. A call that is already gone is what we wanted.
    func hangUp(_ call: UpstreamCallID, at endpoint: UpstreamEndpoint) async {
        var request = HTTPClientRequest(url: endpoint.hangUpURL(call))
        request.method = .POST
        do {
            let answer = try await self.exchange(request, endpoint, within: self.limits.hangUp)
            if !(200..<300).contains(answer.status), answer.status != 404 {
                self.logger.warning("upstream refused to hang up", metadata: ["viva.upstream.status": "\(answer.status)"])
            }
        } catch {
            self.logger.info("upstream could not be told to hang up", metadata: ["viva.upstream.fault": "\(error)"])
        }
    }

    // MARK: One exchange

    private struct Answer: Sendable {
        let status: Int
        let mediaType: String
        let location: String?
        let retryAfter: String?
        let body: ByteBuffer
    }

    private func exchange(
        _ request: HTTPClientRequest,
        _ endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(UpstreamFault) -> Answer {
        var request = request
        if let key = endpoint.apiKey { request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key.expose())") }
        let (client, bytes, final) = (self.httpClient, self.limits.responseBytes, request)
        do {
            // The library's own deadline ends with the response head; ours covers the body too.
            return try await withDeadline(limit, clock: self.clock) {
                let response = try await client.execute(final, deadline: .now() + .hours(1))
                let body = try await response.body.collect(upTo: bytes)
                let mediaType = response.headers.first(name: "Content-Type")?.prefix { $0 != ";" && $0 != " " }.lowercased()
                return Answer(
                    status: Int(response.status.code),
                    mediaType: mediaType ?? "",
                    location: response.headers.first(name: "Location"),
                    retryAfter: response.headers.first(name: "Retry-After"),
                    body: body
                )
            }
        } catch is DeadlineExceeded {
            throw .timedOut
        } catch let error as HTTPClientError where [.connectTimeout, .deadlineExceeded, .readTimeout].contains(error) {
            throw error == .connectTimeout ? .unavailable : .timedOut
        } catch is NIOTooManyBytesError {
            throw .rejected(status: 0)
        } catch {
            throw .unavailable
        }
    }

    private static func errorCode(in body: ByteBuffer) -> String? {
        struct Envelope: Decodable {
            struct Problem: Decodable { let code: String? }
            let error: Problem?
        }
        return (try? JSONDecoder().decode(Envelope.self, from: body))?.error?.code
    }
}
