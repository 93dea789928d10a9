import Testing

@testable import VoiceEngine

@Suite(.timeLimit(.minutes(1))) struct SessionRegistryTests {
    @Test("calls are taken up to the limit, refused beyond it, and taken again when a place is free")
    func limit() throws {
        let registry = SessionRegistry(maximumCalls: 2, lag: SpeechLagMeter(now: { 0 }), metrics: EngineMetrics())
        try registry.admit()
        try registry.admit()
        #expect(throws: SessionRegistry.Refusal.full) { try registry.admit() }
        registry.release()
        try registry.admit()
        #expect(registry.activeCalls == 2)
    }

    @Test("a draining engine takes no call")
    func draining() {
        let registry = SessionRegistry(maximumCalls: 2, lag: SpeechLagMeter(now: { 0 }), metrics: EngineMetrics())
        registry.beginDraining()
        #expect(throws: SessionRegistry.Refusal.draining) { try registry.admit() }
    }

    @Test("a call can be found while it lives, hung up once, and gives its place back when it has ended")
    func life() async throws {
        let registry = SessionRegistry(maximumCalls: 1, lag: SpeechLagMeter(now: { 0 }), metrics: EngineMetrics())
        try registry.admit()
        let call = try await Call()
        await call.end()
        let running = Task { await registry.run() }
        // The session has ended already: it runs to its end at once.
        #expect(registry.start(call.session, key: call.session.callID))
        registry.finish()
        await running.value
        #expect(registry.session(call: call.session.callID) == nil)
        #expect(registry.activeCalls == 0)
    }

    @Test("while speech is recognised too late no further call is taken, but a first one always is")
    func overload() throws {
        let time = TestTime()
        let lag = SpeechLagMeter(now: { time.now })
        let registry = SessionRegistry(maximumCalls: 2, lag: lag, metrics: EngineMetrics())
        for _ in 0..<10 { lag.observe(2, audioSeconds: 4) }
        try registry.admit()
        #expect(registry.refusal == .overloaded)
        #expect(throws: SessionRegistry.Refusal.overloaded) { try registry.admit() }
        #expect(registry.activeCalls == 1)
        time.advance(.seconds(20))
        try registry.admit()
    }
}
