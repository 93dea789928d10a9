import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("limits on calls at once", .timeLimit(.minutes(2)))
struct CallPlaceTests {
    private func run(
        _ limit: @escaping @Sendable (inout GatewayLimits) -> Void,
        _ body: @escaping @Sendable (GatewayHarness) async throws -> Void
    ) async throws {
        var options = GatewayHarness.Options()
        options.configure = { limit(&$0.limits) }
        try await GatewayHarness.run(options, body)
    }

    @Test(
        "a call too many is refused before the upstream is asked, and made once another one has ended",
        arguments: [("tenant_calls_full", 429, "60"), ("calls_full", 503, "10")]
    )
    func full(_ code: String, _ status: Int, _ wait: String) async throws {
        try await self.run({ if status == 429 { $0.tenantCalls = 1 } else { $0.calls = 1 } }) { harness in
            let (first, second) = (try await harness.join(), try await harness.join())
            let location = try await harness.startCall(first)
            let asked = harness.upstream.with { $0.requests }
            let refused = try await harness.offerCall(second)
            #expect(refused.status == status)
            #expect(refused.code == code)
            #expect(refused.headers["retry-after"] == wait)
            #expect(harness.upstream.with { $0.requests } == asked)
            #expect(try await harness.send("POST", location + "/end", token: first.token).status == 200)
            while try await harness.offerCall(second).status != 201 { await Task.yield() }
        }
    }

    @Test("a set-up that fails frees its place")
    func failedSetUp() async throws {
        try await self.run({ $0.calls = 1 }) { harness in
            let candidate = try await harness.join()
            harness.upstream.with { $0.behaviour = .respond(status: 400, headers: [:], body: "") }
            for _ in 0..<3 { #expect(try await harness.offerCall(candidate).code == "upstream_rejected") }
            harness.upstream.with { $0.behaviour = .answer }
            _ = try await harness.startCall(candidate)
        }
    }

    @Test("a call that breaks off frees its place, and one that is replaced makes room for its own successor")
    func brokenAndReplaced() async throws {
        try await self.run({ $0.calls = 1 }) { harness in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            let id = try #require(location.split(separator: "/").last.map(String.init))
            let second = try await harness.startCall(candidate, replacing: id)
            let events = try await harness.events(second, candidate)
            let resumed = try await harness.upstream.nextCall()
            _ = try await resumed.nextReply(containing: "hardest bug")
            resumed.close(.internalError)
            while try await events.state("suspended")["reason"]?.stringValue != "engine_lost" {}
            _ = try await harness.startCall(try await harness.join())
        }
    }

    @Test("a place is free once, however often it is given back")
    func once() throws {
        var limits = GatewayLimits()
        limits.calls = 2
        let places = CallPlaces(limits, metrics: GatewayMetrics(registry: MetricsRegistry()))
        let first = try places.take(for: .local)
        _ = try places.take(for: .local)
        #expect(throws: EdgeError.self) { _ = try places.take(for: .local) }
        first.free()
        first.free()
        #expect(places.count == 1)
        _ = try places.take(for: .local)
        #expect(throws: EdgeError.self) { _ = try places.take(for: .local) }
    }
}
