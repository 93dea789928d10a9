import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("limits on minutes", .timeLimit(.minutes(2)))
struct MinuteLimitTests {
    private func options(
        _ clock: ManualClock? = nil,
        _ limit: @escaping @Sendable (inout GatewayLimits) -> Void
    ) -> GatewayHarness.Options {
        var options = GatewayHarness.Options()
        options.clock = clock
        options.configure = { limit(&$0.limits) }
        return options
    }

    /// A store in which a candidate was connected for so long in a run of the gateway that is over.
    private func talked(_ duration: Duration) async throws -> (store: GatedStore, candidate: GatewayHarness.Candidate) {
        let store = try GatedStore.inTemporaryFolder()
        let kept = AsyncStream.makeStream(of: GatewayHarness.Candidate.self)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let candidate = try await harness.join()
            _ = try await harness.startCall(candidate)
            _ = try await harness.upstream.nextCall().nextReply(containing: "hardest bug")
            harness.time.advance(by: duration)
            kept.continuation.yield(candidate)
        }
        var iterator = kept.stream.makeAsyncIterator()
        return (store, try #require(await iterator.next()))
    }

    @Test("an interview that reaches its minutes is brought to its end in order")
    func ended() async throws {
        let clock = ManualClock()
        try await GatewayHarness.run(self.options(clock) { $0.interviewMinutes = 2 }) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            #expect(try await events.next("progress")["limit_ms"]?.integerValue == 120_000)
            _ = try await self.segment(events, containing: "hardest bug")
            // In the middle of an answer nobody is interrupted.
            call.candidateStarts("item_a")
            try await self.untilTaken(call, harness)
            clock.advance(by: .seconds(125))
            call.candidateStops("item_a")
            call.transcribe("item_a", "It was a race condition in our scheduler, and I found it with a trace.")
            _ = try await call.nextReply(containing: "end of our time")
            _ = try await call.nextReply(containing: "Goodbye")
            #expect(try await events.rest().last?["status"]?.stringValue == "completed")
        }
    }

    /// Returns when everything that the upstream has sent so far was taken.
    private func untilTaken(_ call: FakeCall, _ harness: GatewayHarness) async throws {
        call.send(.error(ErrorEvent(error: RealtimeError(code: nil, message: "marker"))))
        while !harness.logs.contains("upstream reported an error") { await Task.yield() }
    }

    private func segment(_ events: EventReader, containing text: String) async throws -> EventReader.Event {
        while true {
            let segment = try await events.next("segment")
            if segment["text"]?.stringValue?.contains(text) == true { return segment }
        }
    }

    @Test("after a restart an interview has the minutes that were left, and none when they are used up")
    func restart() async throws {
        let (store, candidate) = try await self.talked(.seconds(121))
        try await GatewayHarness.run(self.options { $0.interviewMinutes = 2 }, store: store) { (harness) async throws in
            let refused = try await harness.offerCall(candidate)
            #expect(refused.status == 429)
            #expect(refused.code == "interview_minutes_used")
            #expect(refused.headers["retry-after"] == "86400")
            #expect(harness.upstream.with { $0.requests }.isEmpty)
            // Another interview has minutes of its own.
            _ = try await harness.startCall(try await harness.join())
        }
        try await GatewayHarness.run(self.options { $0.interviewMinutes = 3 }, store: store) { (harness) async throws in
            let location = try await harness.startCall(candidate)
            let events = try await harness.events(location, candidate)
            #expect(try await events.next("progress")["limit_ms"]?.integerValue ?? 0 < 180_000)
        }
    }

    @Test("a tenant whose minutes of the day are used up is told when some come back, before the upstream is asked")
    func tenant() async throws {
        let (store, _) = try await self.talked(.seconds(121))
        try await GatewayHarness.run(self.options { $0.tenantMinutesPerDay = 2 }, store: store) { (harness) async throws in
            harness.time.advance(by: .seconds(3600))
            let refused = try await harness.offerCall(try await harness.join())
            #expect(refused.status == 429)
            #expect(refused.code == "tenant_minutes_used")
            #expect(refused.headers["retry-after"] == "\(23 * 3600)")
            #expect(harness.upstream.with { $0.requests }.isEmpty)
            #expect(try await harness.send("GET", "/metrics").text.contains(#"viva_limit_refusals_total{limit="tenant_minutes"} 1"#))
            harness.time.advance(by: .seconds(23 * 3600))
            #expect(try await harness.offerCall(try await harness.join()).code == "tenant_minutes_used")
            harness.time.advance(by: .seconds(2))
            _ = try await harness.startCall(try await harness.join())
        }
    }

    @Test("an interview under way when the minutes of its tenant run out is brought to its end in order")
    func tenantRunsOut() async throws {
        let clock = ManualClock()
        try await GatewayHarness.run(self.options(clock) { $0.tenantMinutesPerDay = 2 }) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateStarts("item_a")
            let id = try #require(location.split(separator: "/").last.flatMap { CallID(rawValue: String($0)) })
            while (try? await harness.store.call(id, tenant: .local)) == nil { await Task.yield() }
            harness.time.advance(by: .seconds(120))
            // The look at the minutes is one of several timers, and may not sleep yet.
            while !harness.logs.contains("the minutes of the tenant are used up") {
                clock.advance(by: .seconds(10))
                try await Task.sleep(for: .milliseconds(5))
            }
            call.candidateStops("item_a")
            call.transcribe("item_a", "It was a race condition in our scheduler, and I found it with a trace.")
            _ = try await call.nextReply(containing: "end of our time")
            #expect(try await events.rest().last?["status"]?.stringValue == "completed")
        }
    }

    @Test("a call that a crash left open is closed at its last words, and uses up no minutes from then on")
    func crash() async throws {
        let (store, candidate) = try await self.talked(.seconds(5))
        let id = try #require(InterviewID(rawValue: candidate.interviewID))
        let startedAt = try #require(try await store.interview(id, tenant: .local).startedAt)
        let words = try #require(try await store.segments(interview: id, tenant: .local, after: nil).last)
        var generator = SystemRandomNumberGenerator()
        let open = CallRecord(id: .random(using: &generator), interviewID: id, startedAt: startedAt)
        try await store.recordCall(open, tenant: .local)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let closed = try await harness.store.call(open.id, tenant: .local)
            #expect(closed.endReason == "restart")
            #expect(closed.endedAt == startedAt + .milliseconds(words.endMilliseconds))
        }
    }

    @Test("the day's minutes are added up again when they may be used up, and every minute")
    func addedUp() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let plan = try InterviewPlan.twoQuestions()
        let time = GatewayHarness.WallTime()
        let start = time.now
        try await store.savePlan(plan, tenant: .local, at: start)
        var generator = SystemRandomNumberGenerator()
        let interview = InterviewID.random(using: &generator)
        _ = try await store.createInterview(NewInterview(id: interview, planID: plan.id, createdAt: start), tenant: .local)
        /// A call that was connected for so long and ended when this test began.
        func talk(_ duration: Duration) async throws {
            var generator = SystemRandomNumberGenerator()
            let id = CallID.random(using: &generator)
            let call = CallRecord(id: id, interviewID: interview, startedAt: start + (.zero - duration), endedAt: start)
            try await store.recordCall(call, tenant: .local)
        }
        var limits = GatewayLimits()
        limits.tenantMinutesPerDay = 10
        limits.tenantCalls = 2
        let metrics = GatewayMetrics(registry: MetricsRegistry())
        let minutes = MinuteLimits(limits, store: store, wallClock: WallClock { time.now }, metrics: metrics)
        #expect(await minutes.tenantWait(.local) == nil)
        // After a minute they are added up in any case.
        try await talk(.seconds(9 * 60))
        time.advance(by: .seconds(60))
        #expect(await minutes.tenantWait(.local) == nil)
        // A minute is left, and two calls at once use it up in 30 s: until then nobody needs to ask.
        try await talk(.seconds(60))
        time.advance(by: .seconds(29))
        #expect(await minutes.tenantWait(.local) == nil)
        time.advance(by: .seconds(1))
        #expect(await minutes.tenantWait(.local) != nil)
        // And at once when they are used up.
        #expect(await minutes.tenantWait(.local) != nil)
        await store.close()
    }
}
