import InterviewCore
import InterviewStore
import Testing

/// What every store does. Runs over each factory.
@Suite("Every interview store")
struct InterviewStoreConformanceTests {
    // MARK: Plans

    @Test("a plan is kept by version, and the newest is found without one", arguments: StoreFactory.all)
    func plans(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let second = try InterviewPlan.sample(version: 2, text: "What else did you do?")
        try await fixture.store.savePlan(second, tenant: .local, at: fixture.now)
        #expect(try await fixture.store.plan(second.id, version: nil, tenant: .local) == second)
        #expect(try await fixture.store.plan(second.id, version: 1, tenant: .local) == fixture.plan)
        #expect(try await fixture.store.plans(tenant: .local) == [second])
        #expect(await code { _ = try await fixture.store.plan(second.id, version: 3, tenant: .local) } == .notFound)
        await fixture.store.close()
    }

    @Test("a saved version never changes", arguments: StoreFactory.all)
    func planIsImmutable(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        try await fixture.store.savePlan(fixture.plan, tenant: .local, at: fixture.now)
        let other = try InterviewPlan.sample(version: 1, text: "Something else?")
        #expect(await code { try await fixture.store.savePlan(other, tenant: .local, at: fixture.now) } == .conflict)
        #expect(try await fixture.store.plan(other.id, version: 1, tenant: .local) == fixture.plan)
        await fixture.store.close()
    }

    // MARK: Interviews

    @Test("an interview comes back as it was made", arguments: StoreFactory.all)
    func interview(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        #expect(try await fixture.store.interview(fixture.interview.id, tenant: .local) == fixture.interview)
        #expect(await code { _ = try await fixture.store.interview(.fresh(), tenant: .local) } == .notFound)
        let again = NewInterview(id: fixture.interview.id, planID: fixture.plan.id, createdAt: fixture.now)
        #expect(await code { _ = try await fixture.store.createInterview(again, tenant: .local) } == .conflict)
        let noPlan = NewInterview(id: .fresh(), planID: PlanID(wellFormed: "none"), createdAt: fixture.now)
        #expect(await code { _ = try await fixture.store.createInterview(noPlan, tenant: .local) } == .notFound)
        await fixture.store.close()
    }

    @Test("an interview is taken up with its own version of the plan, its transcript and its calls", arguments: StoreFactory.all)
    func history(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        // Read before and after there is a newer one.
        #expect(try await fixture.store.plan(fixture.plan.id, version: nil, tenant: .local) == fixture.plan)
        let second = try InterviewPlan.sample(version: 2, text: "What else did you do?")
        try await fixture.store.savePlan(second, tenant: .local, at: fixture.now)
        #expect(try await fixture.store.plan(second.id, version: nil, tenant: .local) == second)
        for number in 1...2 { _ = try await fixture.append(fixture.turn(number)) }
        let call = CallRecord(id: .fresh(), interviewID: fixture.interview.id, startedAt: fixture.now)
        try await fixture.store.recordCall(call, tenant: .local)
        let history = try await fixture.store.history(of: fixture.interview.id, tenant: .local)
        #expect(history.record == fixture.interview)
        #expect(history.plan == fixture.plan)
        #expect(history.segments.map(\.turn) == [fixture.turn(1), fixture.turn(2)])
        #expect(history.calls == [call])
        let stranger = TenantID(wellFormed: "another")
        #expect(await code { _ = try await fixture.store.history(of: fixture.interview.id, tenant: stranger) } == .notFound)
        await fixture.store.close()
    }

    @Test("pages name every interview once, newest first", arguments: StoreFactory.all)
    func pages(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        var made = [fixture.interview.id]
        for _ in 0..<6 {
            let new = NewInterview(id: .fresh(), planID: fixture.plan.id, createdAt: fixture.now)
            made.append(try await fixture.store.createInterview(new, tenant: .local).id)
        }
        var seen: [InterviewID] = []
        var cursor: String?
        repeat {
            let page = try await fixture.store.interviews(tenant: .local, after: cursor, limit: 3)
            #expect(page.interviews.count <= 3)
            seen += page.interviews.map(\.id)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen == made.reversed())
        for cursor in ["' OR 1=1", "", "1", "-1", "1.2", "9223372036854775808.\(InterviewID.fresh())"] {
            #expect(await code { _ = try await fixture.store.interviews(tenant: .local, after: cursor, limit: 3) } == .invalidCursor)
        }
        #expect(try await fixture.store.interviews(tenant: .local, after: nil, limit: -5).interviews.count == 1)
        await fixture.store.close()
    }

