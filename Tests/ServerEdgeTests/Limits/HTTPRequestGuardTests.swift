import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import Testing

@testable import ServerEdge

@Suite struct HTTPRequestGuardTests {
    @Test("a body that drips is passed on in pieces of 4 KiB, and its rest with its end")
    func pieces() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(HTTPRequestGuard(configuration: EdgeServerConfiguration()))
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["host": "a", "content-length": "10000"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        var sent: [UInt8] = []
        for number in 0..<1000 {
            let drop = (0..<10).map { UInt8(truncatingIfNeeded: number &+ $0) }
            sent += drop
            try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(bytes: drop)))
        }
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == .head(head))
        var sizes: [Int] = []
        var received: [UInt8] = []
        while case .body(let piece)? = try channel.readInbound(as: HTTPServerRequestPart.self) {
            sizes.append(piece.readableBytes)
            received += Array(piece.readableBytesView)
        }
        #expect(sizes == [4100, 4100, 1800] && received == sent)
        _ = try? channel.finish()
    }

    #if os(Linux)
        @Test("the kernel takes little of a response that its client does not read")
        func sendBuffer() async throws {
            let setup = EdgeChannelSetup(
                configuration: EdgeServerConfiguration(),
                routes: [:],
                connections: nil,
                tls: nil,
                work: ConnectionWork(),
                logger: Logger(label: "test")
            )
            let edge = EdgeChannel(responder: { _, _, _ in }, setup: setup)
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "127.0.0.1", port: 0) { channel in
                    edge.setup(channel: channel, logger: setup.logger).map(\.channel)
                }
            let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: server.channel.localAddress?.port ?? 0).get()
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    let unsent = try await connection.getOption(
                        ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: 25))
                    ).get()
                    #expect(unsent == 32 * 1024)
                    try? await connection.close()
                    break
                }
            }
            try? await client.close()
        }
    #endif
}
