import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import ServerEdge

/// The candidate's side of the gateway's HTTP interface, as a browser would use it.
struct GatewayAPI: Sendable {
    struct Joined: Decodable, Sendable {
        struct Interview: Decodable, Sendable {
            let id: String
            let title: String
            let question_count: Int
        }
        let candidate_token: String
        let interview: Interview
    }

    struct Transcript: Codable, Sendable {
        struct Interview: Codable, Sendable {
            let status: String
        }
        struct Segment: Codable, Sendable {
            let sequence: Int
            let speaker: String
            let text: String
            let start_ms: Int
            let end_ms: Int
            let question_id: String?
            let interrupted: Bool
        }
        let interview: Interview
        let segments: [Segment]
    }

    /// Answers of the gateway are small; a transcript of an hour is below 1 MiB.
    private static let largestBody = 4 << 20

    let base: URL
    let client: HTTPClient

    /// Splits a join link `http://host/i/TICKET`.
    static func split(link: String) throws -> (base: URL, ticket: String) {
        guard let url = URL(string: link), url.scheme == "http" || url.scheme == "https", url.pathComponents.count == 3,
            url.pathComponents[1] == "i", let base = URL(string: "/", relativeTo: url)?.absoluteURL
        else { throw CommandFailure("not a join link: \(link); it looks like http://HOST:PORT/i/TICKET") }
        return (base, url.pathComponents[2])
    }

    func join(ticket: String) async throws -> Joined {
        let body = try JSONEncoder().encode(["ticket": ticket])
        let data = try await send("POST", "v1/join", type: "application/json", body: body, token: nil, expecting: .ok).body
        return try JSONDecoder().decode(Joined.self, from: data)
    }

    /// Exchanges the offer; returns the answer and the path of the call.
    func call(offer: String, token: String) async throws -> (answer: String, location: String) {
        let (headers, body) = try await send(
            "POST",
            "v1/calls",
            type: "application/sdp",
            body: Data(offer.utf8),
            token: token,
            expecting: .created
        )
        guard let location = headers.first(name: "Location") else { throw CommandFailure("the server's answer has no Location") }
        return (String(decoding: body, as: UTF8.self), String(location.drop { $0 == "/" }))
    }

    func transcript(interview: String, token: String) async throws -> Transcript {
        let data = try await send("GET", "v1/interviews/\(interview)/transcript", type: nil, body: nil, token: token, expecting: .ok).body
        return try JSONDecoder().decode(Transcript.self, from: data)
    }

    /// Hangs up.
    func end(call: String, token: String) async throws {
        _ = try await send("POST", call + "/end", type: nil, body: nil, token: token, expecting: .ok)
    }

    /// Follows the events of a call until the server closes the stream.
    func events(call: String, token: String, each: (ServerSentEvent) async throws -> Void) async throws {
        var request = HTTPClientRequest(url: base.appendingPathComponent(call + "/events").absoluteString)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response = try await client.execute(request, deadline: .now() + .hours(2))
        guard response.status == .ok else { throw CommandFailure("the event stream was refused with status \(response.status.code)") }
        var parser = ServerSentEventParser()
        for try await chunk in response.body {
            for event in try parser.append(chunk.readableBytesView) { try await each(event) }
        }
    }

    private func send(
        _ method: String,
        _ path: String,
        type: String?,
        body: Data?,
        token: String?,
        expecting status: HTTPResponseStatus
    ) async throws -> (headers: HTTPHeaders, body: Data) {
        var request = HTTPClientRequest(url: base.appendingPathComponent(path).absoluteString)
        request.method = .init(rawValue: method)
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(30))
        } catch {
            throw CommandFailure("cannot reach the server at \(base.absoluteString): is `viva serve` running?")
        }
        let data = Data(buffer: try await response.body.collect(upTo: Self.largestBody))
        guard response.status == status else {
            struct Envelope: Decodable {
                struct Failure: Decodable {
                    let code: String
                    let message: String
                }
                let error: Failure
            }
            let failure = try? JSONDecoder().decode(Envelope.self, from: data).error
            throw CommandFailure(
                "\(method) /\(path) was answered \(response.status.code): \(failure.map { "\($0.code): \($0.message)" } ?? "")"
            )
        }
        return (response.headers, data)
    }
}
