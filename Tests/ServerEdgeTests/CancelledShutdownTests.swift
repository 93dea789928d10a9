import Hummingbird
import ServerEdge
import ServiceLifecycle
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(1))) struct CancelledShutdownTests {
    @Test("a server that is cancelled while it shuts down cancels the request it still waits for, and ends")
    func cancelled() async throws {
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let router = Router(context: EdgeRequestContext.self)
        router.get("endless") { _, _ in
            begin.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return "cancelled"
        }
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        let log = LogCapture()
        let server = EdgeServer(
            router: router,
            configuration: EdgeServerConfiguration(port: 0),
            logger: log.logger(),
            onServerRunning: { running.yield($0) }
        )
        let services = ServiceGroup(services: [server], logger: log.logger())
        let run = Task { try await services.run() }
        let port = try #require(await ports.first { _ in true })
        let probe = try await TCPProbe.connect(port: port)
        try await probe.send(Array("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        for await _ in began { break }
        await services.triggerGracefulShutdown()
        // Nobody listens any more: what is left is the request.
        while let other = try? await TCPProbe.connect(port: port) { await other.close() }
        for _ in 0..<1_000 { await Task.yield() }
        run.cancel()
        _ = await run.result
        await probe.close()
    }
}
