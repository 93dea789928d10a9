import Testing

@testable import VoiceEngine

@Suite(.timeLimit(.minutes(1))) struct SessionRegistryTests {
    @Test("calls are taken up to the limit, refused beyond it, and taken again when a place is free")
    func limit() throws {
        let registry = SessionRegistry(maximumCalls: 2, metrics: EngineMetrics())
        try registry.admit()
        try registry.admit()
        #expect(throws: SessionRegistry.Refusal.full) { try registry.admit() }
        registry.release()
        try registry.admit()
        #expect(registry.activeCalls == 2)
    }

    @Test("a draining engine takes no call")
    func draining() {
        let registry = SessionRegistry(maximumCalls: 2, metrics: EngineMetrics())
        registry.beginDraining()
        #expect(throws: SessionRegistry.Refusal.draining) { try registry.admit() }
    }

    @Test("a call can be found while it lives, hung up once, and gives its place back when it has ended")
    func life() async throws {
        let registry = SessionRegistry(maximumCalls: 1, metrics: EngineMetrics())
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
}
