import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOSSL

/// The client's side of the opening handshake on one channel (RFC 6455 section 4.1).
struct WebSocketClientHandshake: Sendable {
    enum Outcome: Sendable {
        case open(WebSocketConnection)
        case refused(EventLoopFuture<HTTPResponseHead>)
    }

    /// Bytes of the head of the answer; beyond it the handshake fails.
    static let maximumHeaderBytes = 16 * 1024

    let address: WebSocketURL
    let headers: HTTPFields
    let subprotocols: [String]
    let limits: WebSocketLimits
    let tls: NIOSSLContext?

    /// Adds TLS, HTTP and the upgrade to a new channel; the future ends with the handshake.
    func configure(_ channel: any Channel) throws -> EventLoopFuture<Outcome> {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: address.hostIsAddress ? nil : address.host))
        }
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration<Outcome>(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: requestHead(),
                upgraders: [WebSocketClientUpgrader(key: RandomToken.webSocketKey(), subprotocols: subprotocols, limits: limits)],
                notUpgradingCompletionHandler: { channel in
                    // The answer's head is given out again only after this future has ended.
                    channel.eventLoop.makeCompletedFuture {
                        let reader = WebSocketRefusalReader(channel.eventLoop.makePromise())
                        try channel.pipeline.syncOperations.addHandler(reader)
                        return .refused(reader.head.futureResult)
                    }
                }
            )
        )
        configuration.leftOverBytesStrategy = .forwardBytes
        configuration.decoderConfiguration.maxHeaderListSize = Self.maximumHeaderBytes
        configuration.decoderConfiguration.maxHeaderFieldSize = Self.maximumHeaderBytes
        return try pipeline.configureUpgradableHTTPClientPipeline(configuration: configuration)
    }

    private func requestHead() -> HTTPRequestHead {
        var fields = HTTPHeaders(headers)
        fields.replaceOrAdd(name: "Host", value: address.hostHeader)
        if !subprotocols.isEmpty {
            fields.replaceOrAdd(name: "Sec-WebSocket-Protocol", value: subprotocols.joined(separator: ", "))
        }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: address.target, headers: fields)
    }
}

/// Decides about the server's 101 and turns the channel into a WebSocket.
private struct WebSocketClientUpgrader: NIOTypedHTTPClientProtocolUpgrader {
    typealias UpgradeResult = WebSocketClientHandshake.Outcome

    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []
    let key: String
    let subprotocols: [String]
    let limits: WebSocketLimits

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {
        upgradeRequestHeaders.replaceOrAdd(name: "Sec-WebSocket-Key", value: key)
        upgradeRequestHeaders.replaceOrAdd(name: "Sec-WebSocket-Version", value: "13")
    }

    func shouldAllowUpgrade(upgradeResponse head: HTTPResponseHead) -> Bool {
        guard head.headers["sec-websocket-accept"] == [WebSocketHandshake.acceptValue(key)] else { return false }
        guard WebSocketHandshake.lists(head.headers, "connection", "upgrade") else { return false }
        // We offer no extension, so the server may not choose one.
        guard head.headers["sec-websocket-extensions"].isEmpty else { return false }
        let chosen = head.headers["sec-websocket-protocol"]
        return chosen.count <= 1 && chosen.allSatisfy { subprotocols.contains($0) }
    }

    func upgrade(channel: any Channel, upgradeResponse head: HTTPResponseHead) -> EventLoopFuture<UpgradeResult> {
        channel.eventLoop.makeCompletedFuture {
            let connection = WebSocketConnection(
                channel: channel,
                subprotocol: head.headers.first(name: "sec-websocket-protocol"),
                limits: limits
            )
            do {
                _ = try WebSocketChannelHandler.add(
                    to: channel.pipeline.syncOperations,
                    connection: connection,
                    role: .client,
                    limits: SharedWebSocketLimits(limits)
                )
            } catch {
                connection.finish(WebSocketClosure(code: .abnormal, initiator: .local))
                throw error
            }
            return .open(connection)
        }
    }
}

/// Takes the head of an answer that isn't 101. Its body may quote our credentials and isn't read.
private final class WebSocketRefusalReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    let head: EventLoopPromise<HTTPResponseHead>

    init(_ head: EventLoopPromise<HTTPResponseHead>) {
        self.head = head
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { self.head.succeed(head) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        head.fail(ChannelError.eof)
    }
}

extension RandomToken {
    /// 16 random bytes in base64, as `Sec-WebSocket-Key` wants them.
    static func webSocketKey() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        return WebSocketHandshake.base64(bytes)
    }
}
