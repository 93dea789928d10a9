import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the HTTP routes of older signalling servers", .timeLimit(.minutes(2)))
struct SignallingRouteTests {
    private func post(
        _ harness: GatewayHarness,
        _ path: String,
        token: String? = nil,
        type: String = "application/json",
        _ body: String = "{}"
    ) async throws -> GatewayHarness.Answer {
        try await harness.send("POST", path, token: token, type: type, body: body)
    }

    private var offerBody: String { JSONText.encode(["sdp": GatewayHarness.offer]) }

    @Test("interview-start makes an interview, or takes one up, and tells where and how to talk (S1.6)")
    func start() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let path = "/functions/v1/interview-start"
            let made = try await self.post(harness, path, token: harness.workspaceToken, #"{"plan_id":"practice","candidate_name":"Ada"}"#)
            #expect(made.status == 200)
            #expect(made.json["success"]?.boolValue == true)
            #expect(made.json["architecture"]?.stringValue == "hybrid")
            #expect(made.json["operation_id"]?.stringValue == made.headers["x-request-id"])
            #expect(made.json["openai_api_config"]?.objectValue != nil)
            #expect(made.json["notice"]?["items"]?.arrayValue?.isEmpty == false)
            let secret = try #require(made.json["webrtc_session_id"]?.stringValue)
            let address = try #require(made.json["webrtc_server_url"]?.stringValue)
            #expect(address == "ws" + harness.ready.address.dropFirst(4) + "/ws?session=\(SignallingSessionID(of: Secret(secret)))")
            #expect(!address.contains(secret), "no secret in an address")
            let again = try await self.post(
                harness,
                path,
                token: harness.workspaceToken,
                #"{"interview_id":"\#(made.json["interview_id"]?.stringValue ?? "")"}"#
            )
            #expect(again.json["interview_id"] == made.json["interview_id"])
            #expect(again.json["webrtc_session_id"] != made.json["webrtc_session_id"])
            #expect(try await self.post(harness, path, token: harness.workspaceToken).json["code"]?.stringValue == "invalid_request")
            let unknown = #"{"interview_id":"int_00000000000000000000000000000000"}"#
            #expect(try await self.post(harness, path, token: harness.workspaceToken, unknown).status == 404)
            #expect(!harness.logs.contains("Ada") && !harness.logs.contains(secret))
        }
    }

    @Test("a key is for a session of the own tenant; another tenant's is a 404 like an unknown one, to the byte (S1.3)")
    func tenants() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let foreign = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            let (reviewer, own) = (try await harness.makeKey(.reviewer).text, try await harness.makeKey(.interviewer).text)
            let page = try await SignallingPage.start(harness)
            let unknown = try await page.key(token: foreign, session: Credentials.makeTicket().expose())
            #expect(unknown.status == 404)
            #expect(try await page.key(token: foreign).withoutRequestID == unknown.withoutRequestID)
            #expect(try await page.key(token: reviewer).status == 403)
            #expect(try await page.key(token: own).status == 200)
            // Now the session lives, and is still the tenant's.
            #expect(try await page.key(token: foreign).withoutRequestID == unknown.withoutRequestID)
            #expect(try await page.key(token: foreign, session: page.id.rawValue).withoutRequestID == unknown.withoutRequestID)
            #expect(try await page.key(token: try await harness.join().token).withoutRequestID == unknown.withoutRequestID)
            #expect(try await page.key(token: "nonsense").status == 401, "a wrong token is not passed over")
        }
    }

    @Test("a session id that is no session's says what it is, in the form pages read")
    func unknownSession() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let answer = try await page.key(session: "test-session-1")
            #expect(answer.status == 404)
            #expect(answer.json["success"]?.boolValue == false)
            #expect(answer.json["code"]?.stringValue == "ticket_unknown")
            #expect(answer.json["error"] == answer.json["message"])
            #expect(answer.json["request_id"]?.stringValue == answer.headers["x-request-id"])
            #expect(try await harness.send("GET", "/healthz").json["sessions"]?.integerValue == 0, "nothing is kept of it")
        }
    }

    @Test("two requests at the same time get keys of the same session")
    func simultaneous() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await page.key().status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 8))
            #expect(try await harness.send("GET", "/healthz").json["sessions"]?.integerValue == 1)
        }
    }

    @Test("a session has so many keys a minute")
    func quota() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            for _ in 0..<SignallingLimits().keysPerMinute { #expect(try await page.key().status == 200) }
            let refused = try await page.key()
            #expect(refused.json["code"]?.stringValue == "rate_limited")
            #expect(refused.headers["retry-after"] == "10")
        }
    }

    @Test("a session and its exchange without a socket, by the key alone (S3.1, S3.2)")
    func exchange() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            #expect(try await self.post(harness, "/api/realtime-session").status == 401)
            #expect(try await self.post(harness, "/api/realtime-session", token: harness.workspaceToken).status == 401)
            let made = try await self.post(harness, "/api/realtime-session", token: candidate.token)
            #expect(made.status == 200)
            let key = try #require(made.json["client_secret"]?["value"]?.stringValue)
            let session = try #require(made.json["session_id"]?.stringValue)
            #expect(try await self.post(harness, "/api/webrtc-exchange", self.offerBody).status == 401)
            #expect(try await self.post(harness, "/api/webrtc-exchange", token: "ek_viva_x", self.offerBody).status == 401)
            #expect(try await self.post(harness, "/api/webrtc-exchange", token: harness.workspaceToken, self.offerBody).status == 401)
            let bad = try await self.post(harness, "/api/webrtc-exchange", token: key, #"{"offer":{"type":"offer","sdp":"x"}}"#)
            #expect(bad.json["code"]?.stringValue == "invalid_sdp")
            let answer = try await self.post(harness, "/api/webrtc-exchange", token: key, self.offerBody)
            #expect(answer.status == 200)
            #expect(answer.json["answer"]?["sdp"]?.stringValue?.hasPrefix("v=0") == true)
            #expect(answer.json["session_id"]?.stringValue == session)
            #expect(answer.headers["location"] == "/v1/calls/\(answer.json["call_id"]?.stringValue ?? "")")
            _ = try await harness.upstream.nextCall().nextReply()
            // The key opens nothing else, and is no provider's.
            #expect(try await harness.send("GET", "/v1/interviews/\(candidate.interviewID)/transcript", token: key).status == 401)
            #expect(harness.upstream.with { !$0.requests.contains { $0.contains("client_secrets") } })
        }
    }

    @Test("the exchange takes the offer as text, with the key or the candidate's token, or the key in the body")
    func exchangeForms() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (one, two) = (try await harness.join(), try await harness.join())
            let path = "/api/webrtc-exchange"
            let text = try await self.post(harness, path, token: one.token, type: "application/sdp", GatewayHarness.offer)
            #expect(text.status == 201)
            #expect(text.headers["content-type"] == "application/sdp")
            let made = try await self.post(harness, "/api/realtime-session", token: two.token)
            let key = try #require(made.json["client_secret"]?["value"]?.stringValue)
            let body = JSONText.encode(["offer": GatewayHarness.offer, "client_secret": key])
            #expect(try await self.post(harness, path, token: one.token, body).status == 404, "a key of somebody else's")
            #expect(try await self.post(harness, path, body).status == 200)
        }
    }

    @Test("a key is good for its minute and ends with the next one (S1.4)")
    func expiry() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            func key() async throws -> String {
                let made = try await self.post(harness, "/api/realtime-session", token: candidate.token)
                return try #require(made.json["client_secret"]?["value"]?.stringValue)
            }
            let first = try await key()
            let second = try await key()
            let path = "/api/webrtc-exchange"
            #expect(try await self.post(harness, path, token: first, self.offerBody).json["code"]?.stringValue == "unauthorized")
            clock.advance(by: .seconds(60))
            #expect(try await self.post(harness, path, token: second, self.offerBody).json["code"]?.stringValue == "key_expired")
            #expect(try await self.post(harness, path, token: try await key(), self.offerBody).status == 200)
        }
    }

    @Test("/api/realtime/sessions answers with a key of ours, and with the upstream's only if the operator wants that (S0.2)")
    func directKeys() async throws {
        for isWanted in [false, true] {
            var options = GatewayHarness.Options()
            options.model = "gpt-realtime"
            options.configure = { $0.handsOutDirectKeys = isWanted }
            try await GatewayHarness.run(options) { (harness) async throws in
                let candidate = try await harness.join()
                let path = "/api/realtime/sessions"
                #expect(try await self.post(harness, path).status == 401)
                let answer = try await self.post(harness, path, token: candidate.token, #"{"model":"gpt-4o","voice":"alloy"}"#)
                #expect(answer.status == 200)
                #expect(answer.json["model"]?.stringValue == "gpt-realtime", "the server's configuration, not the page's")
                let value = try #require(answer.json["client_secret"]?["value"]?.stringValue)
                #expect(value.hasPrefix("ek_viva_") != isWanted)
                #expect((value == "ek_fake_1") == isWanted)
                #expect((answer.json["url"] != nil) == isWanted)
                #expect(harness.upstream.with { $0.requests.contains { $0.contains("client_secrets") } } == isWanted)
            }
        }
    }

    @Test("a session is shown to its candidate and its tenant, and does not exist for others (S2.3)")
    func show() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let path = "/api/sessions/\(page.id)"
            #expect(try await harness.send("GET", path, token: harness.workspaceToken).status == 404)
            let peer = try await page.socket()
            #expect(try await harness.send("GET", path, token: harness.workspaceToken).status == 404, "nobody's yet")
            _ = try await page.key()
            let shown = try await harness.send("GET", path, token: harness.workspaceToken)
            #expect(shown.json["sessionId"]?.stringValue == page.id.rawValue)
            #expect(shown.json["isConnected"]?.boolValue == true)
            #expect(shown.json["hasEphemeralKey"]?.boolValue == true)
            #expect(shown.json["keyValid"]?.boolValue == true)
            #expect(shown.json["connected"]?.integerValue == 1_800_000_000_000)
            #expect(try await harness.send("GET", path).status == 401)
            let foreign = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            #expect(try await harness.send("GET", path, token: foreign).status == 404)
            #expect(try await harness.send("GET", "/api/sessions/x", token: harness.workspaceToken).status == 404)
            peer.connection.close()
        }
    }

    @Test("/healthz tells time and sessions, and nothing of secrets (S2.2)")
    func health() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let answer = try await harness.send("GET", "/healthz")
            #expect(Set(answer.json.objectValue?.keys.map { $0 } ?? []) == ["status", "uptime", "sessions"])
        }
    }

    @Test("a page of an allowed origin may ask and read, errors too; of another it may not (S2.5)")
    func crossOrigin() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let path = "/api/generate-ephemeral-key"
            let asks = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"]
            for (origin, isAllowed) in [("https://careers.example", true), ("https://evil.example", false)] {
                let preflight = try await harness.send("OPTIONS", path, headers: asks.merging(["Origin": origin]) { $1 })
                #expect((preflight.headers["access-control-allow-origin"] == origin) == isAllowed)
                #expect(preflight.status == (isAllowed ? 204 : 403))
                let refused = try await page.key(session: "x", headers: ["Origin": origin])
                #expect(refused.status == (isAllowed ? 404 : 403))
                #expect((refused.headers["access-control-allow-origin"] == origin) == isAllowed)
            }
            #expect(try await page.key(headers: ["Origin": "https://careers.example"]).status == 200)
        }
    }

    @Test("a ticket that is bound to an origin gives a key to a page of that origin only")
    func boundOrigin() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example", "https://jobs.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness, body: #"{"plan_id":"practice","origin":"https://careers.example"}"#)
            #expect(try await page.key(headers: ["Origin": "https://jobs.example"]).json["code"]?.stringValue == "origin_not_allowed")
            #expect(try await page.key().status == 403)
            #expect(try await page.key(headers: ["Origin": "https://careers.example"]).status == 200)
        }
    }

    @Test("a ticket that is bound to an origin gives keys to that origin only, also while the session lives that it has opened")
    func boundOriginStays() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example", "https://jobs.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness, body: #"{"plan_id":"practice","origin":"https://careers.example"}"#)
            #expect(try await page.key(headers: ["Origin": "https://careers.example"]).status == 200)
            for headers in [["Origin": "https://jobs.example"], ["Origin": harness.ready.address], [:]] {
                let refused = try await page.key(headers: headers)
                #expect(refused.json["code"]?.stringValue == "origin_not_allowed", "\(headers)")
                // Who works for the tenant presents the ticket under the same condition.
                #expect(try await page.key(token: harness.workspaceToken, headers: headers).status == 403, "\(headers)")
            }
            #expect(try await page.key(headers: ["Origin": "https://careers.example"]).status == 200)
        }
    }

    @Test("two requests at the same time with one bound ticket: the page it is bound to gets its key, the other one none")
    func boundOriginTogether() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example", "https://jobs.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            for _ in 0..<4 {
                let page = try await SignallingPage.start(harness, body: #"{"plan_id":"practice","origin":"https://careers.example"}"#)
                let statuses = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for origin in ["https://careers.example", "https://jobs.example"] {
                        for _ in 0..<2 { group.addTask { [origin: try await page.key(headers: ["Origin": origin]).status] } }
                    }
                    return try await group.reduce(into: [:]) { all, next in all.merge(next.mapValues { [$0] }) { $0 + $1 } }
                }
                #expect(statuses == ["https://careers.example": [200, 200], "https://jobs.example": [403, 403]])
            }
        }
    }
}
