import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("limits on requests", .timeLimit(.minutes(2)))
struct RequestLimitTests {
    /// A gateway with these limits, which hold for the test's own address too, and a clock that the test moves.
    private func run(
        _ limit: @escaping @Sendable (inout GatewayLimits) -> Void,
        tokens: JSONWebTokenConfiguration? = nil,
        _ body: @escaping @Sendable (GatewayHarness, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        options.configure = {
            $0.limits.exemptsLocalNetworks = false
            limit(&$0.limits)
            $0.jsonWebTokens = tokens
        }
        try await GatewayHarness.run(options) { (harness) async throws in try await body(harness, clock) }
    }

    private func expectRefusal(_ answer: GatewayHarness.Answer, wait: String, _ code: String = "rate_limited") {
        #expect(answer.status == 429)
        #expect(answer.code == code)
        #expect(answer.headers["retry-after"] == wait)
    }

    private func exchange(_ harness: GatewayHarness, _ ticket: String, from: String? = nil) async throws -> GatewayHarness.Answer {
        let headers = from.map { ["X-Forwarded-For": $0] } ?? [:]
        let body = #"{"ticket":"\#(ticket)"}"#
        return try await harness.send("POST", "/v1/join", type: "application/json", headers: headers, body: body)
    }

    @Test("an address that tries tickets which nobody has is refused before the store is asked, and let in again after its wait")
    func guessing() async throws {
        try await self.run({ $0.addressPerMinute = 30 }) { harness, clock in
            for _ in 0..<3 { #expect(try await self.exchange(harness, "nobody's").code == "ticket_unknown") }
            await harness.store.close()
            self.expectRefusal(try await self.exchange(harness, harness.practiceTicket), wait: "2")
            self.expectRefusal(try await harness.send("GET", "/i/nothing"), wait: "2")
            self.expectRefusal(try await harness.send("GET", "/ready"), wait: "2")
            clock.advance(by: .seconds(2))
            #expect(try await self.exchange(harness, harness.practiceTicket).code == "storage_unavailable")
            #expect(try await harness.send("GET", "/metrics").status == 429)
        }
    }

    @Test("unknown tokens and unknown links cost as much as unknown tickets")
    func guessedTokens() async throws {
        try await self.run({ $0.addressPerMinute = 30 }) { harness, _ in
            #expect(try await harness.send("GET", "/v1/plans", token: "viva_sk_nobody").status == 401)
            #expect(try await harness.send("GET", "/v1/plans").status == 401)
            #expect(try await harness.send("GET", "/i/nothing").status == 404)
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: "viva_sk_nobody"), wait: "2")
        }
    }

    @Test("what comes with a valid token costs its address nothing, and pages and their files are free")
    func validTokens() async throws {
        try await self.run({ $0.addressPerMinute = 2 }) { harness, _ in
            for _ in 0..<10 { #expect(try await harness.send("GET", "/v1/plans", token: harness.workspaceToken).status == 200) }
            for path in ["/", "/app", "/assets/style.css", "/health", "/openapi.json"] {
                for _ in 0..<3 { #expect(try await harness.send("GET", path).status == 200) }
            }
            _ = try await harness.join()
            #expect(try await harness.send("GET", "/metrics").status == 200)
            self.expectRefusal(try await self.exchange(harness, harness.practiceTicket), wait: "30")
        }
    }

    @Test("behind a trusted proxy each client has a bucket; what anybody else says of addresses counts for nothing")
    func proxies() async throws {
        let limit: @Sendable (inout GatewayLimits) -> Void = {
            $0.addressPerMinute = 10
            if let proxies = TrustedProxies(["127.0.0.0/8"]) { $0.trustedProxies = proxies }
        }
        try await self.run(limit) { harness, _ in
            #expect(try await self.exchange(harness, "nobody's", from: "203.0.113.1").status == 404)
            self.expectRefusal(try await self.exchange(harness, "nobody's", from: "198.51.100.7, 203.0.113.1"), wait: "6")
            #expect(try await self.exchange(harness, "nobody's", from: "203.0.113.2").status == 404)
            #expect(!harness.logs.contains("203.0.113"))
        }
        try await self.run({ $0.addressPerMinute = 10 }) { harness, _ in
            #expect(try await self.exchange(harness, "nobody's", from: "203.0.113.1").status == 404)
            self.expectRefusal(try await self.exchange(harness, "nobody's", from: "203.0.113.2"), wait: "6")
        }
    }

    @Test("a local address has no limit of its own unless a proxy names who is behind it")
    func localNetworks() async throws {
        try await self.run({
            $0.addressPerMinute = 1
            $0.exemptsLocalNetworks = true
        }) { (harness, _) async throws in
            for _ in 0..<5 { #expect(try await self.exchange(harness, "nobody's").status == 404) }
        }
    }

    @Test("one ticket is exchanged as often as its limit says, another one all the same")
    func tickets() async throws {
        try await self.run({ $0.ticketPerMinute = 2 }) { harness, clock in
            for _ in 0..<2 { _ = try await harness.join() }
            self.expectRefusal(try await self.exchange(harness, harness.practiceTicket), wait: "30")
            #expect(try await self.exchange(harness, "another").code == "ticket_unknown")
            clock.advance(by: .seconds(30))
            _ = try await harness.join()
        }
    }

    @Test("a key that asks too often is refused without the store, other keys are not")
    func keys() async throws {
        try await self.run({ $0.keyPerMinute = 3 }) { harness, clock in
            let (first, second) = (try await harness.makeKey(.admin).text, try await harness.makeKey(.admin).text)
            for _ in 0..<3 { #expect(try await harness.send("GET", "/v1/plans", token: first).status == 200) }
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: first), wait: "20")
            #expect(try await harness.send("GET", "/v1/plans", token: second).status == 200)
            #expect(try await harness.send("GET", "/metrics").text.contains(#"viva_limit_refusals_total{limit="key"} 1"#))
            await harness.store.close()
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: first), wait: "20")
            #expect(try await harness.send("GET", "/v1/plans", token: second).status == 503)
            clock.advance(by: .seconds(20))
            #expect(try await harness.send("GET", "/v1/plans", token: first).status == 503)
        }
    }

