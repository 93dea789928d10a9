import NIOCore
import NIOPosix

/// Where a server is, and how it is reached: from several addresses of loopback, since each has 28,000 ports, and a closed connection
/// keeps its port for a minute.
struct LoadTarget: Sendable {
    let address: SocketAddress
    let eventLoop: any EventLoop

    private static let localAddresses = 8

    /// Connects with a handler that is made on the loop.
    func connect(number: Int, _ handler: @escaping @Sendable () -> any ChannelHandler) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: self.eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler()) }
        }
        guard self.address.ipAddress == "127.0.0.1",
            let local = try? SocketAddress(ipAddress: "127.0.1.\(1 + number % Self.localAddresses)", port: 0)
        else { return bootstrap.connect(to: self.address) }
        return bootstrap.bind(to: local).connect(to: self.address)
    }
}

/// What has connections of this kind, on one event loop.
protocol LoadPeer: AnyObject {
    associatedtype Line: Sendable
    func received(_ bytes: inout ByteBuffer, on line: Line)
    func closed(_ line: Line)
}

/// Hands the bytes of a connection to whose connection it is.
final class LineHandler<Peer: LoadPeer>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: NIOLoopBound<Peer>
    private let line: Peer.Line

    init(_ peer: NIOLoopBound<Peer>, _ line: Peer.Line) {
        self.peer = peer
        self.line = line
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.peer.value.received(&bytes, on: self.line)
    }

    func channelInactive(context: ChannelHandlerContext) { self.peer.value.closed(self.line) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
