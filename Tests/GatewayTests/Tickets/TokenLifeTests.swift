import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the life of tokens", .timeLimit(.minutes(2)))
struct TokenLifeTests {
    private func invite(
        _ harness: GatewayHarness,
        _ body: String = #"{"plan_id":"practice"}"#
    ) async throws -> (ticket: String, id: String) {
        let made = try await harness.send("POST", "/v1/interviews", token: harness.workspaceToken, type: "application/json", body: body)
        try #require(made.status == 201)
        let link = try #require(made.json["join_url"]?.stringValue)
        return (String(try #require(link.split(separator: "/").last)), try #require(made.json["id"]?.stringValue))
    }

    private func transcript(_ harness: GatewayHarness, _ candidate: GatewayHarness.Candidate, query: String = "") async throws -> Int {
        try await harness.send("GET", "/v1/interviews/\(candidate.interviewID)/transcript\(query)", token: candidate.token).status
    }

    /// Lets time go by in small steps, ahead of the real one.
    private func run(_ clock: ManualClock) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(20))
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    @Test("a new link ends the tokens of the link before it, and gives one that works")
    func newLink() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let (first, stranger) = (try await harness.join(ticket), try await harness.join())
            #expect(try await self.transcript(harness, first) == 200)
            let renewed = try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken)
            let second = String(try #require(renewed.json["join_url"]?.stringValue?.split(separator: "/").last))
            #expect(try await self.transcript(harness, first) == 401)
            #expect(try await harness.offerCall(first).status == 401)
            #expect(try await self.transcript(harness, try await harness.join(second)) == 200)
            #expect(try await self.transcript(harness, stranger) == 200)
        }
    }

    @Test("the token of an interview that is over opens the last words for five minutes more")
    func interviewOver() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, _) = try await self.invite(harness)
            let candidate = try await harness.join(ticket)
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            while try await harness.status(candidate) != "ended" { try await Task.sleep(for: .milliseconds(5)) }
            harness.time.advance(by: .seconds(299))
            #expect(try await self.transcript(harness, candidate) == 200)
            harness.time.advance(by: .seconds(1))
            #expect(try await self.transcript(harness, candidate) == 401)
        }
    }

    @Test("a new link takes the interview away from whoever is talking in it")
    func takenAway() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let stranger = try await harness.join(ticket)
            let location = try await harness.startCall(stranger)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            let renewed = try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken)
            let second = String(try #require(renewed.json["join_url"]?.stringValue?.split(separator: "/").last))
            while harness.upstream.with({ $0.hungUp != [call.id] }) { await Task.yield() }
            #expect(try await harness.send("POST", location + "/end", token: stranger.token).status == 401)
            let candidate = try await harness.join(second)
            let own = try await harness.startCall(candidate)
            _ = try await harness.upstream.nextCall().nextReply(containing: "hardest bug")
            #expect(try await harness.send("POST", own + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("an offer that is on its way while the link is renewed is refused, and the interview is free for the new one")
    func renewedMeanwhile() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let stranger = try await harness.join(ticket)
            // The first question is that of the request's head, the second that of the offer when it is there.
            harness.store.candidateQuestions.holdNext(2)
            async let refused = harness.offerCall(stranger)
            try await harness.store.candidateQuestions.arrived(1)
            harness.store.candidateQuestions.letOneGo()
            try await harness.store.candidateQuestions.arrived(1)
            let renewed = try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken)
            harness.store.candidateQuestions.letOneGo()
            #expect(try await refused.status == 401)
            let second = String(try #require(renewed.json["join_url"]?.stringValue?.split(separator: "/").last))
            let candidate = try await harness.join(second)
            _ = try await harness.startCall(candidate)
            _ = try await harness.upstream.nextCall().nextReply(containing: "hardest bug")
        }
    }

    @Test("a stream is closed when its token was revoked or has expired, and the others go on", arguments: [true, false])
    func streams(isRevoked: Bool) async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let (ticket, id) = try await self.invite(harness)
            let candidate = try await harness.join(ticket)
            let location = try await harness.startCall(candidate)
            let stream = try await harness.events(location, candidate)
            _ = try await stream.next("state")
            if isRevoked {
                #expect(try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken).status == 201)
            } else {
                harness.time.advance(by: .seconds(4 * 3600))
            }
            let other = try await harness.join()
            let otherStream = try await harness.events(try await harness.startCall(other), other)
            let running = self.run(clock)
            // Ends without the event `end`: the interview goes on.
            #expect(try await !stream.rest().contains { $0.name == "end" })
            running.cancel()
            await running.value
            #expect(try await harness.send("GET", location + "/events", token: candidate.token).status == 401)
            #expect(try await otherStream.next() != nil)
        }
        // Two looks fit into the five seconds that a revocation may take.
        #expect(TokenWatch.interval * 2 <= .seconds(5))
    }

    @Test("what is open ends with its token: a revoked key, an ended candidate token, a time that has come; the rest goes on")
    func watch() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let time = GatewayHarness.WallTime()
        let watch = TokenWatch(
            store: store,
            clock: MonotonicClock(ManualClock()),
            wallClock: WallClock { time.now },
            logger: LogCapture().logger("watch")
        )
        let office = APIKeyOffice(store: store, wallClock: WallClock { time.now })
        let (kept, keptKey) = try await office.create(name: "kept", role: .admin, tenant: .local)
        let (revoked, revokedKey) = try await office.create(name: "revoked", role: .admin, tenant: .local)
        #expect(kept.id != revoked.id)
        let later = time.now + .seconds(60)
        let authorities: [(name: String, authority: Authority)] = [
            ("run", .run), ("kept key", .key(TokenHash(of: keptKey))), ("revoked key", .key(TokenHash(of: revokedKey))),
            ("unknown candidate", .candidate(TokenHash(of: Secret("vc_unknown")), endsAt: later)), ("claims", .claims(endsAt: later)),
        ]
        let (endings, ended) = AsyncStream.makeStream(of: String.self)
        let waits = authorities.map { entry in
            Task {
                await watch.end(of: entry.authority)
                ended.yield(entry.name)
            }
        }
        var ends = endings.makeAsyncIterator()
        while watch.open < authorities.count { await Task.yield() }
        /// What the next look ends.
        func next() async -> String? {
            await watch.look()
            return await ends.next()
        }
        #expect(await next() == "unknown candidate")
        _ = try await office.revoke(revoked.id)
        #expect(await next() == "revoked key")
        time.advance(by: .seconds(60))
        #expect(await next() == "claims")
        // A store that does not answer ends nothing.
        await store.close()
        await watch.look()
        #expect(watch.open == 2)
        for wait in waits { wait.cancel() }
        for wait in waits { await wait.value }
        ended.finish()
        var rest: Set<String> = []
        while let name = await ends.next() { rest.insert(name) }
        #expect(rest == ["run", "kept key"])
    }

    /// A watch at work beside a test that moves its clock.
    private func watching(
        _ store: GatedStore,
        _ clock: ManualClock,
        _ time: GatewayHarness.WallTime,
        _ body: (TokenWatch) async throws -> Void
    ) async throws {
        let watch = TokenWatch(
            store: store,
            clock: MonotonicClock(clock),
            wallClock: WallClock { time.now },
            logger: LogCapture().logger("watch")
        )
        let running = Task { await watch.run() }
        try await body(watch)
        store.open()
        running.cancel()
        await running.value
        await store.close()
    }

    @Test("what a revoked token has open is closed within five seconds", arguments: 0..<4)
    func revocation(quarter: Int) async throws {
        let (store, clock) = (try GatedStore.inTemporaryFolder(), ManualClock())
        let office = APIKeyOffice(store: store)
        let (record, key) = try await office.create(name: "revoked", role: .admin, tenant: .local)
        try await self.watching(store, clock, GatewayHarness.WallTime()) { watch in
            let open = Task { await watch.end(of: .key(TokenHash(of: key))) }
            await clock.waitForSleepers(1)
            // Revoked at any point between two looks.
            clock.advance(by: .milliseconds(500 * quarter))
            _ = try await office.revoke(record.id)
            // One look falls into the next interval, and no more time than that passes; the suite's limit ends the wait otherwise.
            clock.advance(by: TokenWatch.interval)
            await open.value
            #expect(watch.open == 0)
        }
        #expect(TokenWatch.interval + TokenWatch.answer <= .seconds(5))
    }

    @Test("what ends by its own time ends without the store, which does not answer; it is asked by one question at a time")
    func silentStore() async throws {
        let (store, clock, time) = (try GatedStore.inTemporaryFolder(), ManualClock(), GatewayHarness.WallTime())
        store.holdTokens()
        try await self.watching(store, clock, time) { watch in
            let later = time.now + .seconds(60)
            let key = Task { await watch.end(of: .key(TokenHash(of: Secret("viva_sk_1")))) }
            while watch.open < 1 { await Task.yield() }
            while store.tokenQueries == 0 {
                clock.advance(by: .milliseconds(100))
                await Task.yield()
            }
            // The question hangs. What expires meanwhile ends all the same.
            let claims = Task { await watch.end(of: .claims(endsAt: later)) }
            while watch.open < 2 { await Task.yield() }
            time.advance(by: .seconds(60))
            let running = self.run(clock)
            await claims.value
            running.cancel()
            await running.value
            #expect(watch.open == 1)
            #expect(store.tokenQueries == 1)
            key.cancel()
            await key.value
        }
    }

    @Test(
        "an address with a token in it is refused, even beside a right header",
        arguments: ["access_token", "token", "Token", "api_key", "access%5Ftoken"]
    )
    func query(_ name: String) async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            #expect(try await self.transcript(harness, candidate, query: "?\(name)=\(candidate.token)") == 401)
            let path = "/v1/interviews/\(candidate.interviewID)/transcript?\(name)=\(candidate.token)"
            let (bare, reference) = (try await harness.send("GET", path), try await harness.send("GET", "/v1/plans"))
            #expect(bare.status == 401)
            #expect(bare.withoutRequestID == reference.withoutRequestID)
            #expect(try await self.transcript(harness, candidate, query: "?format=txt") == 200)
        }
    }

    @Test("a ticket that is bound to an origin opens from a page of that origin only, and a refusal does not use it")
    func origin() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example", "https://other.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            let body = #"{"plan_id":"practice","origin":"https://careers.example"}"#
            let (ticket, id) = try await self.invite(harness, body)
            func join(_ ticket: String, _ origin: String?) async throws -> GatewayHarness.Answer {
                try await harness.send(
                    "POST",
                    "/v1/join",
                    type: "application/json",
                    headers: origin.map { ["Origin": $0] } ?? [:],
                    body: #"{"ticket":"\#(ticket)"}"#
                )
            }
            for origin in [nil, harness.ready.address, "https://other.example", "https://careers.example:443"] {
                #expect(try await join(ticket, origin).code == "origin_not_allowed", "\(origin ?? "none")")
            }
            #expect(try await join(ticket, "https://careers.example").status == 200)
            // So is the next link into the same interview.
            let renewed = try await harness.send("POST", "/v1/interviews/\(id)/link", token: harness.workspaceToken)
            let second = String(try #require(renewed.json["join_url"]?.stringValue?.split(separator: "/").last))
            #expect(try await join(second, nil).status == 403)
            #expect(try await join(second, "https://careers.example").status == 200)
            let foreign = try await harness.send(
                "POST",
                "/v1/interviews",
                token: harness.workspaceToken,
                type: "application/json",
                body: #"{"plan_id":"practice","origin":"https://evil.example"}"#
            )
            #expect(foreign.status == 400)
            #expect(foreign.json["error"]?["parameter"]?.stringValue == "origin")
        }
    }
}
