#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import ArgumentParser
import NIOCore
import NIOPosix
import VivaTestKit

/// Opens many WebSockets that say nothing and reads what the server's process grows by.
struct IdleSockets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "idle", abstract: "Resident bytes of a server for each idle WebSocket.")

    @Option var port = 8090
    @Option(help: "Process id of the server.") var pid: Int
    @Option var connections = 10_000
    @Option(help: "Opened at a time.") var batch = 200
    @Option(help: "Seconds to stay open before the last reading.") var hold = 25
    @Option(help: "Text messages to exchange on each socket before it is idle.") var messages = 0

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let before = try residentBytes()
        let counter = OpenCounter()
        var sockets: [any Channel] = []
        for start in stride(from: 0, to: connections, by: batch) {
            let opened = try await withThrowingTaskGroup(of: (any Channel).self) { tasks in
                for index in start..<min(start + batch, connections) {
                    tasks.addTask { try await Self.open(group, port, index, messages, counter) }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            sockets += opened
        }
        try await Task.sleep(for: .seconds(2))
        report("open", before)
        try await Task.sleep(for: .seconds(hold))
        report("after \(hold) s", before)
        print("still open: \(counter.open) of \(connections)")
        for socket in sockets { socket.close(promise: nil) }
        try await Task.sleep(for: .seconds(2))
        report("after closing", before)
        try await group.shutdownGracefully()
    }

    private func report(_ name: String, _ before: Int) {
        guard let now = try? residentBytes() else { return }
        print("\(name): \(before / 1024) KiB -> \(now / 1024) KiB, \((now - before) / connections) bytes each")
    }

    private func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) }) else {
            throw ValidationError("no VmRSS of process \(pid)")
        }
        return kilobytes * 1024
    }

    private static func open(
        _ group: any EventLoopGroup,
        _ port: Int,
        _ index: Int,
        _ messages: Int,
        _ counter: OpenCounter
    ) async throws -> any Channel {
        // 28,000 ports for each address of ours: spread over some of them.
        let local = try SocketAddress(ipAddress: "127.0.1.\(1 + index % 4)", port: 0)
        let upgraded = group.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(IdleClient(upgraded, messages: messages, counter))
                }
            }
            .bind(to: local)
            .connect(host: "127.0.0.1", port: port).get()
        try await upgraded.futureResult.get()
        return channel
    }
}

/// Counts on one event loop; read when nothing happens any more.
private final class OpenCounter: @unchecked Sendable {
    // Only the single loop of the client's group writes, and the reading waits for seconds after the last write.
    var open = 0
}

/// Upgrades, exchanges some messages, then answers pings only.
private final class IdleClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let upgraded: EventLoopPromise<Void>
    private let counter: OpenCounter
    private var messages: Int
    private var bytes: [UInt8] = []
    private var isUpgraded = false

    init(_ upgraded: EventLoopPromise<Void>, messages: Int, _ counter: OpenCounter) {
        self.upgraded = upgraded
        self.messages = messages
        self.counter = counter
    }

    func channelActive(context: ChannelHandlerContext) {
        write(Array(WebSocketFrames.upgradeRequest(path: "/ws").utf8), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if !isUpgraded {
            guard let end = bytes.indices.dropLast(3).first(where: { bytes[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }) else { return }
            guard bytes.starts(with: "HTTP/1.1 101".utf8) else { return context.close(promise: nil) }
            bytes.removeFirst(end + 4)
            isUpgraded = true
            counter.open += 1
            next(context)
        }
        // A server's small frames: two bytes, then the payload.
        while bytes.count >= 2, bytes.count >= 2 + Int(bytes[1]) {
            let opcode = bytes[0] & 0x0F
            let payload = Array(bytes[2..<(2 + Int(bytes[1]))])
            bytes.removeFirst(2 + payload.count)
            if opcode == 9 { write(WebSocketFrames.frame(opcode: 10, payload: payload), context) }
            if opcode == 1 { next(context) }
        }
    }

    private func next(_ context: ChannelHandlerContext) {
        guard messages > 0 else { return upgraded.succeed() }
        messages -= 1
        write(WebSocketFrames.text(String(repeating: "m", count: 100)), context)
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isUpgraded { counter.open -= 1 }
        upgraded.fail(ChannelError.eof)
    }
}
