import NIOCore
import NIOPosix

/// Accepts TCP connections, answers the first bytes of each with fixed ones, and keeps them open.
struct FakeServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let requests: AsyncStream<Void>

    static func start(answer: String?) async throws -> FakeServer {
        let (requests, seen) = AsyncStream.makeStream(of: Void.self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(answer) { seen.yield() })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(port: channel.localAddress?.port ?? 0, channel: channel, requests: requests)
    }

    func waitForRequest() async {
        for await _ in requests { return }
    }

    func stop() async {
        try? await channel.close()
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String?
        private let seen: @Sendable () -> Void

        init(_ answer: String?, seen: @escaping @Sendable () -> Void) {
            self.answer = answer
            self.seen = seen
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            seen()
            if let answer { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil) }
        }
    }
}
