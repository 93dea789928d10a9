import NIOCore
import NIOPosix
import Synchronization

/// A raw TCP connection for tests that send what no proper client would.
public final class TCPProbe: Sendable {
    public enum Failure: Error, CustomStringConvertible {
        /// Nothing of what was waited for came in time; what came instead.
        case timedOut([UInt8])
        /// The server closed before what was waited for came; what came instead.
        case ended([UInt8])

        public var description: String {
            switch self {
            case .timedOut(let bytes): "timed out after \(bytes.count) bytes: \(String(decoding: bytes.prefix(400), as: UTF8.self))"
            case .ended(let bytes): "ended after \(bytes.count) bytes: \(String(decoding: bytes.prefix(400), as: UTF8.self))"
            }
        }
    }

    /// Only a guard against a test that hangs; no test measures it.
    public static let patience = Duration.seconds(20)

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    public static func connect(host: String = "127.0.0.1", port: Int) async throws -> TCPProbe {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(inbox)) }
            }
            .connect(host: host, port: port).get()
        return TCPProbe(channel: channel, inbox: inbox)
    }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Waits until at least `count` bytes came and takes them out.
    public func receive(_ count: Int) async throws -> [UInt8] {
        try await inbox.take { $0.count >= count ? count : nil }
    }

    /// Waits for `end` and takes everything up to and with it.
    public func receive(until end: String) async throws -> String {
        let mark = Array(end.utf8)
        let bytes = try await inbox.take { bytes in
            guard bytes.count >= mark.count else { return nil }
            return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }.map { $0 + mark.count }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the server to end its side and takes all that came.
    public func receiveToEnd() async throws -> [UInt8] {
        try await inbox.takeAll()
    }

    /// Takes nothing more from the socket, so that the kernel's buffers fill and the server cannot write.
    public func pauseReading() async {
        try? await channel.setOption(.autoRead, value: false).get()
    }

    /// Ends our side only.
    public func finishSending() async throws {
        try await channel.close(mode: .output)
    }

    public func close() async {
        try? await channel.close()
    }

    private final class Inbox: Sendable {
        /// Bytes, an error, or nil: something came, look again.
        private typealias Outcome = Result<[UInt8]?, any Error>

        private struct State {
            var bytes: [UInt8] = []
            var isEnded = false
            var waiter: CheckedContinuation<Outcome, Never>?
        }

        private let state = Mutex(State())

        func append(_ bytes: [UInt8]) {
            wake { $0.bytes += bytes }
        }

        func end() {
            wake { $0.isEnded = true }
        }

        func take(_ length: @Sendable ([UInt8]) -> Int?) async throws -> [UInt8] {
            try await waiting { state in
                if let count = length(state.bytes) {
                    defer { state.bytes.removeFirst(count) }
                    return Array(state.bytes.prefix(count))
                }
                if state.isEnded { throw Failure.ended(state.bytes) }
                return nil
            }
        }

        func takeAll() async throws -> [UInt8] {
            try await waiting { state in
                guard state.isEnded else { return nil }
                defer { state.bytes = [] }
                return state.bytes
            }
        }

        private func wake(_ change: (inout State) -> Void) {
            let waiter = state.withLock { state in
                change(&state)
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: .success(nil))
        }

        private func waiting(_ attempt: @Sendable (inout State) throws -> [UInt8]?) async throws -> [UInt8] {
            let deadline = ContinuousClock.now + TCPProbe.patience
            let alarm = Task { [self] in
                try? await Task.sleep(until: deadline, clock: .continuous)
                wake { _ in }
            }
            defer { alarm.cancel() }
            while true {
                let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
                    let ready = state.withLock { state -> Outcome? in
                        do {
                            if let bytes = try attempt(&state) { return .success(bytes) }
                        } catch {
                            return .failure(error)
                        }
                        if ContinuousClock.now >= deadline { return .failure(Failure.timedOut(state.bytes)) }
                        state.waiter = continuation
                        return nil
                    }
                    if let ready { continuation.resume(returning: ready) }
                }
                if let bytes = try outcome.get() { return bytes }
            }
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbox: Inbox

        init(_ inbox: Inbox) {
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox.append(Array(unwrapInboundIn(data).readableBytesView))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { inbox.end() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            inbox.end()
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.end()
        }
    }
}
