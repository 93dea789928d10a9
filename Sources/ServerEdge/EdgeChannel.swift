import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL

/// What a connection turned out to be.
enum EdgeNegotiation: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, WebSocketRefusal?)
    case webSocket(WebSocketConnection, @Sendable (WebSocketConnection) async -> Void)
    /// It ended before it said anything of use.
    case closed
}

/// What the connections of one server share.
struct EdgeChannelSetup: Sendable {
    let configuration: EdgeServerConfiguration
    let routes: [String: WebSocketRoute]
    let connections: ConnectionCounter?
    let tls: NIOSSLContext?
    let logger: Logger

    /// The WebSocket route a request wants; nil when it is plain HTTP.
    func route(for head: HTTPRequestHead) -> WebSocketRoute? {
        guard WebSocketHandshake.isWanted(head) else { return nil }
        return routes[String(WebSocketRequest.split(head.uri).path)]
    }

    /// Where the tasks of a connection run; nil: on the threads of the language.
    func executor(_ channel: any Channel) -> EventLoopTaskExecutor? {
        configuration.runsTasksOnEventLoops ? EventLoopTaskExecutor(channel.eventLoop) : nil
    }

    /// The handlers for HTTP, behind the first-request switch.
    func addHTTP(to channel: any Channel) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTPRequestGuard(configuration: configuration))
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: configuration.idleTimeout, logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }
}

/// A connection of ours inside Hummingbird's server: HTTP for the router, or a WebSocket.
struct EdgeChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<EdgeNegotiation>
    }

    let responder: HTTPChannelHandler.Responder
    let setup: EdgeChannelSetup

    /// Doesn't wait for the first request: the accept loop gets the value when this future completes.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let connections = setup.connections, !connections.admit(channel) {
            channel.eventLoop.execute { channel.close(promise: nil) }
            return channel.eventLoop.makeSucceededFuture(
                Value(channel: channel, negotiated: channel.eventLoop.makeSucceededFuture(.closed))
            )
        }
        return channel.eventLoop.makeCompletedFuture {
            try Self.limitReadBuffers(channel)
            let pipeline = channel.pipeline.syncOperations
            if let tls = setup.tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = setup.configuration.maximumHeaderBytes
            limits.maxHeaderListSize = setup.configuration.maximumHeaderBytes
            limits.maxHeaderFieldCount = setup.configuration.maximumHeaderFields
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits),
                // What the parser may keep of an unfinished line, and one read of the socket behind it.
                maximumBufferSize: setup.configuration.maximumHeaderBytes + setup.configuration.maximumURIBytes + 64 * 1024
            )
            let negotiated = channel.eventLoop.makePromise(of: EdgeNegotiation.self)
            do {
                try pipeline.addHandler(encoder)
                try pipeline.addHandler(decoder)
                try pipeline.addHandler(
                    FirstRequestSwitch(setup: setup, decoder: decoder, encoder: encoder, negotiated: negotiated)
                )
            } catch {
                negotiated.fail(error)
                throw error
            }
            return Value(channel: channel, negotiated: negotiated.futureResult)
        }
    }

    /// A channel keeps the buffers that it reads into as long as it lives: by default up to four, of 2 KiB for a silent peer and of
    /// 64 KiB each for one that once sent a burst. Here it keeps one, small until a peer sends much.
    private static func limitReadBuffers(_ channel: any Channel) throws {
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try channel.syncOptions?.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 16 * 1024)
        )
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(setup.executor(value.channel)) { await serve(value, logger) }
    }

    private func serve(_ value: Value, _ logger: Logger) async {
        guard let negotiation = try? await value.negotiated.get() else { return }
        switch negotiation {
        case .http(let channel, let refusal):
            await WebSocketRefusal.$current.withValue(refusal) {
                await handleHTTP(asyncChannel: channel, logger: logger)
            }
        case .webSocket(let connection, let handler):
            await handler(connection)
            connection.close()
            _ = await connection.closure()
        case .closed:
            break
        }
    }
}
