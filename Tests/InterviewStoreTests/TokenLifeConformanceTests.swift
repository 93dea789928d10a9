import InterviewCore
import InterviewStore
import Testing

@Suite("the life of candidate tokens, on every store")
struct TokenLifeConformanceTests {
    private func token(_ fixture: StoreFixture, in interview: InterviewID? = nil) async throws -> TokenHash {
        let hash = TokenHash.fresh()
        try await fixture.store.saveCandidateToken(
            NewCandidateToken(hash: hash, expiresAt: fixture.now + .seconds(7200)),
            interview: interview ?? fixture.interview.id,
            tenant: .local
        )
        return hash
    }

    private func isGood(_ fixture: StoreFixture, _ hash: TokenHash, after duration: Duration) async throws -> Bool {
        let now = fixture.now + duration
        let candidate = try await fixture.store.candidate(hash, now: now)
        #expect(try await fixture.store.tokensInForce([hash], now: now) == (candidate == nil ? [] : [hash]))
        return candidate != nil
    }

    @Test("a new ticket ends the tokens of its interview, and of no other", arguments: StoreFactory.all)
    func newTicket(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let other = InterviewID.fresh()
        _ = try await fixture.store.createInterview(
            NewInterview(id: other, planID: fixture.plan.id, createdAt: fixture.now),
            tenant: .local
        )
        let (mine, theirs) = (try await token(fixture), try await token(fixture, in: other))
        #expect(try await isGood(fixture, mine, after: .zero))
        try await fixture.issue(.single(fixture.interview.id), hash: .fresh())
        #expect(try await !isGood(fixture, mine, after: .zero))
        #expect(try await !isGood(fixture, mine, after: .seconds(-60)), "nor when the clock was set back")
        #expect(try await isGood(fixture, theirs, after: .zero))
        // One that is given out later is good.
        let later = try await token(fixture)
        #expect(try await isGood(fixture, later, after: .zero))
        await fixture.store.close()
    }

    @Test("the end of an interview leaves its tokens five minutes, and never lengthens one", arguments: StoreFactory.all)
    func interviewOver(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (long, short) = (try await token(fixture), TokenHash.fresh())
        try await fixture.store.saveCandidateToken(
            NewCandidateToken(hash: short, expiresAt: fixture.now + .seconds(60)),
            interview: fixture.interview.id,
            tenant: .local
        )
        try await fixture.store.transition(
            fixture.interview.id,
            tenant: .local,
            from: .created,
            to: .joined,
            reason: nil,
            at: fixture.now
        )
        #expect(try await isGood(fixture, long, after: .seconds(7199)))
        try await fixture.store.transition(
            fixture.interview.id,
            tenant: .local,
            from: .joined,
            to: .ended,
            reason: nil,
            at: fixture.now + .seconds(10)
        )
        #expect(try await isGood(fixture, long, after: .seconds(309)))
        #expect(try await !isGood(fixture, long, after: .seconds(310)))
        #expect(try await !isGood(fixture, short, after: .seconds(60)))
        await fixture.store.close()
    }

    @Test("of many tokens exactly those in force are named, keys too", arguments: StoreFactory.all)
    func inForce(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (candidate, key, revoked) = (try await token(fixture), TokenHash.fresh(), TokenHash.fresh())
        for hash in [key, revoked] {
            let new = NewAPIKey(id: .fresh(), hash: hash, name: "tests", role: .admin, createdAt: fixture.now)
            _ = try await fixture.store.createAPIKey(new, tenant: .local)
            if hash == revoked { try await fixture.store.revokeAPIKey(new.id, tenant: .local, at: fixture.now) }
        }
        var asked: Set<TokenHash> = [candidate, key, revoked]
        while asked.count < InterviewStoreLimits.tokensAtOnce + 10 { asked.insert(.fresh()) }
        #expect(try await fixture.store.tokensInForce(asked, now: fixture.now) == [candidate, key])
        #expect(try await fixture.store.tokensInForce([], now: fixture.now) == [])
        await fixture.store.close()
    }

    @Test("the origin that an interview is bound to comes with its ticket", arguments: StoreFactory.all)
    func origin(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (id, hash) = (InterviewID.fresh(), TokenHash.fresh())
        let new = NewInterview(id: id, planID: fixture.plan.id, origin: "https://careers.example", createdAt: fixture.now)
        #expect(try await fixture.store.createInterview(new, tenant: .local).origin == "https://careers.example")
        try await fixture.issue(.single(id), hash: hash)
        #expect(
            try await fixture.store.ticketState(hash, now: fixture.now)
                == .usable(tenant: .local, plan: fixture.plan, practice: false, origin: "https://careers.example")
        )
        #expect(try await fixture.store.interview(fixture.interview.id, tenant: .local).origin == nil)
        let long = NewInterview(
            id: .fresh(),
            planID: fixture.plan.id,
            origin: "https://" + String(repeating: "a", count: 300),
            createdAt: fixture.now
        )
        #expect(await code { _ = try await fixture.store.createInterview(long, tenant: .local) } == .tooLarge)
        await fixture.store.close()
    }
}
