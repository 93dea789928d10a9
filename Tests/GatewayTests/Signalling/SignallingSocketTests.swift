import HTTPTypes
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the socket of older signalling servers", .timeLimit(.minutes(2)))
struct SignallingSocketTests {
    private func address(_ harness: GatewayHarness) -> String { "ws" + harness.ready.address.dropFirst(4) + "/ws" }

    private func refusal(_ address: String, headers: HTTPFields = [:], subprotocols: [String] = []) async -> Int? {
        do {
            let connection = try await WebSocketClient().connect(to: address, headers: headers, subprotocols: subprotocols)
            connection.close()
            return nil
        } catch .refused(let status, _) {
            #expect((try? DescribedAnswer.describes("GET", "/ws", status)) == true, "openapi.json does not have \(status)")
            return status
        } catch {
            return -1
        }
    }

    @Test("the page's way: start, socket, key without a token, offer, answer; the interview is conducted by the server (S1.2, S1.6, S2.1)")
    func way() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            #expect(peer.session == page.id.rawValue)
            let key = try await page.key()
            #expect(key.status == 200)
            #expect(key.json["success"]?.boolValue == true)
            #expect(key.json["client_secret"]?["value"]?.stringValue?.hasPrefix("ek_viva_") == true)
            #expect(key.json["client_secret"]?["expires_at"]?.integerValue == 1_800_000_060)
            #expect(key.json["expires_in"]?.integerValue == 60)
            peer.send(SignallingPeer.offer)
            let answer = try await peer.next()
            #expect(answer["type"]?.stringValue == "sdp_answer")
            #expect(answer["answer"]?["type"]?.stringValue == "answer")
            #expect(answer["answer"]?["sdp"]?.stringValue?.hasPrefix("v=0") == true)
            // The conductor speaks on the sideband, whatever the browser does.
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply()
            while try await page.status() != "live" { try await Task.sleep(for: .milliseconds(5)) }
            peer.send(#"{"type":"ice_candidate","candidate":{}}"#)
            #expect(try await peer.nextType() == "ice_status")
            peer.send(#"{"type":"hello"}"#)
            #expect(try await peer.nextType() == "error UNKNOWN_MESSAGE_TYPE invalid_request")
            peer.send("{")
            #expect(try await peer.nextType() == "error INVALID_MESSAGE invalid_request")
            peer.send(#"{"type":"end_session"}"#)
            #expect(try await peer.nextType() == "session_ended")
            #expect(await peer.closeCode() == 1000)
            while try await page.status() != "ended" { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("an offer that comes before the key waits for it")
    func offerFirst() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            peer.send(SignallingPeer.offer)
            #expect(try await page.key().status == 200)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("an exchange that fails says why in our words, and the next key tries the offer again (S1.4)")
    func retry() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            _ = try await page.key()
            harness.upstream.with {
                $0.script[.calls] = [.respond(status: 404, headers: [:], body: #"{"error":{"message":"canary text"}}"#)]
            }
            peer.send(SignallingPeer.offer)
            let error = try await peer.next()
            #expect(error["code"]?.stringValue == "SDP_EXCHANGE_FAILED")
            #expect(error["reason"]?.stringValue == "upstream_rejected")
            #expect(error["message"]?.stringValue?.contains("canary") == false)
            #expect(error["request_id"]?.stringValue?.isEmpty == false)
            harness.upstream.with { $0.script = [:] }
            #expect(try await page.key().status == 200)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("knowing the address of a socket gives nothing: no answer without a key, and the socket ends soon")
    func stranger() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let peer = try await SignallingPeer(self.address(harness))
            peer.send(SignallingPeer.offer)
            let running = self.run(clock)
            defer { running.cancel() }
            #expect(try await peer.nextType() == "error SDP_EXCHANGE_FAILED key_missing")
            #expect(try await peer.nextType() == "error SESSION_CLOSED unauthorized")
            #expect(await peer.closeCode() == 1008)
            #expect(harness.upstream.with { $0.created.isEmpty })
        }
    }

    /// Lets time go by in small steps, ahead of the real one.
    private func run(_ clock: ManualClock) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(50))
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    @Test("a second socket of an open session is refused, and a key binds the first one only")
    func second() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            #expect(await self.refusal(page.address) == 409)
            _ = try await page.key()
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("a page that comes back within a minute goes on with its interview; the key before counts for nothing on the new socket (S2.4)")
    func resume() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let first = try await page.socket()
            _ = try await page.key()
            first.send(SignallingPeer.offer)
            #expect(try await first.nextType() == "sdp_answer")
            _ = try await harness.upstream.nextCall()
            first.connection.close()
            _ = await first.closeCode()
            while await self.refusal(page.address) == 409 { try await Task.sleep(for: .milliseconds(5)) }
            var second: SignallingPeer?
            while second == nil { second = try? await page.socket() }
            let peer = try #require(second)
            #expect(peer.session == page.id.rawValue)
            // A second offer would be refused if the first were carried out.
            peer.send(SignallingPeer.offer)
            peer.send(SignallingPeer.offer)
            peer.send(#"{"type":"ice_candidate"}"#)
            #expect(try await peer.nextType() == "ice_status", "the offer waits: nobody has shown whose this socket is")
            #expect(try await page.key().status == 200)
            #expect(try await peer.nextType() == "sdp_answer")
            #expect(harness.upstream.with { $0.created.count } == 2)
        }
    }

    @Test("a session is forgotten a minute after its socket, and its ticket opens no other (S2.4)")
    func forgotten() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            _ = try await page.key()
            peer.connection.close()
            _ = await peer.closeCode()
            func sessions() async throws -> Int64? {
                try await harness.send("GET", "/healthz").json["sessions"]?.integerValue.map(Int64.init)
            }
            #expect(try await sessions() == 1)
            let running = self.run(clock)
            while try await sessions() != 0 { try await Task.sleep(for: .milliseconds(5)) }
            running.cancel()
            #expect(clock.now.offset >= .seconds(60))
            #expect(try await page.key().json["code"]?.stringValue == "ticket_used")
            let again = try await SignallingPage.start(harness, body: #"{"interview_id":"\#(page.interview)"}"#)
            #expect(again.interview == page.interview)
            #expect(try await again.key().status == 200)
        }
    }

    @Test("a candidate token in the header or among the subprotocols makes the socket the candidate's; any other is refused (S2.5)")
    func tokens() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let address = self.address(harness)
            let peer = try await SignallingPeer(address, headers: [.authorization: "Bearer \(candidate.token)"])
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
            let other = try await harness.join()
            let subprotocols = ["viva", "viva.token.\(other.token)"]
            let second = try await SignallingPeer(address, subprotocols: subprotocols)
            #expect(second.connection.subprotocol == "viva")
            second.send(SignallingPeer.offer)
            #expect(try await second.nextType() == "sdp_answer")
            #expect(await self.refusal(address, headers: [.authorization: "Bearer nonsense"]) == 401)
            #expect(await self.refusal(address, headers: [.authorization: "nonsense"]) == 401)
            #expect(await self.refusal(address, headers: [.authorization: "Bearer \(harness.workspaceToken)"]) == 401)
            #expect(await self.refusal(address, subprotocols: ["viva", "viva.token.vc_x"]) == 401)
            #expect(await self.refusal(address + "?token=x") == 401)
            #expect(await self.refusal(address + "?session=nonsense") == 404)
            // Somebody else's session, named by its public name.
            #expect(await self.refusal(address + "?session=\(peer.session)", headers: [.authorization: "Bearer \(other.token)"]) == 404)
        }
    }

    @Test("what is no upgrade is told so, in the form that is described")
    func noUpgrade() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let answer = try await harness.send("GET", "/ws")
            #expect(answer.status == 426)
            #expect(answer.code == "upgrade_required")
            #expect(answer.headers["upgrade"] == "websocket")
            #expect(try await harness.send("POST", "/ws").headers["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test("an address with a token in it is refused, in whatever case, however often and however written; so is a session named twice")
    func addresses() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let queries = [
                "token=\(candidate.token)", "token=\(candidate.token)&token=\(candidate.token)", "token=a&token=b", "Token=x", "TOKEN=x",
                "access_token=x&Access_Token=y", "%74oken=x", "candidate_token", "x=1&jwt=", "Authorization=Bearer%20x", "token=%zz",
            ]
            for query in queries {
                #expect(await self.refusal(self.address(harness) + "?" + query) == 401, "\(query)")
                let headers: HTTPFields = [.authorization: "Bearer \(candidate.token)"]
                #expect(await self.refusal(self.address(harness) + "?" + query, headers: headers) == 401, "\(query)")
            }
            let name = SignallingSessionID(of: Secret("x")).rawValue
            for query in [
                "session=\(name)&session=\(name)", "session=\(name)&Session=\(name)", "Session=\(name)", "session=%zz", "session=%ff",
            ] {
                #expect(await self.refusal(self.address(harness) + "?" + query) == 400, "\(query)")
            }
            #expect(await self.refusal(self.address(harness) + "?session=\(name)&other=1&other=2") == nil)
        }
    }

    @Test("a key request with the told name makes the socket the candidate's")
    func toldName() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (candidate, other) = (try await harness.join(), try await harness.join())
            let peer = try await SignallingPeer(self.address(harness))
            let page = SignallingPage(harness: harness, address: "", session: peer.session, interview: candidate.interviewID)
            #expect(try await page.key().status == 401)
            #expect(try await page.key(token: harness.workspaceToken).status == 404, "it names no interview")
            #expect(try await page.key(token: candidate.token).status == 200)
            #expect(try await page.key(token: other.token).status == 404)
            #expect(try await page.key(token: harness.workspaceToken).status == 200)
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("with a new link the old one gives no key, answers no offer and ends no interview, and the session that it opened ends")
    func newLink() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let peer = try await page.socket()
            #expect(try await page.key().status == 200)
            let path = "/v1/interviews/\(page.interview)/link"
            #expect(try await harness.send("POST", path, token: harness.workspaceToken).status == 201)
            #expect(try await page.key().status == 410)
            peer.send(#"{"type":"end_session"}"#)
            #expect(try await peer.nextType() == "error SDP_EXCHANGE_FAILED key_missing")
            peer.send(SignallingPeer.offer)
            let running = self.run(clock)
            defer { running.cancel() }
            #expect(try await peer.nextType() == "error SESSION_CLOSED unauthorized")
            #expect(await peer.closeCode() == 1008)
            #expect(try await page.status() == "joined")
        }
    }

    /// A new link that another process makes, of which this one hears when it asks the store.
    private func renewElsewhere(_ harness: GatewayHarness, _ interview: String) async throws {
        var generator = SystemRandomNumberGenerator()
        let now = harness.time.now
        try await harness.store.issueTicket(
            NewTicket(
                id: .random(using: &generator),
                hash: TokenHash(of: Secret("a ticket of another process")),
                purpose: .single(try #require(InterviewID(rawValue: interview))),
                createdAt: now,
                expiresAt: now + .seconds(60)
            ),
            tenant: .local
        )
    }

    @Test("whoever holds a link that was renewed neither has an offer answered nor ends the interview, before the watch has looked")
    func renewedElsewhere() async throws {
        for offers in [true, false] {
            try await GatewayHarness.run { (harness) async throws in
                let page = try await SignallingPage.start(harness)
                let peer = try await page.socket()
                #expect(try await page.key().status == 200)
                try await self.renewElsewhere(harness, page.interview)
                peer.send(offers ? SignallingPeer.offer : #"{"type":"end_session"}"#)
                let answer = try await peer.nextType()
                #expect(answer == (offers ? "error SDP_EXCHANGE_FAILED unauthorized" : "error SESSION_CLOSED unauthorized"))
                #expect(try await page.status() == "joined")
            }
        }
    }

    @Test("pages of other origins get no socket; listed ones and our own do (S2.5)")
    func origins() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            let address = self.address(harness)
            #expect(await self.refusal(address, headers: [.origin: "https://evil.example"]) == 403)
            #expect(await self.refusal(address, headers: [.origin: "null"]) == 403)
            #expect(await self.refusal(address, headers: [.origin: "https://careers.example"]) == nil)
            #expect(await self.refusal(address, headers: [.origin: harness.ready.address]) == nil)
        }
    }

    @Test("too large a message and too many of them close the socket")
    func limits() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let large = try await SignallingPeer(self.address(harness))
            large.send(String(repeating: "x", count: 70_000))
            #expect(await large.closeCode() == 1009)
            let many = try await SignallingPeer(self.address(harness))
            for _ in 0..<200 { many.send(#"{"type":"ice_candidate"}"#) }
            #expect(await many.closeCode() == 1008)
        }
    }

    @Test("what comes of an offer of the socket before is no answer to the offer of the present one")
    func overtaken() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let first = try await page.socket()
            #expect(try await page.key().status == 200)
            harness.store.candidateQuestions.holdNext(2)
            first.send(SignallingPeer.offer)
            try await harness.store.candidateQuestions.arrived(1)
            first.connection.close()
            _ = await first.closeCode()
            var second: SignallingPeer?
            while second == nil { second = try? await page.socket() }
            let peer = try #require(second)
            #expect(try await page.key().status == 200)
            peer.send(SignallingPeer.offer)
            try await harness.store.candidateQuestions.arrived(2)
            // The first exchange was cancelled with its socket, so it fails as soon as it goes on.
            harness.store.candidateQuestions.letOneGo()
            for _ in 0..<50 {
                peer.send(#"{"type":"ice_candidate"}"#)
                #expect(try await peer.nextType() == "ice_status")
            }
            harness.store.candidateQuestions.letOneGo()
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    /// A new link of the interview, and the token that it gives.
    private func newToken(_ harness: GatewayHarness, _ interview: String) async throws -> String {
        let answer = try await harness.send("POST", "/v1/interviews/\(interview)/link", token: harness.workspaceToken)
        let ticket = try #require(answer.json["join_url"]?.stringValue?.split(separator: "/").last)
        return try await harness.join(String(ticket)).token
    }

    /// Waits until the open tokens were looked at twice from now on; or for long enough, when none is open any more.
    private func tokensLookedAt(_ harness: GatewayHarness, _ clock: ManualClock) async throws {
        let before = harness.store.tokenQueries
        for _ in 0..<400 where harness.store.tokenQueries < before + 2 {
            clock.advance(by: .milliseconds(50))
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test("a session lives by the newest token that was shown for it: a socket with the token of a new link stays open")
    func newestToken() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let old = try await self.newToken(harness, page.interview)
            let first = try await SignallingPeer(self.address(harness), headers: [.authorization: "Bearer \(old)"])
            first.connection.close()
            _ = await first.closeCode()
            let new = try await self.newToken(harness, page.interview)
            let address = self.address(harness) + "?session=\(first.session)"
            var second: SignallingPeer?
            while second == nil { second = try? await SignallingPeer(address, headers: [.authorization: "Bearer \(new)"]) }
            let peer = try #require(second)
            try await self.tokensLookedAt(harness, clock)
            peer.send(#"{"type":"ice_candidate"}"#)
            #expect(try await peer.nextType() == "ice_status")
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
            // And with it the session ends.
            _ = try await self.newToken(harness, page.interview)
            try await self.tokensLookedAt(harness, clock)
            #expect(try await peer.nextType() == "error SESSION_CLOSED unauthorized")
        }
    }

    @Test("a key that is asked for with the newer token keeps the open socket, too")
    func newestTokenByKey() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let old = try await self.newToken(harness, page.interview)
            let peer = try await SignallingPeer(self.address(harness))
            #expect(try await page.key(token: old, session: peer.session).status == 200)
            let new = try await self.newToken(harness, page.interview)
            #expect(try await page.key(token: new, session: peer.session).status == 200)
            try await self.tokensLookedAt(harness, clock)
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("what the ticket of a dead link gave ends when a newer token takes the session over: no key by it any more")
    func deadTicket() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            #expect(try await page.key().status == 200)
            let new = try await self.newToken(harness, page.interview)
            #expect(try await page.key(token: new, session: page.id.rawValue).status == 200)
            #expect(try await page.key().status != 200)
        }
    }
}
