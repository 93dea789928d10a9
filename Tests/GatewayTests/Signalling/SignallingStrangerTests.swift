import HTTPTypes
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

/// The name of a session stands in addresses, so others may have read it.
@Suite("whoever knows the name of a signalling session only", .timeLimit(.minutes(2)))
struct SignallingStrangerTests {
    private func sessions(_ harness: GatewayHarness) async throws -> Int? {
        try await harness.send("GET", "/healthz").json["sessions"]?.integerValue.map { Int($0) }
    }

    private func refusal(_ address: String, token: String? = nil) async -> Int? {
        do {
            let headers: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
            try await WebSocketClient().connect(to: address, headers: headers).close()
            return nil
        } catch .refused(let status, _) {
            return Int(status)
        } catch {
            return -1
        }
    }

    @Test("does not make it theirs with a token of their own, by a key or at the upgrade, and its holder is not kept out")
    func claim() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let stranger = try await harness.join()
            // There is none yet, and the attempts make none.
            #expect(await self.refusal(page.address, token: stranger.token) == 404)
            #expect(try await page.key(token: stranger.token, session: page.id.rawValue).status == 404)
            #expect(try await self.sessions(harness) == 0)
            // The page's socket is open, and nobody has shown yet whose it is.
            let peer = try await page.socket()
            #expect(try await page.key(token: stranger.token, session: page.id.rawValue).status == 404)
            #expect(await self.refusal(page.address, token: stranger.token) == 404)
            let shown = try await harness.send("GET", "/api/sessions/\(page.id)", token: stranger.token)
            #expect(shown.status == 404)
            #expect(try await page.key().status == 200)
            #expect(try await page.key(token: stranger.token, session: page.id.rawValue).status == 404)
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
            #expect(harness.upstream.with { $0.created.count } == 1)
        }
    }

    @Test("ends neither the session nor the interview, and its holder comes back to both")
    func end() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            #expect(try await page.key().status == 200)
            let stranger = try await SignallingPeer(page.address)
            stranger.send(#"{"type":"end_session"}"#)
            #expect(try await stranger.nextType() == "error SDP_EXCHANGE_FAILED key_missing")
            stranger.connection.close()
            _ = await stranger.closeCode()
            #expect(try await self.sessions(harness) == 1)
            #expect(try await page.status() == "joined")
            var second: SignallingPeer?
            while second == nil { second = try? await page.socket() }
            let peer = try #require(second)
            #expect(try await page.key().status == 200)
            peer.send(SignallingPeer.offer)
            #expect(try await peer.nextType() == "sdp_answer")
        }
    }

    @Test("gets no more than half of the places; those who show who they are find one, and what nobody claimed goes with its socket")
    func table() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.signalling.sessions = 4 }
        try await GatewayHarness.run(options) { (harness) async throws in
            let address = "ws" + harness.ready.address.dropFirst(4) + "/ws"
            var peers: [SignallingPeer] = []
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<2 {
                let name = SignallingSessionID.random(using: &generator)
                peers.append(try await SignallingPeer(address + "?session=\(name)"))
            }
            #expect(await self.refusal(address) == 503)
            #expect(await self.refusal(address + "?session=\(SignallingSessionID.random(using: &generator))") == 503)
            let candidate = try await harness.join()
            #expect(await self.refusal(address, token: candidate.token) == nil)
            #expect(try await SignallingPage.start(harness).key().status == 200)
            #expect(try await self.sessions(harness) == 4)
            for peer in peers {
                peer.connection.close()
                _ = await peer.closeCode()
            }
            while try await self.sessions(harness) != 2 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("gets no session for the practice ticket, which is everybody's: each exchange of it is an interview of its own")
    func practice() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            for token in [nil, harness.workspaceToken] {
                let answer = try await page.key(token: token, session: harness.practiceTicket)
                #expect(answer.status == 404)
                #expect(answer.json["code"]?.stringValue == "ticket_unknown")
            }
            #expect(try await self.sessions(harness) == 0)
            let (one, two) = (try await harness.join(), try await harness.join())
            #expect(one.interviewID != two.interviewID, "it is as good as before")
        }
    }
}
