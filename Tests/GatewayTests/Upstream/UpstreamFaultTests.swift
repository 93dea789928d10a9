import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("what an upstream's faults become", .timeLimit(.minutes(2)))
struct UpstreamFaultTests {
    private static let secret = "sk-canary-1234567890 upstream says too much"

    private func call(
        _ behaviour: WireBehaviour,
        options: GatewayHarness.Options = .init(),
        _ check: @escaping @Sendable (GatewayHarness.Answer, GatewayHarness) async throws -> Void
    ) async throws {
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { $0.behaviour = behaviour }
            let candidate = try await harness.join()
            let answer = try await harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(!answer.text.contains("canary"))
            #expect(!harness.logs.contains("canary"))
            try await check(answer, harness)
            // The interview is where it was: the same candidate can try again, unless the upstream asked for a wait.
            harness.upstream.with { $0.behaviour = .answer }
            if options.upstreamURL == nil, answer.code != "engine_full" {
                let again = try await harness.startCall(candidate)
                #expect(try await harness.send("POST", again + "/end", token: candidate.token).status == 200)
            }
        }
    }

    @Test("503 with Retry-After becomes engine_full with the same wait")
    func full() async throws {
        try await self.call(.respond(status: 503, headers: ["Retry-After": "7"], body: Self.secret)) { answer, _ in
            #expect(answer.status == 503)
            #expect(answer.code == "engine_full")
            #expect(answer.headers["retry-after"] == "7")
        }
    }

    @Test("a Retry-After beyond all reason is cut")
    func retryAfterLimit() async throws {
        try await self.call(.respond(status: 429, headers: ["Retry-After": "1000000000"], body: "")) { answer, _ in
            #expect(answer.code == "engine_full")
            #expect(answer.headers["retry-after"] == "120")
        }
    }

    @Test(
        "a Retry-After that is a date asks for the time until then, within the same bounds; one that is neither asks for nothing",
        arguments: [
            ("Fri, 15 Jan 2027 08:00:07 GMT", "7"), ("Fri, 15 Jan 2027 07:00:00 GMT", "1"), ("Fri, 15 Jan 2027 08:30:00 GMT", "120"),
            ("Friday, 15-Jan-27 08:00:07 GMT", "10"), ("soon", "10"),
        ]
    )
    func retryAfterDate(_ date: String, _ wait: String) async throws {
        try await self.call(.respond(status: 503, headers: ["Retry-After": date], body: "")) { answer, _ in
            #expect(answer.code == "engine_full")
            #expect(answer.headers["retry-after"] == wait)
        }
    }

    @Test(
        "statuses and codes are mapped to our closed list, and none of the upstream's text is forwarded",
        arguments: [
            (500, "", "engine_unavailable", 503), (502, "", "engine_unavailable", 503), (504, "", "upstream_timeout", 504),
            (400, "invalid_sdp", "invalid_sdp", 400), (400, "no_opus", "no_opus", 400),
            (400, "unknown_parameter", "upstream_rejected", 502),
            (401, "invalid_api_key", "upstream_rejected", 502), (403, "", "upstream_rejected", 502), (404, "", "upstream_rejected", 502),
            (302, "", "upstream_rejected", 502), (200, "", "upstream_rejected", 502),
        ]
    )
    func mapping(_ status: Int, _ code: String, _ expected: String, _ expectedStatus: Int) async throws {
        let body = #"{"error":{"message":"\#(Self.secret)","type":"x","code":"\#(code)"}}"#
        let headers = ["Location": "http://169.254.169.254/canary", "Content-Type": "application/json"]
        try await self.call(.respond(status: status, headers: headers, body: body)) { answer, _ in
            #expect(answer.code == expected)
            #expect(answer.status == expectedStatus)
        }
    }

    @Test(
        "a 201 that is not what the wire says is refused",
        arguments: [
            (["Content-Type": "text/html", "Location": "/v1/realtime/calls/rtc_9"], FakeRealtimeServer.answer),
            (["Content-Type": "application/sdp"], FakeRealtimeServer.answer),
            (["Content-Type": "application/sdp", "Location": "/v1/realtime/calls/rtc%0d%0aX"], FakeRealtimeServer.answer),
            (["Content-Type": "application/sdp", "Location": "/v1/realtime/calls/rtc_9"], "<html>canary</html>"),
            (["Content-Type": "application/sdp", "Location": "/v1/realtime/calls/rtc_9"], String(repeating: "v=0\r\n", count: 20_000)),
        ]
    )
    func malformed(_ headers: [String: String], _ body: String) async throws {
        try await self.call(.respond(status: 201, headers: headers, body: body)) { answer, _ in
            #expect(answer.code == "upstream_rejected")
        }
    }

    @Test("an upstream that never answers costs ten seconds, then 504")
    func timeout() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { $0.behaviour = .never }
            let candidate = try await harness.join()
            async let answer = harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            // The deadline may begin a moment after the request arrived there.
            let time = Task {
                while !Task.isCancelled {
                    clock.advance(by: .seconds(1))
                    try? await Task.sleep(for: .milliseconds(2))
                }
            }
            defer { time.cancel() }
            let result = try await answer
            #expect(result.code == "upstream_timeout")
            #expect(result.status == 504)
        }
    }

    @Test("an upstream that is not there is engine_unavailable with a wait")
    func refused() async throws {
        var options = GatewayHarness.Options()
        options.upstreamURL = "http://127.0.0.1:1/v1"
        try await self.call(.answer, options: options) { answer, _ in
            #expect(answer.code == "engine_unavailable")
            #expect(answer.headers["retry-after"] == "3")
        }
    }

    @Test("a call whose sideband cannot be attached is hung up and refused")
    func noSideband() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { $0.refusesSideband = true }
            let candidate = try await harness.join()
            let answer = try await harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(answer.status == 502)
            harness.upstream.with { $0.refusesSideband = false }
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test(
        "the offer is checked before anything is sent",
        arguments: [("hello", "invalid_sdp"), ("v=0\r\nm=audio 9 RTP/AVP 0\r\n", "no_opus")]
    )
    func offers(_ offer: String, _ code: String) async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let answer = try await harness.send("POST", "/v1/calls", token: candidate.token, type: "application/sdp", body: offer)
            #expect(answer.status == 400)
            #expect(answer.code == code)
            #expect(harness.upstream.with { $0.bodies.isEmpty })
            #expect(
                try await harness.send("POST", "/v1/calls", token: candidate.token, type: "application/json", body: offer).status == 415
            )
        }
    }

    @Test("the upstream gets the offer, a session in which the conductor leads, and the key")
    func request() async throws {
        var options = GatewayHarness.Options()
        options.apiKey = "sk-canary-key"
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let (body, authorization) = harness.upstream.with { ($0.bodies.first ?? "", $0.authorizations.first ?? "") }
            #expect(authorization == "Bearer sk-canary-key")
            #expect(body.contains("name=\"sdp\""))
            #expect(body.contains(FakeRealtimeServer.answer))
            #expect(body.contains(#""create_response":false"#))
            #expect(body.contains(#""interrupt_response":true"#))
            #expect(!harness.logs.contains("sk-canary-key"))
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