    @Test("the cursor of a list is the same however many interviews others have", arguments: StoreFactory.all)
    func cursors(_ factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let other = TenantID(wellFormed: "other")
        try await fixture.store.savePlan(fixture.plan, tenant: other, at: fixture.now)
        let ids = (0..<3).map { _ in InterviewID.fresh() }
        func make(_ id: InterviewID, _ tenant: TenantID) async throws {
            _ = try await fixture.store.createInterview(
                NewInterview(id: id, planID: fixture.plan.id, createdAt: fixture.now),
                tenant: tenant
            )
        }
        for id in ids {
            for _ in 0..<7 { try await make(.fresh(), .local) }
            try await make(id, other)
        }
        let page = try await fixture.store.interviews(tenant: other, after: nil, limit: 1)
        #expect(page.interviews.map(\.id) == [ids[2]])
        // Made of what the interview itself shows.
        #expect(page.nextCursor == "\(fixture.now.millisecondsSince1970).\(ids[2])")
        let next = try await fixture.store.interviews(tenant: other, after: page.nextCursor, limit: 5)
        #expect(next.interviews.map(\.id) == [ids[1], ids[0]])
        // One that is not there any more, or is somebody else's, leads to where its time is.
        let gone = "\(fixture.now.millisecondsSince1970 - 1).\(InterviewID.fresh())"
        #expect(try await fixture.store.interviews(tenant: other, after: gone, limit: 5).interviews.isEmpty)
        let later = "\(fixture.now.millisecondsSince1970 + 1).\(InterviewID.fresh())"
        #expect(try await fixture.store.interviews(tenant: other, after: later, limit: 5).interviews.map(\.id) == ids.reversed())
        await fixture.store.close()
    }

