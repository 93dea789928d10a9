import Hummingbird
import ServerEdge
import Synchronization
import Testing
import VivaTestKit

private enum TicketError: String, EdgeErrorCode {
    case ticketUsed = "ticket_used"

    var status: HTTPResponse.Status { .gone }
    var message: String { "This link was used already. Ask for a new one." }
}

private struct Body: Decodable {
    let ticket: String
}

@Suite(.timeLimit(.minutes(2))) struct ErrorResponseTests {
    private func answer(
        _ path: String,
        method: String = "GET",
        headers: String = "",
        body: String = "",
        envelope: ErrorEnvelope = .viva
    ) async throws -> (text: String, log: [String]) {
        let result = Mutex<(text: String, log: [String])>(("", []))
        try await TestServer.run(
            envelope: envelope,
            routes: { router in
                router.get("edge") { _, _ -> String in
                    throw EdgeError(TicketError.ticketUsed, parameter: "ticket", retryAfter: .milliseconds(1500), cause: Canary())
                }
                router.get("unknown/{ticket}") { _, _ -> String in throw Canary() }
                router.get("framework") { _, _ -> String in throw HTTPError(.badRequest, message: "canary") }
                router.post("json") { request, _ in try await request.decodeJSON(Body.self, upTo: 100).ticket }
                router.post("sdp") { request, _ in
                    try request.requireContentType("application/sdp")
                    return try await request.collectText(upTo: 100)
                }
                router.get("private") { request, _ in try request.bearerToken().expose() }
            }
        ) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send(
                "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let text = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
            result.withLock { $0 = (text, server.log.lines) }
        }
        return result.withLock { $0 }
    }

    @Test("an edge error becomes the envelope with its code, message and request id, and nothing of its cause")
    func edgeError() async throws {
        let (text, log) = try await answer("/edge")
        #expect(text.hasPrefix("HTTP/1.1 410 "))
        let id = try #require(text.firstMatch(of: /[Xx]-[Rr]equest-[Ii]d: (req_[A-Za-z0-9_-]{22})\r\n/)?.1)
        #expect(
            text.hasSuffix(
                #"{"error":{"code":"ticket_used","message":"This link was used already. Ask for a new one.","parameter":"ticket","request_id":"\#(id)"}}"#
            )
        )
        #expect(text.lowercased().contains("retry-after: 2\r\n"))
        #expect(!text.contains("canary") && !log.contains { $0.contains("canary") })
        #expect(log.contains { $0.contains("request ") && $0.contains("hb.request.id=\(id)") && $0.contains("status=410") })
    }

    @Test("the OpenAI envelope has message, type, param and code")
    func openAIEnvelope() async throws {
        let (text, _) = try await answer("/edge", envelope: .openAI)
        #expect(
            text.hasSuffix(
                #"{"error":{"code":"ticket_used","message":"This link was used already. Ask for a new one.","param":"ticket","type":"invalid_request_error"}}"#
            )
        )
        let (other, _) = try await answer("/nowhere", envelope: .openAI)
        #expect(other.contains(#""param":null"#))
    }

    @Test("an unexpected error becomes a bare 500, and only its type is logged")
    func unexpected() async throws {
        let (text, log) = try await answer("/unknown/secret-ticket?token=secret-query")
        #expect(text.hasPrefix("HTTP/1.1 500 ") && text.contains(#""code":"internal_error""#))
        #expect(!text.contains("canary"))
        #expect(log.contains { $0.contains("error_type=Canary") })
        for line in log { #expect(!line.contains("canary") && !line.contains("secret-")) }
        #expect(log.contains { $0.contains("route=/unknown/{ticket}") })
    }

    @Test("an error of the framework keeps its status and gets our message")
    func framework() async throws {
        let (text, _) = try await answer("/framework")
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains(#""code":"invalid_request""#) && !text.contains("canary"))
    }

    @Test("an unknown path gets 404 in the envelope, with the security headers")
    func notFound() async throws {
        let (text, _) = try await answer("/nowhere")
        #expect(text.hasPrefix("HTTP/1.1 404 ") && text.contains(#""code":"not_found""#))
        let headers = text.lowercased()
        for header in [
            "x-content-type-options: nosniff", "referrer-policy: no-referrer", "frame-ancestors 'none'", "microphone=(self)",
        ] {
            #expect(headers.contains(header))
        }
    }

    @Test("a body beyond the limit gets 413, declared or not")
    func tooLarge() async throws {
        let large = String(repeating: "a", count: 101)
        #expect(try await answer("/json", method: "POST", body: large).text.hasPrefix("HTTP/1.1 413 "))
        let sdp = try await answer("/sdp", method: "POST", headers: "Content-Type: application/sdp\r\n", body: String(large.dropLast()))
        #expect(sdp.text.hasPrefix("HTTP/1.1 200 "))
    }

    @Test(
        "wrong JSON names the field and never a value",
        arguments: [
            (#"{"ticket":7}"#, "The field ticket has the wrong type."), (#"{"canary":1}"#, "The field ticket is missing."),
            (#"{"ticket":"canary"#, "The body is not valid JSON."), ("", "The body is not valid JSON."),
        ]
    )
    func wrongJSON(_ body: String, _ message: String) async throws {
        let (text, log) = try await answer("/json", method: "POST", body: body)
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains(#""message":"\#(message)""#))
        #expect(!text.contains("canary") && !log.contains { $0.contains("canary") })
    }

    @Test(
        "the media type is compared without case and parameters",
        arguments: [
            ("Content-Type: Application/SDP; charset=utf-8\r\n", 200), ("Content-Type: application/sdpx\r\n", 415),
            ("Content-Type: text/plain\r\n", 415), ("", 415),
        ]
    )
    func contentType(_ header: String, _ status: Int) async throws {
        #expect(try await answer("/sdp", method: "POST", headers: header, body: "v=0").text.hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test("a missing or malformed bearer token gets 401 and the scheme", arguments: ["", "Authorization: Basic abc\r\n"])
    func unauthorized(_ header: String) async throws {
        let (text, _) = try await answer("/private", headers: header)
        #expect(text.hasPrefix("HTTP/1.1 401 ") && text.lowercased().contains("www-authenticate: bearer\r\n"))
    }

    @Test("a request id from outside is not taken")
    func foreignRequestID() async throws {
        let (text, log) = try await answer("/health", headers: "X-Request-Id: req_forged\r\n")
        #expect(text.hasPrefix("HTTP/1.1 200 ") && !text.contains("req_forged"))
        for line in log { #expect(!line.contains("req_forged")) }
    }

    @Test("requests are counted by pattern, without what the client chose")
    func metrics() async throws {
        let metrics = MetricsRegistry()
        try await TestServer.run(metrics: metrics) { server in
            for request in ["GET /health?secret=1", "GET /nowhere/secret", "SECRET /health"] {
                let probe = try await TCPProbe.connect(port: server.port)
                try await probe.send("\(request) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                _ = try await probe.receiveToEnd()
            }
        }
        let text = metrics.render()
        #expect(text.contains(#"viva_http_requests_total{route="/health",method="GET",status="200"} 1"#))
        #expect(text.contains(#"method="GET",status="404"} 1"#))
        #expect(!text.lowercased().contains("secret"))
    }
}
