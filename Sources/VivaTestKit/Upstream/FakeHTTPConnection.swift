import Foundation
import NIOCore
import NIOPosix

/// One accepted connection of the fake: bytes in, bytes out, and nothing in between that would prevent a fault.
struct FakeHTTPConnection: Sendable {
    /// A request as it came. The fake's clients send a length or no body.
    struct Request: Sendable {
        let method: String
        /// Path and query.
        let target: String
        let headers: [String: String]
        let body: String

        var path: String { String(target.prefix { $0 != "?" }) }

        func queryItem(_ name: String) -> String? {
            target.drop { $0 != "?" }.dropFirst().split(separator: "&").first { $0.hasPrefix(name + "=") }.map {
                String($0.dropFirst(name.count + 1))
            }
        }
    }

    /// A request of the gateway is a few KiB; this only bounds a fault of a test.
    static let longestRequest = 1 << 20

    let channel: any Channel
    let bytes: AsyncStream<ByteBuffer>

    func send(_ bytes: some Sequence<UInt8>) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Queues bytes without waiting; they keep their order.
    func queue(_ bytes: some Sequence<UInt8>) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func close() async {
        try? await channel.close()
    }

    /// Ends the connection with RST, as a process that dies or a firewall does.
    func reset() async {
        try? await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        await close()
    }

    /// Feeds what a channel receives into a stream. The stream is not bounded: the peers of the fake are tests.
    final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let received: AsyncStream<ByteBuffer>.Continuation

        init(_ received: AsyncStream<ByteBuffer>.Continuation) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.yield(unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            received.finish()
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            received.finish()
        }
    }
}

/// Takes requests and WebSocket frames out of the bytes of one connection.
struct FakeByteReader {
    private var source: AsyncStream<ByteBuffer>.Iterator
    private var waiting: [UInt8] = []

    init(_ bytes: AsyncStream<ByteBuffer>) {
        source = bytes.makeAsyncIterator()
    }

    /// nil when the peer has closed before.
    mutating func read(_ count: Int) async -> [UInt8]? {
        while waiting.count < count {
            guard await more() else { return nil }
        }
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// Waits until the peer closes.
    mutating func readToEnd() async {
        while await more() { waiting = [] }
    }

    mutating func request() async -> FakeHTTPConnection.Request? {
        let end = Array("\r\n\r\n".utf8)
        var length: Int?
        while length == nil {
            length = waiting.firstRange(of: end)?.upperBound
            if length == nil {
                guard waiting.count < FakeHTTPConnection.longestRequest, await more() else { return nil }
            }
        }
        guard let head = await read(length ?? 0) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let bodyLength = headers["content-length"].flatMap { Int($0) } ?? 0
        guard bodyLength <= FakeHTTPConnection.longestRequest, let body = await read(bodyLength) else { return nil }
        return FakeHTTPConnection.Request(
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: String(decoding: body, as: UTF8.self)
        )
    }

    /// One frame of a client, unmasked.
    mutating func frame() async -> (opcode: UInt8, isFinal: Bool, payload: [UInt8])? {
        guard let head = await read(2) else { return nil }
        var length = Int(head[1] & 0x7F)
        if length >= 126 {
            guard let extended = await read(length == 126 ? 2 : 8) else { return nil }
            length = extended.reduce(0) { $0 << 8 | Int($1) }
        }
        guard length <= FakeHTTPConnection.longestRequest, let mask = await read(4), let payload = await read(length) else { return nil }
        return (head[0] & 0x0F, head[0] & 0x80 != 0, payload.enumerated().map { $1 ^ mask[$0 % 4] })
    }

    private mutating func more() async -> Bool {
        guard let next = await source.next() else { return false }
        waiting += next.readableBytesView
        return true
    }
}
