public import HTTPTypes
public import NIOCore
import NIOHTTP1
public import NIOPosix
public import NIOSSL
import Synchronization

/// Why a WebSocket could not be opened. No case carries an address, a header or a body.
public enum WebSocketClientError: Error, Sendable {
    /// Not a `ws`, `wss`, `http` or `https` address, or a header or subprotocol that cannot be sent.
    case invalidRequest
    /// The deadline passed.
    case timedOut
    case cancelled
    /// No connection, or it broke before the handshake ended; TLS failures included.
    case connectionFailed(any Error)
    /// The server answered something else than 101.
    case refused(status: Int, retryAfter: Duration?)
    /// The answer was 101 but not a valid one.
    case invalidHandshake
}

/// Opens WebSockets as a client, over TCP or TLS.
public struct WebSocketClient: Sendable {
    private let eventLoopGroup: any EventLoopGroup
    private let tls: SharedContext

    /// Made with the first secure connection and kept: it reads the certificates that the system trusts.
    private final class SharedContext: Sendable {
        private let configuration: TLSConfiguration
        private let context = Mutex<NIOSSLContext?>(nil)

        init(_ configuration: TLSConfiguration) { self.configuration = configuration }

        func get() throws -> NIOSSLContext {
            try context.withLock { context in
                if let context { return context }
                let made = try NIOSSLContext(configuration: configuration)
                context = made
                return made
            }
        }
    }

    public init(
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        tls: TLSConfiguration = .makeClientConfiguration()
    ) {
        self.eventLoopGroup = eventLoopGroup
        self.tls = SharedContext(tls)
    }

    /// Connects and waits for the end of the handshake. Redirects aren't followed.
    ///
    /// - Parameters:
    ///   - url: `ws`, `wss`, `http` or `https`, with path and query.
    ///   - headers: Added to the request, for instance `Authorization`.
    ///   - deadline: For everything: name, TCP, TLS and handshake.
    /// - Returns: The open connection. Close it when it is no longer needed.
    public func connect(
        to url: String,
        headers: HTTPFields = [:],
        subprotocols: [String] = [],
        limits: WebSocketLimits = WebSocketLimits(),
        deadline: Duration = .seconds(3)
    ) async throws(WebSocketClientError) -> WebSocketConnection {
        guard let address = WebSocketURL(url), subprotocols.allSatisfy(WebSocketHandshake.isToken) else { throw .invalidRequest }
        if Task.isCancelled { throw .cancelled }
        let attempt = WebSocketConnectAttempt()
        do {
            let connection = try await open(
                address,
                headers: headers,
                subprotocols: subprotocols,
                limits: limits,
                deadline: deadline,
                attempt: attempt
            )
            if let reason = attempt.finish(keepingChannel: true) {
                connection.close(.goingAway)
                throw reason
            }
            return connection
        } catch {
            let reason = attempt.finish(keepingChannel: false)
            throw reason ?? WebSocketClientError(error)
        }
    }

    private func open(
        _ address: WebSocketURL,
        headers: HTTPFields,
        subprotocols: [String],
        limits: WebSocketLimits,
        deadline: Duration,
        attempt: WebSocketConnectAttempt
    ) async throws -> WebSocketConnection {
        let tls = address.isSecure ? try self.tls.get() : nil
        let handshake = WebSocketClientHandshake(
            address: address,
            headers: headers,
            subprotocols: subprotocols,
            limits: limits,
            tls: tls
        )
        let end = NIODeadline.now() + TimeAmount(deadline)
        return try await withTaskCancellationHandler {
            let bootstrap = ClientBootstrap(group: eventLoopGroup)
                .connectTimeout(TimeAmount(deadline))
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
            let configure = { @Sendable (channel: any Channel) in
                attempt.started(channel, deadline: end)
                return channel.eventLoop.makeCompletedFuture { try handshake.configure(channel) }
            }
            // Digits need no resolver, which takes a thread and some races.
            let negotiated =
                if address.hostIsAddress, let digits = try? SocketAddress(ipAddress: address.host, port: address.port) {
                    try await bootstrap.connect(to: digits, channelInitializer: configure)
                } else {
                    try await bootstrap.connect(host: address.host, port: address.port, channelInitializer: configure)
                }
            switch try await negotiated.get() {
            case .open(let connection):
                return connection
            case .refused(let head):
                let head = try await head.get()
                let retryAfter = head.headers.first(name: "retry-after").flatMap { Int($0) }
                throw WebSocketClientError.refused(
                    status: Int(head.status.code),
                    retryAfter: retryAfter.map { .seconds(min(max(0, $0), 86_400)) }
                )
            }
        } onCancel: {
            attempt.cancel()
        }
    }
}

extension WebSocketClientError {
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as WebSocketClientError: self = error
        case is NIOHTTPClientUpgradeError, is HTTPParserError: self = .invalidHandshake
        case ChannelError.connectTimeout: self = .timedOut
        default: self = .connectionFailed(error)
        }
    }
}
