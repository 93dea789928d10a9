import Crypto
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// The upstream of a load run: answers at once what keys, calls and hang-ups are answered with, and takes sidebands on which nothing is
/// said. It costs little, since it shares the machine with the server that is measured, and can nothing that a test needs; for tests
/// there is ``FakeRealtimeServer``.
///
/// It knows the addresses of the present interface (`…/realtime/client_secrets`, `…/realtime/calls`) and of the beta before it
/// (`…/realtime/sessions`, `…/realtime?model=…` with an offer).
public final class UpstreamStub: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    public let port: Int

    /// Listens on loopback.
    ///
    /// - Parameter port: 0 takes a free one.
    /// - Throws: when the port is in use.
    public init(port: Int = 0) async throws {
        self.listener = try await ServerBootstrap(group: self.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(StubConnection()) }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = self.listener.localAddress?.port ?? port
    }

    public func shutDown() async {
        try? await self.listener.close()
        try? await self.group.shutdownGracefully()
    }
}

/// One connection: requests that come one after another, or a sideband.
private final class StubConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Head {
        let line: String
        let bytes: Int
        var contentLength = 0
        var webSocketKey = ""
    }

    private static let answerText =
        FakeRealtimeServer.answer + String(repeating: "a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host\r\n", count: 20)
    private static let answer = ByteBuffer(
        bytes: FakeRealtimeServer.response(200, headers: ["Content-Type": "application/sdp"], body: answerText)
    )
    private static let secret = ByteBuffer(
        bytes: FakeRealtimeServer.response(200, body: FakeRealtimeServer.secret(value: "ek_stub", expiresAt: 4_102_444_800))
    )
    /// Of the size of a real one.
    private static let session = ByteBuffer(
        bytes: FakeRealtimeServer.response(
            200,
            body: #"{"id":"sess_stub","object":"realtime.session","model":"gpt-4o-realtime-preview-2024-12-17","instructions":""#
                + String(repeating: "Speak kindly. ", count: 32)
                + #"","voice":"alloy","client_secret":{"value":"ek_stub","expires_at":4102444800}}"#
        )
    )
    private static let empty = ByteBuffer(bytes: FakeRealtimeServer.response(200, body: "{}"))
    private static let unknown = ByteBuffer(bytes: FakeRealtimeServer.response(404, body: #"{"error":{"code":"not_found"}}"#))

    private var bytes = ByteBuffer()
    private var isSideband = false
    private static let calls = Atomic<Int>(0)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var new = self.unwrapInboundIn(data)
        if self.bytes.readableBytes == 0 { self.bytes = new } else { self.bytes.writeBuffer(&new) }
        while self.isSideband ? self.takeFrame(context) : self.takeRequest(context) {}
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: Requests

    /// - Returns: whether there may be another one.
    private func takeRequest(_ context: ChannelHandlerContext) -> Bool {
        guard let head = self.head(), self.bytes.readableBytes >= head.bytes + head.contentLength else { return false }
        self.bytes.moveReaderIndex(forwardBy: head.bytes + head.contentLength)
        let target = head.line.split(separator: " ").dropFirst().first ?? ""
        let path = target.prefix { $0 != "?" }
        if path.hasSuffix("/realtime/calls") {
            let number = Self.calls.add(1, ordering: .relaxed).newValue
            let location = "/v1/realtime/calls/rtc_\(number)"
            let headers = ["Content-Type": "application/sdp", "Location": location]
            self.send(ByteBuffer(bytes: FakeRealtimeServer.response(201, headers: headers, body: Self.answerText)), context)
        } else if path.hasSuffix("/hangup") || path.contains("/models/") {
            self.send(Self.empty, context)
        } else if path.hasSuffix("/realtime/client_secrets") {
            self.send(Self.secret, context)
        } else if path.hasSuffix("/realtime/sessions") {
            self.send(Self.session, context)
        } else if path.hasSuffix("/realtime"), !head.webSocketKey.isEmpty {
            self.isSideband = true
            // RFC 6455, section 4.2.2.
            let digest = Insecure.SHA1.hash(data: Data((head.webSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
            let accept = Data(digest).base64EncodedString()
            self.send(
                ByteBuffer(
                    string: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
                ),
                context
            )
        } else if path.hasSuffix("/realtime") {
            self.send(Self.answer, context)
        } else {
            self.send(Self.unknown, context)
        }
        return true
    }

    private func head() -> Head? {
        guard let length = self.bytes.firstIndex(of: "\r\n\r\n"),
            let text = self.bytes.getString(at: self.bytes.readerIndex, length: length)
        else { return nil }
        let lines = text.split(separator: "\r\n")
        var head = Head(line: String(lines.first ?? ""), bytes: length + 4)
        for line in lines.dropFirst() {
            guard let colon = line.utf8.firstIndex(of: 0x3A) else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "content-length": head.contentLength = Int(value) ?? 0
            case "sec-websocket-key": head.webSocketKey = String(value)
            default: break
            }
        }
        return head
    }

    // MARK: The sideband

    /// - Returns: whether there may be another one.
    private func takeFrame(_ context: ChannelHandlerContext) -> Bool {
        let start = self.bytes.readerIndex
        guard let first = self.bytes.getInteger(at: start, as: UInt8.self),
            let second = self.bytes.getInteger(at: start + 1, as: UInt8.self)
        else { return false }
        var (head, length) = (6, Int(second & 0x7F))
        if length == 126 {
            guard let extended = self.bytes.getInteger(at: start + 2, as: UInt16.self) else { return false }
            (head, length) = (8, Int(extended))
        }
        guard self.bytes.readableBytes >= head + length else { return false }
        let mask = self.bytes.getBytes(at: start + head - 4, length: 4) ?? []
        let payload = self.bytes.getBytes(at: start + head, length: length) ?? []
        self.bytes.moveReaderIndex(forwardBy: head + length)
        switch first & 0x0F {
        case 8:
            let unmasked = payload.enumerated().map { $1 ^ mask[$0 % 4] }
            self.send(ByteBuffer(bytes: WebSocketFrames.frame(opcode: 8, payload: unmasked, masked: false)), context)
            context.close(promise: nil)
            return false
        case 9:
            let unmasked = payload.enumerated().map { $1 ^ mask[$0 % 4] }
            self.send(ByteBuffer(bytes: WebSocketFrames.frame(opcode: 10, payload: unmasked, masked: false)), context)
        default: break
        }
        return true
    }
}
