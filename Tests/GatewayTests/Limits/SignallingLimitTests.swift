import HTTPTypes
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("limits on signalling sessions and links", .timeLimit(.minutes(2)))
struct SignallingLimitTests {
    /// A gateway with these limits, which hold for the test's own address too, and a clock that the test moves.
    private func run(
        _ limit: @escaping @Sendable (inout GatewayLimits) -> Void,
        _ body: @escaping @Sendable (GatewayHarness, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        options.configure = {
            $0.limits.exemptsLocalNetworks = false
            limit(&$0.limits)
        }
        try await GatewayHarness.run(options) { (harness) async throws in try await body(harness, clock) }
    }

    private func address(_ harness: GatewayHarness) -> String { "ws" + harness.ready.address.dropFirst(4) + "/ws" }

    private func status(_ address: String, token: String? = nil) async -> Int {
        do {
            let headers: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
            let connection = try await WebSocketClient().connect(to: address, headers: headers)
            connection.close()
            return 101
        } catch .refused(let status, _) {
            return Int(status)
        } catch {
            return -1
        }
    }

    private func expectFull(_ answer: GatewayHarness.Answer) {
        #expect(answer.status == 429)
        #expect(answer.json["code"]?.stringValue == "too_many_sessions")
        #expect(answer.headers["retry-after"] == "60")
    }

    private func session(_ harness: GatewayHarness, _ token: String) async throws -> GatewayHarness.Answer {
        try await harness.send("POST", "/api/realtime-session", token: token, type: "application/json", body: "{}")
    }

    @Test("an interview has so many signalling sessions at once; what is forgotten makes place, and others are not concerned")
    func interviewSessions() async throws {
        try await self.run({ $0.interviewSessions = 2 }) { harness, clock in
            let (candidate, other) = (try await harness.join(), try await harness.join())
            var peers: [SignallingPeer] = []
            func claim(_ token: String) async throws -> GatewayHarness.Answer {
                let peer = try await SignallingPeer(self.address(harness))
                peers.append(peer)
                let page = SignallingPage(harness: harness, address: "", session: peer.session, interview: "")
                return try await page.key(token: token)
            }
            for _ in 0..<2 { #expect(try await claim(candidate.token).status == 200) }
            self.expectFull(try await claim(candidate.token))
            self.expectFull(try await self.session(harness, candidate.token))
            #expect(await self.status(self.address(harness), token: candidate.token) == 429)
            #expect(try await claim(other.token).status == 200)
            // A further key for a session that is theirs already is no further session.
            let first = SignallingPage(harness: harness, address: "", session: peers[0].session, interview: "")
            #expect(try await first.key(token: candidate.token).status == 200)
            let refusals = #"viva_limit_refusals_total{limit="interview_sessions"} 3"#
            #expect(try await harness.send("GET", "/metrics").text.contains(refusals))
            peers[1].connection.close()
            _ = await peers[1].closeCode()
            var answer = try await self.session(harness, candidate.token)
            for _ in 0..<400 where answer.status == 429 {
                clock.advance(by: .seconds(1))
                answer = try await self.session(harness, candidate.token)
            }
            #expect(answer.status == 200)
        }
    }

    @Test("a tenant has so many signalling sessions at once, and a ticket that finds no place is not used up")
    func tenantSessions() async throws {
        try await self.run({ $0.tenantSessions = 2 }) { harness, clock in
            let page = try await SignallingPage.start(harness)
            var candidates: [GatewayHarness.Candidate] = []
            for _ in 0..<3 { candidates.append(try await harness.join()) }
            for candidate in candidates.prefix(2) { #expect(try await self.session(harness, candidate.token).status == 200) }
            self.expectFull(try await self.session(harness, candidates[2].token))
            self.expectFull(try await page.key())
            #expect(await self.status(self.address(harness), token: candidates[2].token) == 429)
            let foreign = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            #expect(try await harness.send("GET", "/v1/plans", token: foreign).status == 200)
            #expect(try await SignallingPage.start(harness, token: foreign).key().status == 200, "others are not concerned")
            // Without a word from their pages the sessions are forgotten.
            var answer = try await page.key()
            for _ in 0..<400 where answer.status == 429 {
                clock.advance(by: .seconds(1))
                answer = try await page.key()
            }
            #expect(answer.status == 200)
        }
    }

    @Test("links into one interview are counted by the hour, by whichever route, and refused links and others' ids count for nothing")
    func links() async throws {
        try await self.run({ $0.interviewLinksPerHour = 2 }) { harness, clock in
            let (page, other) = (try await SignallingPage.start(harness), try await SignallingPage.start(harness))
            func start(_ interview: String, _ token: String? = nil) async throws -> GatewayHarness.Answer {
                let path = "/functions/v1/interview-start"
                let body = #"{"interview_id":"\#(interview)"}"#
                return try await harness.send("POST", path, token: token ?? harness.workspaceToken, type: "application/json", body: body)
            }
            func link(_ interview: String, _ token: String? = nil) async throws -> GatewayHarness.Answer {
                try await harness.send("POST", "/v1/interviews/\(interview)/link", token: token ?? harness.workspaceToken)
            }
            let foreign = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            let unknown = "int_00000000000000000000000000000000"
            for _ in 0..<3 {
                #expect(try await start(page.interview, foreign).status == 404)
                #expect(try await link(page.interview, foreign).status == 404)
                #expect(try await link(unknown).status == 404)
            }
            #expect(try await start(page.interview).status == 200)
            #expect(try await link(page.interview).status == 201)
            for refused in [try await start(page.interview), try await link(page.interview)] {
                #expect(refused.status == 429)
                #expect((refused.code ?? refused.json["code"]?.stringValue) == "too_many_links")
                #expect(refused.headers["retry-after"] == "1800")
            }
            #expect(try await link(page.interview, foreign).status == 404, "nobody else is told")
            #expect(try await start(other.interview).status == 200)
            clock.advance(by: .seconds(1800))
            #expect(try await start(page.interview).status == 200)
        }
    }

    @Test("calls of one interview that are set up are counted by the minute, by whichever route, and those of another are not concerned")
    func calls() async throws {
        try await self.run({ $0.interviewCallsPerMinute = 2 }) { harness, clock in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            #expect(try await page.key().status == 200)
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
            let candidate = try await harness.join()
            for _ in 0..<2 { #expect(try await harness.offerCall(candidate).status != 429) }
            let refused = try await harness.offerCall(candidate)
            #expect(refused.status == 429)
            #expect(refused.code == "rate_limited")
            #expect(refused.headers["retry-after"] == "30")
            clock.advance(by: .seconds(30))
            #expect(try await harness.offerCall(candidate).status != 429)
            // Each offer of the socket may be carried out twice; the third try of one interview is one too many.
            var answers: [String] = []
            for _ in 0..<4 where answers.last != "error SDP_EXCHANGE_FAILED rate_limited" {
                peer.send(SignallingPeer.offer)
                answers.append(try await peer.nextType())
            }
            #expect(answers.count > 1 && answers.last == "error SDP_EXCHANGE_FAILED rate_limited", "\(answers)")
        }
    }

    // MARK: Requests

    /// A token that was not asked for over HTTP, so that nothing is counted yet.
    private func token(_ harness: GatewayHarness) async throws -> String {
        try await AuthorisationWorld.makeCandidate(harness, tenant: .local).token
    }

    @Test("an upgrade without a token counts for its address like any request; one with a valid token costs the address nothing")
    func upgradeOfAddress() async throws {
        try await self.run({ $0.addressPerMinute = 3 }) { harness, clock in
            for _ in 0..<6 {
                let token = try await self.token(harness)
                #expect(await self.status(self.address(harness), token: token) == 101)
            }
            let another = try await self.token(harness)
            for _ in 0..<3 { #expect(await self.status(self.address(harness)) == 101) }
            #expect(await self.status(self.address(harness)) == 429)
            #expect(await self.status(self.address(harness), token: another) == 429, "before any token is looked at")
            #expect(try await harness.send("GET", "/ready").status == 429)
            clock.advance(by: .seconds(20))
            #expect(await self.status(self.address(harness)) == 101)
        }
    }

    @Test("a wrong token at the upgrade costs as much as one in a request")
    func guessedUpgrade() async throws {
        try await self.run({ $0.addressPerMinute = 20 }) { (harness, _) async throws in
            for _ in 0..<2 { #expect(await self.status(self.address(harness), token: "vc_nobody") == 401) }
            #expect(await self.status(self.address(harness), token: "vc_nobody") == 429)
            #expect(try await harness.send("GET", "/ready").status == 429)
        }
    }

    @Test("an upgrade counts for its token and its tenant, and is refused when they have used up what they may")
    func upgradeOfToken() async throws {
        try await self.run({ $0.keyPerMinute = 2 }) { harness, _ in
            let (one, two) = (try await self.token(harness), try await self.token(harness))
            for _ in 0..<2 { #expect(try await harness.send("GET", "/v1/ice-servers", token: one).status == 200) }
            #expect(await self.status(self.address(harness), token: one) == 429)
            #expect(await self.status(self.address(harness), token: two) == 101)
            #expect(try await harness.send("GET", "/v1/ice-servers", token: two).status == 200)
            #expect(try await harness.send("GET", "/v1/ice-servers", token: two).status == 429, "the upgrade was one of two")
        }
        try await self.run({ $0.tenantPerMinute = 2 }) { harness, _ in
            let (one, two, three) = (try await self.token(harness), try await self.token(harness), try await self.token(harness))
            #expect(await self.status(self.address(harness), token: one) == 101)
            #expect(await self.status(self.address(harness), token: two) == 101)
            #expect(await self.status(self.address(harness), token: three) == 429)
            #expect(try await harness.send("GET", "/v1/ice-servers", token: one).status == 429)
        }
    }

    @Test("on the routes of older pages, too, what comes with a right costs its address nothing, and what is guessed ten times as much")
    func refund() async throws {
        try await self.run({ $0.addressPerMinute = 12 }) { harness, clock in
            let token = try await self.token(harness)
            let page = try await SignallingPage.start(harness)
            let made = try await self.session(harness, token)
            let path = "/api/sessions/\(made.json["session_id"]?.stringValue ?? "")"
            for _ in 0..<8 {
                #expect(try await self.session(harness, token).status == 200)
                #expect(try await harness.send("GET", path, token: token).status == 200)
                #expect(try await page.key().status == 200)
                #expect(try await SignallingPage.start(harness).status() == "created")
            }
            // A key that was good a minute ago is no guess; here the wait for it fills the bucket by twelve.
            let key = try #require(try await self.session(harness, token).json["client_secret"]?["value"]?.stringValue)
            clock.advance(by: .seconds(60))
            func exchange(_ key: String) async throws -> GatewayHarness.Answer {
                let body = JSONText.encode(["sdp": GatewayHarness.offer])
                return try await harness.send("POST", "/api/webrtc-exchange", token: key, type: "application/json", body: body)
            }
            for _ in 0..<15 { #expect(try await exchange(key).json["code"]?.stringValue == "key_expired") }
            #expect(try await exchange("ek_viva_nobody").status == 401)
            #expect(try await page.key(session: "nobody's").status == 404)
            let refused = try await page.key()
            #expect(refused.status == 429)
            #expect(refused.json["code"]?.stringValue == "rate_limited", "in the form that such pages read")
        }
    }
}