    @Test("a person of the identity provider has one limit over all tokens")
    func subjects() async throws {
        let forge = try TokenForge.shared.get()
        let tokens = try forge.configuration()
        try await self.run({ $0.keyPerMinute = 2 }, tokens: tokens) { harness, _ in
            let first = try forge.token(["exp": "1800000100"])
            let second = try forge.token(["exp": "1800000200"])
            let other = try forge.token(["sub": #""somebody else""#])
            #expect(try await harness.send("GET", "/v1/plans", token: first).status == 200)
            #expect(try await harness.send("GET", "/v1/plans", token: second).status == 200)
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: second), wait: "30")
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: first), wait: "30")
            #expect(try await harness.send("GET", "/v1/plans", token: other).status == 200)
        }
    }

    @Test("everybody of a tenant shares its limit, other tenants do not")
    func tenants() async throws {
        try await self.run({ $0.tenantPerMinute = 4 }) { harness, _ in
            let (one, two) = (try await harness.makeKey(.admin).text, try await harness.makeKey(.reviewer).text)
            let other = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            for key in [one, two, one, two] { #expect(try await harness.send("GET", "/v1/plans", token: key).status == 200) }
            self.expectRefusal(try await harness.send("GET", "/v1/plans", token: one), wait: "15")
            #expect(try await harness.send("GET", "/v1/plans", token: other).status == 200)
        }
    }

    @Test("a tenant makes as many interviews in an hour as it may; what was not made does not count")
    func interviews() async throws {
        try await self.run({ $0.tenantInterviewsPerHour = 2 }) { harness, clock in
            func make(_ plan: String) async throws -> GatewayHarness.Answer {
                let body = #"{"plan_id":"\#(plan)"}"#
                return try await harness.send("POST", "/v1/interviews", token: harness.workspaceToken, type: "application/json", body: body)
            }
            for _ in 0..<3 { #expect(try await make("nothing").code == "plan_unknown") }
            for _ in 0..<2 { #expect(try await make("practice").status == 201) }
            self.expectRefusal(try await make("practice"), wait: "1800", "too_many_interviews")
            clock.advance(by: .seconds(1800))
            #expect(try await make("practice").status == 201)
        }
    }

    @Test(
        "practice interviews are counted by themselves, as many by the hour as a tenant may make; joining one that was made counts for nothing"
    )
    func practiceInterviews() async throws {
        try await self.run({ $0.tenantInterviewsPerHour = 2 }) { harness, clock in
            let path = "/v1/interviews"
            let body = #"{"plan_id":"practice"}"#
            let made = try await harness.send("POST", path, token: harness.workspaceToken, type: "application/json", body: body)
            let link = try #require(made.json["join_url"]?.stringValue)
            _ = try await harness.join(String(try #require(link.split(separator: "/").last)))
            for _ in 0..<3 { #expect(try await self.exchange(harness, "nobody's").code == "ticket_unknown") }
            for _ in 0..<2 { _ = try await harness.join() }
            self.expectRefusal(try await self.exchange(harness, harness.practiceTicket), wait: "1800", "too_many_interviews")
            let second = try await harness.send("POST", path, token: harness.workspaceToken, type: "application/json", body: body)
            #expect(second.status == 201, "who practises uses up none of those that the tenant invites to")
            let refused = try await harness.send("POST", path, token: harness.workspaceToken, type: "application/json", body: body)
            self.expectRefusal(refused, wait: "1800", "too_many_interviews")
            let figures = try await harness.send("GET", "/metrics")
            #expect(figures.text.contains(#"viva_limit_refusals_total{limit="tenant_interviews"} 1"#))
            #expect(figures.text.contains(#"viva_limit_refusals_total{limit="tenant_practices"} 1"#))
            clock.advance(by: .seconds(1800))
            _ = try await harness.join()
        }
    }

    @Test("a limit of zero is none")
    func switchedOff() async throws {
        try await self.run({
            $0.addressPerMinute = 0
            $0.ticketPerMinute = 0
            $0.keyPerMinute = 0
            $0.tenantPerMinute = 0
            $0.tenantInterviewsPerHour = 0
            $0.interviewLinksPerHour = 0
            $0.interviewCallsPerMinute = 0
            $0.interviewSessions = 0
            $0.tenantSessions = 0
            $0.calls = 0
            $0.tenantCalls = 0
            $0.interviewMinutes = 0
            $0.tenantMinutesPerDay = 0
        }) { harness, _ in
            #expect(try await harness.send("GET", "/v1/plans", token: "nobody's").status == 401)
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
