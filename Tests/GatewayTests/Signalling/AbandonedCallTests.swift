import AsyncHTTPClient
import InterviewCore
import InterviewStore
import Logging
import NIOPosix
import ServerEdge
import ServiceLifecycle
import Testing
import VivaTestKit

@testable import Gateway

@Suite("a call whose page has gone", .timeLimit(.minutes(1)))
struct AbandonedCallTests {
    @Test("a call that was set up for a socket which closed meanwhile is hung up, and the interview can be taken up at once")
    func hungUp() async throws {
        let (upstream, store) = (FakeRealtimeServer(), try GatedStore.inTemporaryFolder())
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let fake = ServiceGroup(services: [upstream], logger: quiet)
        async let running: Void = fake.run()
        let endpoint = try #require(UpstreamEndpoint(baseURL: "http://127.0.0.1:\(try await upstream.port())/v1"))
        let plan = try InterviewPlan.twoQuestions()
        let gateway = Gateway(
            configuration: GatewayConfiguration(server: EdgeServerConfiguration()),
            store: store,
            upstreams: [UpstreamChoice(.fixed(endpoint))],
            plans: [plan],
            logger: quiet
        )
        let client = UpstreamClient.makeHTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let parts = try gateway.assemble(client)
        let registry = ServiceGroup(services: [parts.registry], logger: quiet)
        async let calls: Void = registry.run()

        let now = WallClock().now
        try await store.savePlan(plan, tenant: .local, at: now)
        let tickets = parts.router.tickets
        let admission = try await tickets.redeem(try await tickets.issuePractice(plan: plan.id, tenant: .local), from: nil)
        let interview = admission.interview.id
        let holder = SignallingHolder(
            candidate: CandidateIdentity(tenantID: .local, interviewID: interview, expiresAt: admission.expiresAt),
            authority: .candidate(TokenHash(of: admission.token), endsAt: admission.expiresAt)
        )
        let session = try parts.router.signalling.session(of: holder, token: admission.token)
        // The session waits for no exchange of this number: its socket has closed.
        await parts.router.signalling.carryOut(.init(number: 1, offer: GatewayHarness.offer), of: session)
        #expect(upstream.with { $0.created.count } == 1)
        // Far longer than it takes; a call that stays is a fault, and this wait has an end.
        for _ in 0..<500 where upstream.with({ $0.hungUp.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(upstream.with { $0.hungUp } == ["rtc_1"])
        let next = try? await parts.router.signalling.exchange(GatewayHarness.offer, for: session)
        #expect(next != nil, "the old call stands in the way")

        await registry.triggerGracefulShutdown()
        try await calls
        await fake.triggerGracefulShutdown()
        try await running
        try await client.shutdown()
    }
}
