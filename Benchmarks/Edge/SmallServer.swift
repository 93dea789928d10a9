import ArgumentParser
import Hummingbird
import Logging
import NIOCore
import ServerEdge
import ServiceLifecycle
import UnixSignals

/// The smallest server of ours: what it costs and withstands is the edge's doing alone.
struct SmallServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves /health, POST /echo and the WebSocket /ws on loopback until SIGTERM."
    )

    @Option var port = 8090
    @Option(help: "Seconds between pings; 0: none.") var pingSeconds = 20

    func run() async throws {
        var logger = Logger(label: "edge")
        logger.logLevel = .warning
        let router = Router(context: EdgeRequestContext.self)
        router.addEdgeMiddleware()
        router.get("health") { _, _ in "healthy" }
        // More than the kernel's buffers hold. One buffer for all: what a slow reader costs is then the edge's doing.
        let large = ByteBuffer(repeating: 0x61, count: 4 << 20)
        router.get("large") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: large)) }
        router.post("echo") { request, _ in try await request.collectText(upTo: EdgeRequestContext.maximumBodyBytes) }
        var limits = WebSocketLimits()
        limits.pingInterval = pingSeconds > 0 ? .seconds(pingSeconds) : nil
        let route = WebSocketRoute("/ws", limits: limits) { _ in
            WebSocketAcceptance(receiver: { connection in
                WebSocketReceiver(received: { connection.send($0) }, ended: {})
            })
        }
        var configuration = EdgeServerConfiguration(port: port)
        configuration.maximumConnections = 15_000
        let server = EdgeServer(router: router, webSockets: [route], configuration: configuration, logger: logger)
        try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}
