import Hummingbird
import Logging
import ServerEdge
import ServiceLifecycle
import VivaTestKit

/// An ``EdgeServer`` on a free port, as `viva` runs it, for the time of one test.
struct TestServer: Sendable {
    let port: Int
    let log: LogCapture
    private let services: ServiceGroup

    /// What SIGTERM does.
    func shutDown() async {
        await services.triggerGracefulShutdown()
    }

    static func run(
        webSockets: [WebSocketRoute] = [],
        envelope: ErrorEnvelope = .viva,
        metrics: MetricsRegistry? = nil,
        logger: Logger? = nil,
        configure: (inout EdgeServerConfiguration) -> Void = { _ in },
        routes: (Router<EdgeRequestContext>) -> Void = { _ in },
        _ body: @Sendable @escaping (TestServer) async throws -> Void
    ) async throws {
        let log = LogCapture()
        let router = Router(context: EdgeRequestContext.self)
        router.addEdgeMiddleware(envelope: envelope, metrics: metrics)
        router.get("health") { _, _ in "healthy" }
        routes(router)
        var configuration = EdgeServerConfiguration(port: 0)
        configure(&configuration)
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        let server = EdgeServer(
            router: router,
            webSockets: webSockets,
            configuration: configuration,
            logger: logger ?? log.logger(),
            onServerRunning: { running.yield($0) }
        )
        let services = ServiceGroup(services: [server], logger: log.logger())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { running.finish() }
                try await services.run()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await group.waitForAll()
                throw CancellationError()
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(TestServer(port: port, log: log, services: services)))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            try result.get()
        }
    }
}

extension WebSocketRoute {
    /// Answers each message with itself.
    static func echo(_ limits: WebSocketLimits = WebSocketLimits(), origins: OriginPolicy = .absentOrListed([])) -> WebSocketRoute {
        WebSocketRoute("/ws", limits: limits, origins: origins) { request in
            WebSocketAcceptance(subprotocol: request.offeredSubprotocols.contains("realtime") ? "realtime" : nil) { connection in
                for await message in connection.messages { connection.send(message) }
            }
        }
    }
}

extension TCPProbe {
    /// Sends an upgrade request and waits for the head of the answer.
    static func upgraded(port: Int, path: String = "/ws", headers: [String] = []) async throws -> TCPProbe {
        let probe = try await connect(port: port)
        try await probe.send(WebSocketFrames.upgradeRequest(path: path, headers: headers))
        let head = try await probe.receive(until: "\r\n\r\n")
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw UnexpectedAnswer(text: head) }
        return probe
    }

    /// Sends bytes on a fresh WebSocket and gives the first frame of the answer.
    static func answer(port: Int, to bytes: [UInt8]) async throws -> WebSocketFrames.Received {
        let probe = try await upgraded(port: port)
        try await probe.send(bytes)
        let frame = try await WebSocketFrames.receive(probe)
        await probe.close()
        return frame
    }

    struct UnexpectedAnswer: Error {
        let text: String
    }
}
