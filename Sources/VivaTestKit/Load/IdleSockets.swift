import NIOCore
import NIOPosix
import Synchronization

/// Many WebSockets that say nothing, or some messages and then nothing, and answer pings.
public final class IdleSockets: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let target: LoadTarget
    private let path: String
    private let deadline: TimeAmount
    private let counter = OpenCounter()

    /// - Parameter deadline: a server that has not opened a socket and answered its messages within this has failed.
    /// - Throws: when the host has no address.
    public init(host: String, port: Int, path: String, deadline: Duration = .seconds(15)) throws {
        self.deadline = TimeAmount(deadline)
        self.target = LoadTarget(address: try .makeAddressResolvingHost(host, port: port), eventLoop: self.group.next())
        self.path = path
    }

    /// Sockets that are open now.
    public var open: Int { self.counter.open.load(ordering: .relaxed) }

    /// Opens sockets, so many at a time.
    ///
    /// - Parameter messages: exchanged on each of them with a server that answers every message with one.
    /// - Throws: ``LoadFailure``, or what connecting failed with.
    public func open(_ count: Int, messages: Int, atATime batch: Int) async throws {
        for start in stride(from: 0, to: count, by: max(1, batch)) {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in start..<min(start + max(1, batch), count) {
                    tasks.addTask { try await self.openOne(number, messages) }
                }
                try await tasks.waitForAll()
            }
        }
    }

    private func openOne(_ number: Int, _ messages: Int) async throws {
        let ready = self.target.eventLoop.makePromise(of: Void.self)
        let timeout = self.target.eventLoop.scheduleTask(in: self.deadline) { ready.fail(LoadFailure.timedOut) }
        defer { timeout.cancel() }
        do {
            _ = try await self.target.connect(number: number) { [path, counter] in
                IdleSocket(path: path, messages: messages, ready: ready, counter)
            }.get()
        } catch {
            ready.fail(error)
        }
        try await ready.futureResult.get()
    }

    /// Closes all of them.
    public func shutDown() async { try? await self.group.shutdownGracefully() }
}

private final class OpenCounter: Sendable {
    let open = Atomic<Int>(0)
}

/// Upgrades, exchanges some messages, then answers pings only.
private final class IdleSocket: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let ready: EventLoopPromise<Void>
    private let counter: OpenCounter
    private let path: String
    private var messages: Int
    private var bytes: [UInt8] = []
    private var isUpgraded = false

    init(path: String, messages: Int, ready: EventLoopPromise<Void>, _ counter: OpenCounter) {
        self.path = path
        self.ready = ready
        self.messages = messages
        self.counter = counter
    }

    func channelActive(context: ChannelHandlerContext) {
        write(Array(WebSocketFrames.upgradeRequest(path: path).utf8), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if !isUpgraded {
            guard let end = bytes.indices.dropLast(3).first(where: { bytes[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }) else { return }
            guard bytes.starts(with: "HTTP/1.1 101".utf8) else {
                ready.fail(LoadFailure.upgradeRefused)
                return context.close(promise: nil)
            }
            bytes.removeFirst(end + 4)
            isUpgraded = true
            counter.open.add(1, ordering: .relaxed)
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
        guard messages > 0 else { return ready.succeed() }
        messages -= 1
        write(WebSocketFrames.text(String(repeating: "m", count: 100)), context)
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isUpgraded { counter.open.subtract(1, ordering: .relaxed) }
        ready.fail(ChannelError.eof)
    }
}
