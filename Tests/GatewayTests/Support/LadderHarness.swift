import AsyncHTTPClient
import Logging
import NIOPosix
import NIOSSL
import RealtimeProtocol
import ServerEdge
import ServiceLifecycle
import Testing
import VivaTestKit

@testable import Gateway

/// A ladder of real fakes without a gateway around it.
struct LadderHarness: Sendable {
    let ladder: UpstreamLadder
    let fakes: [FakeRealtimeServer]
    let logs: LogCapture
    let metrics: MetricsRegistry

    struct Options: Sendable {
        var fakes = 1
        var clock: ManualClock?
        var limits = UpstreamLimits()
        var tls: TestCertificate.Pair?
        var apiKey: String? = "sk-canary-key"
        var model: String?
        /// 0: retries do not wait.
        var random = 0.0
        var changeEndpoint: @Sendable (Int, inout UpstreamEndpoint) -> Void = { _, _ in }
    }

    static func run(_ options: Options = Options(), _ body: @escaping @Sendable (LadderHarness) async throws -> Void) async throws {
        let fakes = (0..<options.fakes).map { _ in FakeRealtimeServer(tls: options.tls?.server) }
        let services = ServiceGroup(services: fakes, logger: Logger(label: "fakes") { _ in SwiftLogNoOpLogHandler() })
        let (logs, metrics) = (LogCapture(), MetricsRegistry())
        let clock = options.clock.map { MonotonicClock($0) } ?? MonotonicClock()
        let httpClient = UpstreamClient.makeHTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            limits: options.limits,
            tls: options.tls?.client
        )
        let result: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                var choices: [UpstreamChoice] = []
                for (index, fake) in fakes.enumerated() {
                    let base = "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(try await fake.port())/v1"
                    var endpoint = try #require(UpstreamEndpoint(baseURL: base, apiKey: options.apiKey.map { Secret($0) }))
                    options.changeEndpoint(index, &endpoint)
                    choices.append(UpstreamChoice(.fixed(endpoint), model: options.model))
                }
                let webSockets = WebSocketClient(tls: options.tls?.client ?? .makeClientConfiguration())
                let random = options.random
                let ladder = UpstreamLadder(
                    choices,
                    client: UpstreamClient(httpClient: httpClient, clock: clock, limits: options.limits),
                    sideband: SidebandConnector(client: webSockets, limits: options.limits),
                    limits: options.limits,
                    clock: clock,
                    random: { random },
                    metrics: GatewayMetrics(registry: metrics),
                    logger: logs.logger("ladder")
                )
                try await body(LadderHarness(ladder: ladder, fakes: fakes, logs: logs, metrics: metrics))
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await httpClient.shutdown()
        try result.get()
    }

    func mint() async throws(UpstreamFault) -> (secret: MintedSecret, endpoint: UpstreamEndpoint) {
        try await self.ladder.mintSecret { ClientSecretRequest(session: SessionUpdate(model: $0.model)) }
    }

    /// Places a call and lets go of it again.
    func place() async throws(UpstreamFault) -> PlacedCall? {
        let placed = try await self.ladder.placeCall(
            offer: FakeRealtimeServer.answer,
            session: { _, _ in "{}" },
            isWanted: { true },
            discard: { await self.ladder.hangUp($0) }
        )
        placed?.socket.close()
        return placed
    }

    /// The fault of a request that must fail.
    func fault<Result: Sendable>(_ request: () async throws(UpstreamFault) -> Result) async -> UpstreamFault? {
        do throws(UpstreamFault) {
            _ = try await request()
            Issue.record("it should have failed")
            return nil
        } catch {
            return error
        }
    }

    /// Requests to an address of a fake.
    func requests(_ text: String, of fake: Int = 0) -> Int {
        self.fakes[fake].with { $0.requests.filter { $0.hasPrefix(text) }.count }
    }
}