    @Test("a transition happens only from where the caller supposes", arguments: StoreFactory.all)
    func transition(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (store, id) = (fixture.store, fixture.interview.id)
        try await store.transition(id, tenant: .local, from: .created, to: .joined, reason: nil, at: fixture.now)
        #expect(
            await code { try await store.transition(id, tenant: .local, from: .created, to: .joined, reason: nil, at: fixture.now) }
                == .conflict
        )
        try await store.transition(id, tenant: .local, from: .joined, to: .connecting, reason: nil, at: fixture.now)
        try await store.transition(id, tenant: .local, from: .connecting, to: .live, reason: nil, at: fixture.now + .seconds(1))
        try await store.transition(id, tenant: .local, from: .live, to: .suspended, reason: nil, at: fixture.now + .seconds(2))
        #expect(try await store.interviews(in: [.suspended, .live], after: nil).map(\.id) == [id])
        #expect(try await store.interviews(in: [.suspended, .live], after: id).isEmpty)
        try await store.transition(id, tenant: .local, from: .suspended, to: .live, reason: nil, at: fixture.now + .seconds(3))
        try await store.transition(id, tenant: .local, from: .live, to: .ended, reason: "candidate_left", at: fixture.now + .seconds(4))
        let record = try await store.interview(id, tenant: .local)
        #expect(record.status == .ended)
        #expect(record.statusReason == "candidate_left")
        #expect(record.startedAt == fixture.now + .seconds(1))
        #expect(record.endedAt == fixture.now + .seconds(4))
        #expect(
            await code { try await store.transition(id, tenant: .local, from: .ended, to: .live, reason: nil, at: fixture.now) }
                == .conflict
        )
        let events = try await store.events(interview: id, tenant: .local, kind: .stateChanged)
        #expect(events.count == 6)
        #expect(events.last?.body == #"{"from":"live","reason":"candidate_left","to":"ended"}"#)
        await store.close()
    }

    @Test("the conductor's progress comes back", arguments: StoreFactory.all)
    func progress(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let progress = ConductorProgress(questionIndex: 1, usedMilliseconds: 5, elapsedMilliseconds: 7, disclosed: true)
        try await fixture.store.saveProgress(progress, interview: fixture.interview.id, tenant: .local)
        #expect(try await fixture.store.interview(fixture.interview.id, tenant: .local).progress == progress)
        await fixture.store.close()
    }

    // MARK: Tickets

    @Test("a single ticket opens its interview once", arguments: StoreFactory.all)
    func singleTicket(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (hash, token) = (TokenHash.fresh(), TokenHash.fresh())
        try await fixture.issue(.single(fixture.interview.id), hash: hash)
        #expect(try await fixture.store.ticketState(hash, now: fixture.now) == .usable(tenant: .local, plan: fixture.plan, practice: false))
        guard case .redeemed(let record, let plan) = try await fixture.redeem(hash, token: token) else {
            Issue.record("not redeemed")
            return
        }
        #expect(record.id == fixture.interview.id)
        #expect(record.status == .joined)
        #expect(plan == fixture.plan)
        #expect(try await fixture.store.candidate(token, now: fixture.now)?.interviewID == fixture.interview.id)
        #expect(try await fixture.redeem(hash) == .used)
        #expect(try await fixture.store.ticketState(hash, now: fixture.now) == .used)
        await fixture.store.close()
    }

    @Test("a later ticket opens an interview wherever it stands, and the unused one before it has expired", arguments: StoreFactory.all)
    func laterTicket(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (first, second, third) = (TokenHash.fresh(), TokenHash.fresh(), TokenHash.fresh())
        try await fixture.issue(.single(fixture.interview.id), hash: first)
        try await fixture.issue(.single(fixture.interview.id), hash: second)
        #expect(try await fixture.redeem(first) == .expired)
        guard case .redeemed = try await fixture.redeem(second) else { Issue.record("not redeemed"); return }
        try await fixture.store.transition(fixture.interview.id, tenant: .local, from: .joined, to: .live, reason: nil, at: fixture.now)
        try await fixture.issue(.single(fixture.interview.id), hash: third)
        #expect(try await fixture.redeem(second) == .used)
        guard case .redeemed(let record, _) = try await fixture.redeem(third) else { Issue.record("not redeemed"); return }
        #expect(record.status == .live)
        await fixture.store.close()
    }

    @Test("an interview that is over gets no ticket", arguments: StoreFactory.all)
    func noTicketAfterTheEnd(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let id = fixture.interview.id
        try await fixture.store.transition(id, tenant: .local, from: .created, to: .ended, reason: nil, at: fixture.now)
        #expect(await code { try await fixture.issue(.single(id), hash: .fresh()) } == .conflict)
        await fixture.store.close()
    }

    @Test("a used ticket stays used when its time is over, too", arguments: StoreFactory.all)
    func usedThenExpired(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        try await fixture.issue(.single(fixture.interview.id), hash: hash, expires: .seconds(10))
        _ = try await fixture.redeem(hash)
        #expect(try await fixture.redeem(hash, at: fixture.now + .seconds(11)) == .used)
        await fixture.store.close()
    }

    @Test("an unused ticket does not bring back an interview that is over", arguments: StoreFactory.all)
    func ticketOfFinalInterview(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        try await fixture.issue(.single(fixture.interview.id), hash: hash)
        try await fixture.store.transition(
            fixture.interview.id,
            tenant: .local,
            from: .created,
            to: .abandoned,
            reason: nil,
            at: fixture.now
        )
        #expect(try await fixture.redeem(hash) == .used)
        #expect(try await fixture.store.interview(fixture.interview.id, tenant: .local).status == .abandoned)
        await fixture.store.close()
    }

    @Test("of many simultaneous attempts with one ticket exactly one succeeds", arguments: StoreFactory.all)
    func ticketRace(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        try await fixture.issue(.single(fixture.interview.id), hash: hash)
        let results = try await withThrowingTaskGroup(of: TicketRedemption.self) { group in
            for _ in 0..<50 { group.addTask { try await fixture.redeem(hash) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.filter { $0 != .used }.count == 1)
        await fixture.store.close()
    }

    @Test("a practice ticket makes a fresh practice interview each time", arguments: StoreFactory.all)
    func practiceTicket(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        try await fixture.issue(.practice(fixture.plan.id), hash: hash)
        var ids: Set<InterviewID> = []
        for _ in 0..<2 {
            guard case .redeemed(let record, _) = try await fixture.redeem(hash) else { continue }
            #expect(record.practice)
            #expect(record.status == .joined)
            ids.insert(record.id)
        }
        #expect(ids.count == 2)
        await fixture.store.close()
    }

    @Test("expired and unknown tickets open nothing", arguments: StoreFactory.all)
    func ticketRefusals(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        try await fixture.issue(.single(fixture.interview.id), hash: hash, expires: .seconds(10))
        #expect(try await fixture.redeem(hash, at: fixture.now + .seconds(10)) == .expired)
        #expect(try await fixture.redeem(.fresh()) == .unknown)
        #expect(try await fixture.store.ticketState(.fresh(), now: fixture.now) == .unknown)
        #expect(try await fixture.store.interview(fixture.interview.id, tenant: .local).status == .created)
        #expect(await code { try await fixture.issue(.single(.fresh()), hash: .fresh()) } == .notFound)
        #expect(await code { try await fixture.issue(.single(fixture.interview.id), hash: hash) } == .conflict)
        await fixture.store.close()
    }

    @Test("a ticket whose token cannot be kept is not used up", arguments: StoreFactory.all)
    func redemptionIsAtomic(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (hash, taken) = (TokenHash.fresh(), TokenHash.fresh())
        try await fixture.store.saveCandidateToken(
            NewCandidateToken(hash: taken, expiresAt: fixture.now + .seconds(60)),
            interview: fixture.interview.id,
            tenant: .local
        )
        try await fixture.issue(.single(fixture.interview.id), hash: hash)
        #expect(await code { _ = try await fixture.redeem(hash, token: taken) } == .conflict)
        guard case .redeemed = try await fixture.redeem(hash) else {
            Issue.record("the failed attempt used the ticket up")
            return
        }
        await fixture.store.close()
    }

    @Test("a candidate token is worth nothing after its time", arguments: StoreFactory.all)
    func candidateToken(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let hash = TokenHash.fresh()
        let token = NewCandidateToken(hash: hash, expiresAt: fixture.now + .seconds(60))
        try await fixture.store.saveCandidateToken(token, interview: fixture.interview.id, tenant: .local)
        #expect(try await fixture.store.candidate(hash, now: fixture.now + .seconds(59))?.tenantID == .local)
        #expect(try await fixture.store.candidate(hash, now: fixture.now + .seconds(60)) == nil)
        #expect(try await fixture.store.candidate(.fresh(), now: fixture.now) == nil)
        await fixture.store.close()
    }

    // MARK: Calls

    @Test("calls of an interview are kept in order and closed once", arguments: StoreFactory.all)
    func calls(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (store, interview) = (fixture.store, fixture.interview.id)
        let first = CallRecord(id: .fresh(), interviewID: interview, upstreamCallID: "rtc_1", startedAt: fixture.now)
        let second = CallRecord(id: .fresh(), interviewID: interview, startedAt: fixture.now + .seconds(9))
        try await store.recordCall(first, tenant: .local)
        try await store.recordCall(second, tenant: .local)
        try await store.recordCallEnd(first.id, tenant: .local, reason: "hung_up", at: fixture.now + .seconds(5))
        try await store.recordCallEnd(first.id, tenant: .local, reason: "again", at: fixture.now + .seconds(6))
        let call = try await store.call(first.id, tenant: .local)
        #expect(call.endReason == "hung_up")
        #expect(call.endedAt == fixture.now + .seconds(5))
        #expect(try await store.calls(interview: interview, tenant: .local).map(\.id) == [first.id, second.id])
        #expect(await code { try await store.recordCall(first, tenant: .local) } == .conflict)
        #expect(await code { try await store.recordCallEnd(.fresh(), tenant: .local, reason: "x", at: fixture.now) } == .notFound)
        await store.close()
    }

    @Test("connected time is counted within its span, open calls to the end of their interview or to now", arguments: StoreFactory.all)
    func connectedTime(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (store, interview, start) = (fixture.store, fixture.interview.id, fixture.now)
        func time(since: Int, now: Int) async throws -> ConnectedTime {
            try await store.connectedTime(tenant: .local, since: start + .seconds(since), now: start + .seconds(now))
        }
        #expect(try await time(since: 0, now: 100) == ConnectedTime(total: .zero, oldestStart: nil))
        let closed = CallRecord(id: .fresh(), interviewID: interview, startedAt: start + .seconds(10))
        let open = CallRecord(id: .fresh(), interviewID: interview, startedAt: start + .seconds(50))
        try await store.recordCall(closed, tenant: .local)
        try await store.recordCall(open, tenant: .local)
        try await store.recordCallEnd(closed.id, tenant: .local, reason: "hung_up", at: start + .seconds(30))
        #expect(try await time(since: 0, now: 100) == ConnectedTime(total: .seconds(70), oldestStart: start + .seconds(10)))
        #expect(try await time(since: 25, now: 100) == ConnectedTime(total: .seconds(55), oldestStart: start + .seconds(10)))
        #expect(try await time(since: 30, now: 100) == ConnectedTime(total: .seconds(50), oldestStart: start + .seconds(50)))
        #expect(try await time(since: 0, now: 20).total == .seconds(10))
        let other = try await store.connectedTime(tenant: TenantID(wellFormed: "globex"), since: start, now: start + .seconds(100))
        #expect(other.total == .zero)
        // Nobody closed the call, but its interview is over.
        try await store.transition(interview, tenant: .local, from: .created, to: .ended, reason: nil, at: start + .seconds(60))
        #expect(try await time(since: 0, now: 1000).total == .seconds(30))
        #expect(try await time(since: 60, now: 1000) == ConnectedTime(total: .zero, oldestStart: nil))
        await store.close()
    }

    // MARK: Tenants

    @Test("another tenant's data do not exist", arguments: StoreFactory.all)
    func tenants(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let (store, id, now) = (fixture.store, fixture.interview.id, fixture.now)
        let other = TenantID(wellFormed: "other")
        try await store.savePlan(.sample(text: "Their question?"), tenant: other, at: now)
        let call = CallRecord(id: .fresh(), interviewID: id, startedAt: now)
        try await store.recordCall(call, tenant: .local)
        let attempts: [@Sendable () async throws -> Void] = [
            { _ = try await store.interview(id, tenant: other) },
            { try await store.transition(id, tenant: other, from: .created, to: .joined, reason: nil, at: now) },
            { try await store.saveProgress(ConductorProgress(), interview: id, tenant: other) },
            { _ = try await store.segments(interview: id, tenant: other, after: nil) },
            { _ = try await store.appendSegment(fixture.turn(1), interview: id, tenant: other) },
            { try await store.appendEvent(InterviewEvent(kind: .notice, at: now, body: "{}"), interview: id, tenant: other) },
            { _ = try await store.events(interview: id, tenant: other, kind: nil) },
            { _ = try await store.coverage(interview: id, tenant: other) },
            { _ = try await store.call(call.id, tenant: other) },
            { _ = try await store.calls(interview: id, tenant: other) },
            { try await store.recordCall(CallRecord(id: .fresh(), interviewID: id, startedAt: now), tenant: other) },
            { try await store.recordCallEnd(call.id, tenant: other, reason: "x", at: now) },
            { try await store.saveCandidateToken(NewCandidateToken(hash: .fresh(), expiresAt: now), interview: id, tenant: other) },
            {
                let ticket = NewTicket(id: .fresh(), hash: .fresh(), purpose: .single(id), createdAt: now, expiresAt: now)
                try await store.issueTicket(ticket, tenant: other)
            },
        ]
        for (index, attempt) in attempts.enumerated() { #expect(await code(attempt) == .notFound, "attempt \(index)") }
        #expect(try await store.interviews(tenant: other, after: nil, limit: 10).interviews == [])
        #expect(try await store.plan(fixture.plan.id, version: nil, tenant: .local) == fixture.plan)
        #expect(try await store.interview(id, tenant: .local).status == .created)
        await store.close()
    }

    @Test("a closed store refuses, and closing finishes what waits", arguments: StoreFactory.all)
    func closing(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        try await fixture.store.checkReadiness()
        await fixture.store.close()
        await fixture.store.close()
        #expect(await code { _ = try await fixture.append(fixture.turn(1)) } == .unavailable)
        #expect(await code { try await fixture.store.checkReadiness() } == .unavailable)
    }
}
