#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif
public import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import NIOPosix
public import NIOSSL
public import ServiceLifecycle

/// Where a server listens and what its connections may cost.
public struct EdgeServerConfiguration: Sendable {
    public var host: String
    /// 0 takes a free port; ``EdgeServer``'s `onServerRunning` tells which.
    public var port: Int
    /// Connections the kernel keeps waiting. NIO accepts quickly; a burst of reconnects should not be refused.
    public var backlog = 1024
    /// Open connections; beyond it the kernel's backlog waits. Below the usual limit of descriptors.
    public var maximumConnections = 10_000
    /// What one address may have of them.
    public struct ConnectionsPerAddress: Sendable, Equatable {
        /// Open connections of one IPv4 address or IPv6 /64 network; further ones are closed at once. A browser opens at most six,
        /// and a hundred leaves room for an office behind one address.
        public var maximum = 100
        /// Loopback, private, shared and link-local addresses are not limited: a reverse proxy there speaks for everybody.
        public var exemptsLocalNetworks = true

        public init() {}
    }

    /// Nil: no limit, for servers whose clients are a few servers.
    public var connectionsPerAddress: ConnectionsPerAddress? = ConnectionsPerAddress()
    /// From accept to the end of the first request's head (TLS included), however slowly it drips.
    public var firstRequestDeadline = Duration.seconds(10)
    /// From the end of an upgrade request to the answer of the route's authorise closure.
    public var upgradeDeadline = Duration.seconds(10)
    /// From a request's head to the end of its body. Absolute.
    public var requestBodyDeadline = Duration.seconds(30)
    /// How long a client may take nothing of a response although much of it waits (64 KiB down to 32).
    public var responseStallDeadline = Duration.seconds(30)
    /// How long what a client still sends is dropped after our last response, so that it can read that. Over TLS the connection then has
    /// NIOSSL's own time to shut down (5 s) on top.
    public var lingerTime = Duration.seconds(2)
    /// How long a connection may wait for its next request.
    public var idleTimeout = Duration.seconds(60)
    /// Of all header fields together, and of each.
    public var maximumHeaderBytes = 16 * 1024
    public var maximumHeaderFields = 100
    public var maximumURIBytes = 4096
    /// Whether what serves a connection runs on its event loop, which spares switches between threads; see ``EventLoopTaskExecutor``.
    /// Not for a server whose tasks compute: the loops would stand still meanwhile.
    public var runsTasksOnEventLoops = false
    /// Nil: plain HTTP, for loopback or behind a proxy that ends TLS.
    public var tls: TLSConfiguration?

    public init(host: String = "127.0.0.1", port: Int = 8080) {
        self.host = host
        self.port = port
    }
}

/// Why a server could not start. The description is one line that says what to do.
public enum EdgeServerError: Error, Sendable, CustomStringConvertible {
    case addressInUse(host: String, port: Int)
    case addressNotAvailable(host: String)
    case permissionDenied(port: Int)
    case bindFailed(host: String, port: Int, reason: String)

    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "Port \(port) on \(host) is already in use. Stop the other program or choose another port."
        case .addressNotAvailable(let host):
            "This machine has no address \(host). Choose one of its own, or 0.0.0.0 for all."
        case .permissionDenied(let port):
            "No permission to listen on port \(port). Choose a port above 1023."
        case .bindFailed(let host, let port, let reason):
            "Could not listen on \(host):\(port): \(reason)"
        }
    }
}

/// Our HTTP and WebSocket server: Hummingbird's router and lifetime with the edge's limits.
///
/// Run it in a `ServiceGroup`. At graceful shutdown it stops accepting, tells WebSockets 1001,
/// lets requests finish and returns.
public struct EdgeServer<Context: RequestContext>: Service where Context.Source == ApplicationRequestContextSource {
    private let responder: RouterResponder<Context>
    private let webSockets: [WebSocketRoute]
    private let configuration: EdgeServerConfiguration
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onServerRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - router: With its middleware and routes, complete: routes added later are not served. The
    ///     WebSocket paths are added to it.
    ///   - onServerRunning: Called with the bound port once connections are accepted.
    public init(
        router: Router<Context>,
        webSockets: [WebSocketRoute] = [],
        configuration: EdgeServerConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger,
        onServerRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        for route in webSockets {
            router.get(RouterPath(route.path)) { _, _ -> Response in
                throw WebSocketRefusal.current?.take()
                    ?? EdgeError(CommonErrorCode.upgradeRequired, headers: [.upgrade: "websocket"])
            }
        }
        responder = router.buildResponder()
        self.webSockets = webSockets
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onServerRunning = onServerRunning
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: ``EdgeServerError`` when it cannot listen; NIOSSL's errors for a bad certificate.
    public func run() async throws {
        let work = ConnectionWork()
        let setup = EdgeChannelSetup(
            configuration: configuration,
            routes: Dictionary(webSockets.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }),
            connections: configuration.connectionsPerAddress.map { ConnectionCounter($0) },
            tls: try configuration.tls.map { try NIOSSLContext(configuration: $0) },
            work: work,
            logger: logger
        )
        let onServerRunning = onServerRunning
        let configuredPort = configuration.port
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder { responder in EdgeChannel(responder: responder, setup: setup) },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: configuration.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections, logger: logger)
            ),
            onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? configuredPort) },
            eventLoopGroupProvider: .shared(eventLoopGroup),
            logger: logger
        )
        // Not a child task: it has to begin what comes until the last connection has ended, also when the server is cancelled.
        let beginner = Task { await work.begin() }
        let result: Result<Void, any Error>
        do {
            try await withTaskCancellationHandler {
                try await application.run()
            } onCancel: {
                work.cancelAll()
            }
            result = .success(())
        } catch let error as IOError {
            result = .failure(EdgeServerError(error, configuration))
        } catch is SocketAddressError {
            result = .failure(EdgeServerError.addressNotAvailable(host: configuration.host))
        } catch {
            result = .failure(error)
        }
        // After a graceful shutdown there may still be requests that do not end by themselves.
        await withTaskCancellationHandler {
            await work.end()
        } onCancel: {
            work.cancelAll()
        }
        await beginner.value
        try result.get()
    }
}

extension EdgeServerError {
    init(_ error: IOError, _ configuration: EdgeServerConfiguration) {
        switch error.errnoCode {
        case EADDRINUSE: self = .addressInUse(host: configuration.host, port: configuration.port)
        case EADDRNOTAVAIL: self = .addressNotAvailable(host: configuration.host)
        case EACCES: self = .permissionDenied(port: configuration.port)
        default: self = .bindFailed(host: configuration.host, port: configuration.port, reason: String(describing: error))
        }
    }
}
