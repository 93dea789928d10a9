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
}

/// What the connections of one server share.
struct EdgeChannelSetup: Sendable {
    let configuration: EdgeServerConfiguration
    let routes: [String: WebSocketRoute]
    let connections: ConnectionCounter?
    let tls: NIOSSLContext?
    let work: ConnectionWork
    let logger: Logger

    /// The WebSocket route a request wants; nil when it is plain HTTP.
    func route(for head: HTTPRequestHead) -> WebSocketRoute? {
        guard WebSocketHandshake.isWanted(head) else { return nil }
        return routes[String(WebSocketRequest.split(head.uri).path)]
    }

    /// Where the tasks of a connection run; nil: on the threads of the language.
    func executor(_ eventLoop: any EventLoop) -> EventLoopTaskExecutor? {
        configuration.runsTasksOnEventLoops ? EventLoopTaskExecutor(eventLoop) : nil
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
    }

    let responder: HTTPChannelHandler.Responder
    let setup: EdgeChannelSetup

    /// Doesn't wait for the first request: the channel is read from when this future completes.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let connections = setup.connections, !connections.admit(channel) {
            channel.eventLoop.execute { channel.close(promise: nil) }
            return channel.eventLoop.makeSucceededFuture(Value(channel: channel))
        }
        return channel.eventLoop.makeCompletedFuture {
            try Self.limitReadBuffers(channel)
            try Self.limitSendBuffer(channel)
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
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(
                FirstRequestSwitch(setup: setup, decoder: decoder, encoder: encoder) { [eventLoop = channel.eventLoop] in
                    begin($0, on: eventLoop, logger)
                }
            )
            return Value(channel: channel)
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

    /// Bytes that the kernel takes of a response and cannot send yet, because the client does not read. More are taken when half of
    /// them have left; what is on its way is not counted, so a fast client is not held up.
    ///
    /// By default it takes up to 4 MiB for each connection. Two thousand clients that ask for much and read nothing had it take
    /// 1.6 GB within seconds, in which nobody else was served.
    private static let maximumUnsentBytes: SocketOptionValue = 32 * 1024

    private static func limitSendBuffer(_ channel: any Channel) throws {
        #if os(Linux)
            let notSentLowWater = NIOBSDSocket.Option(rawValue: 25)  // TCP_NOTSENT_LOWAT of linux/tcp.h
            try channel.syncOptions?.setOption(
                ChannelOptions.Types.SocketOption(level: .tcp, name: notSentLowWater),
                value: maximumUnsentBytes
            )
        #endif
    }

    /// Nothing: what a connection does begins with its first request, and is no child of the accept loop's group.
    func handle(value: Value, logger: Logger) async {}

    private func begin(_ negotiation: EdgeNegotiation, on eventLoop: any EventLoop, _ logger: Logger) {
        let executor = setup.executor(eventLoop)
        switch negotiation {
        case .http(let channel, let refusal):
            setup.work.run { _ in
                await withTaskExecutorPreference(executor) {
                    await WebSocketRefusal.$current.withValue(refusal) {
                        await handleHTTP(asyncChannel: channel, logger: logger)
                    }
                }
            }
        case .webSocket(let connection, let handler):
            setup.work.run { _ in
                await withTaskExecutorPreference(executor) {
                    await handler(connection)
                    connection.close()
                    _ = await connection.closure()
                }
            }
        }
    }
}
