import Testing
import VivaTestKit

@testable import Gateway

/// One way in which a server misbehaves in answer to a request, and what it has to become (reliability.md, F6).
struct Misbehaviour: Sendable, CustomTestStringConvertible {
    /// In every body, header and reason of the fake; none of our outputs may hold it.
    static let canary = "zqcanaryzq"

    enum Certificate: Sendable {
        case good
        case expired
        case ofAnotherHost
    }

    let name: String
    var behaviour = WireBehaviour.answer
    var certificate: Certificate?
    /// A share of a second for what would otherwise take ten seconds.
    var isSilent = false
    let code: GatewayErrorCode
    var retryAfter: String?

    var testDescription: String { self.name }

    var limits: UpstreamLimits {
        var limits = UpstreamLimits()
        if self.isSilent { (limits.total, limits.sideband) = (.milliseconds(250), .milliseconds(250)) }
        return limits
    }

    /// nil: no TLS at all.
    func pair() throws -> TestCertificate.Pair? {
        switch self.certificate {
        case nil: nil
        case .good: try TestCertificate.make()
        case .expired: try TestCertificate.make(lastYear: 21)
        case .ofAnotherHost: try TestCertificate.make(address: [127, 0, 0, 77])
        }
    }

    private static func status(_ status: Int, _ code: GatewayErrorCode, wait: String? = nil, told: String? = nil) -> Misbehaviour {
        let body = #"{"error":{"message":"\#(canary) sk-proj-\#(canary)","type":"\#(canary)","code":"\#(canary)","param":"\#(canary)"}}"#
        var headers = ["X-Request-Id": canary]
        if let wait { headers["Retry-After"] = wait }
        return Misbehaviour(
            name: "\(status)" + (wait.map { ", Retry-After \($0)" } ?? ""),
            behaviour: .respond(status: status, headers: headers, body: body),
            code: code,
            retryAfter: told
        )
    }

    private static func redirect(_ status: Int, _ location: String) -> Misbehaviour {
        Misbehaviour(
            name: "\(status) to \(location)",
            behaviour: .respond(status: status, headers: ["Location": location], body: canary),
            code: .upstreamRejected
        )
    }

    /// For any request over HTTP, the handshake of a sideband included.
    static let everywhere: [Misbehaviour] = [
        status(401, .upstreamRejected), status(403, .upstreamRejected), status(404, .upstreamRejected), status(409, .upstreamRejected),
        status(429, .engineFull, wait: "1", told: "1"), status(429, .engineFull, wait: "0", told: "1"),
        status(429, .engineFull, told: "10"),
        status(429, .engineFull, wait: "1000000000", told: "120"), status(500, .engineUnavailable), status(502, .engineUnavailable),
        status(503, .engineFull, told: "10"), redirect(302, "http://169.254.169.254/latest/meta-data/\(canary)"),
        redirect(307, "file:///etc/passwd"), redirect(308, "/v1/models/\(canary)"),
        Misbehaviour(name: "accepts and never answers", behaviour: .never, isSilent: true, code: .upstreamTimeout),
        Misbehaviour(name: "1 byte at a time", behaviour: .drip(every: .milliseconds(20)), isSilent: true, code: .upstreamTimeout),
        Misbehaviour(name: "reset", behaviour: .reset, code: .engineUnavailable),
    ]

    /// For requests that are answered with a body.
    static let withBody: [Misbehaviour] = [
        Misbehaviour(name: "headers, then silence", behaviour: .stallAfterHead, isSilent: true, code: .upstreamTimeout),
        Misbehaviour(name: "body cut short", behaviour: .cutBody, code: .engineUnavailable),
        Misbehaviour(name: "50 MiB body", behaviour: .flood(bytes: 50 << 20), code: .upstreamRejected),
        Misbehaviour(name: "no HTTP at all", behaviour: .bytes(Array("\(canary)\r\n\r\n".utf8)), code: .upstreamRejected),
        Misbehaviour(name: "TLS certificate expired", certificate: .expired, code: .engineUnavailable),
        Misbehaviour(name: "TLS certificate of another host", certificate: .ofAnotherHost, code: .engineUnavailable),
    ]

    private static func answer(_ name: String, _ status: Int, _ type: String, _ body: String, location: String? = "rtc_9") -> Misbehaviour {
        var headers = ["Content-Type": type]
        if let location { headers["Location"] = "/v1/realtime/calls/\(location)" }
        return Misbehaviour(name: name, behaviour: .respond(status: status, headers: headers, body: body), code: .upstreamRejected)
    }

    private static let page = "<!doctype html><title>\(canary)</title>"

    /// Answers to an offer.
    static let calls: [Misbehaviour] = [
        answer("200 for 201", 200, "application/sdp", FakeRealtimeServer.answer),
        answer("wrong content type", 201, "application/octet-stream", FakeRealtimeServer.answer),
        answer("HTML", 201, "text/html", page),
        answer("HTML that claims to be SDP", 201, "application/sdp", page),
        answer("invalid SDP", 201, "application/sdp", "v=0\r\n\(canary)\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"),
        answer("SDP without Opus", 201, "application/sdp", "v=0\r\ns=\(canary)\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"),
        answer("SDP that is no text", 201, "application/sdp", "v=0\r\ns=\u{0}\(canary)"),
        answer("no call id", 201, "application/sdp", FakeRealtimeServer.answer, location: nil),
        answer("a call id that is a path", 201, "application/sdp", FakeRealtimeServer.answer, location: "..%2f\(canary)"),
    ]

    /// Answers to a request for a key.
    static let secrets: [Misbehaviour] = [
        answer("201 for 200", 201, "application/json", FakeRealtimeServer.secret(value: "ek_\(canary)", expiresAt: 1)),
        answer("wrong content type", 200, "text/plain", FakeRealtimeServer.secret(value: "ek_\(canary)", expiresAt: 1)),
        answer("HTML", 200, "text/html", page),
        answer("HTML that claims to be JSON", 200, "application/json", page),
        answer("no key", 200, "application/json", #"{"expires_at":1800000000,"x":"\#(canary)"}"#),
        answer("an empty key", 200, "application/json", FakeRealtimeServer.secret(value: "", expiresAt: 1_800_000_000)),
        answer(
            "a key that ends a header",
            200,
            "application/json",
            FakeRealtimeServer.secret(value: #"ek\r\nX: \#(canary)"#, expiresAt: 1)
        ),
        answer("no end", 200, "application/json", #"{"value":"ek_\#(canary)"}"#),
        answer("an end before all time", 200, "application/json", FakeRealtimeServer.secret(value: "ek_\(canary)", expiresAt: -1)),
        answer("an end beyond all time", 200, "application/json", FakeRealtimeServer.secret(value: "ek_\(canary)", expiresAt: .max)),
    ]

    /// Answers to the handshake of a sideband.
    static let handshakes: [Misbehaviour] = [
        Misbehaviour(
            name: "a wrong accept key",
            behaviour: .bytes(
                Array(
                    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: \(canary)\r\n\r\n").utf8
                )
            ),
            code: .upstreamRejected
        ),
        Misbehaviour(name: "no HTTP at all", behaviour: .bytes(Array("\(canary)\r\n\r\n".utf8)), code: .upstreamRejected),
        Misbehaviour(
            name: "200 with a page",
            behaviour: .respond(status: 200, headers: ["Content-Type": "text/html"], body: page),
            code: .upstreamRejected
        ),
    ]
}
