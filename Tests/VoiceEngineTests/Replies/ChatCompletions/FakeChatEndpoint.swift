import NIOCore
import NIOPosix
import Synchronization

/// A chat completions endpoint over real sockets that answers each connection with the next of its scripts.
final class FakeChatEndpoint: Sendable {
    enum Step: Sendable {
        case send(String)
        /// Waits for `proceed`.
        case hold
        case close
    }

    private struct State {
        var scripts: [[Step]]
        var requests: [String] = []
        var held: [Connection] = []
        /// A client may have read what was sent, and the test may have said `proceed`, before the connection comes to its `hold`.
        var isAllowedToProceed = false

        /// Whether the connection is to wait; else it was already told to go on.
        mutating func holds(_ connection: Connection) -> Bool {
            if isAllowedToProceed {
                isAllowedToProceed = false
                return false
            }
            held.append(connection)
            return true
        }
    }

    private let state: Mutex<State>
    private let channel = Mutex<(any Channel)?>(nil)
    private let requestNews: AsyncStream<Void>
    private let requestSource: AsyncStream<Void>.Continuation
    private let closeNews: AsyncStream<Void>
    private let closeSource: AsyncStream<Void>.Continuation

    private init(_ scripts: [[Step]]) {
        state = Mutex(State(scripts: scripts))
        (requestNews, requestSource) = AsyncStream.makeStream()
        (closeNews, closeSource) = AsyncStream.makeStream()
    }

    /// Runs an endpoint for the length of `body`. The last script answers all further connections.
    static func run<Result>(
        _ scripts: [[Step]],
        body: (_ endpoint: FakeChatEndpoint, _ baseURL: String) async throws -> Result
    ) async throws -> Result {
        let endpoint = FakeChatEndpoint(scripts)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(endpoint, channel))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(endpoint, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1")
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// The heads and bodies of all requests so far.
    var requests: [String] { state.withLock(\.requests) }

    func waitForRequest() async {
        for await _ in requestNews { return }
    }

    /// Waits until a client has closed a connection.
    func waitForClose() async {
        for await _ in closeNews { return }
    }

    /// Lets the held connections go on, or the next one to hold when there is none.
    func proceed() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isAllowedToProceed = state.held.isEmpty
            return state.held
        }
        for connection in held { connection.proceed() }
    }

    private func received(_ request: String) -> [Step] {
        defer { requestSource.yield() }
        return state.withLock { state in
            state.requests.append(request)
            return state.scripts.count > 1 ? state.scripts.removeFirst() : state.scripts.first ?? []
        }
    }

    // MARK: Answers

    static func head(_ status: String = "200 OK", _ fields: [String] = ["Content-Type: text/event-stream", "Connection: close"]) -> Step {
        .send((["HTTP/1.1 \(status)"] + fields).joined(separator: "\r\n") + "\r\n\r\n")
    }

    static func refusal(_ status: String, _ fields: [String] = []) -> [Step] {
        [head(status, fields + ["Content-Length: 6"]), .send("canary")]
    }

    static func event(_ json: String) -> Step { .send("data: \(json)\n\n") }

    static func word(_ text: String) -> Step {
        event(#"{"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":null}]}"#)
    }

    static let stop: Step = event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
    static let done: Step = event("[DONE]")

    /// A whole reply of one word.
    static func reply(_ text: String) -> [Step] { [head(), word(text), stop, done, .close] }

    /// Lives on its channel's event loop; only `proceed` is called from elsewhere.
    private final class Connection: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let endpoint: FakeChatEndpoint
        private let channel: any Channel
        private let local: NIOLoopBound<Local>

        private final class Local {
            var request = ""
            var steps: [Step] = []
            var isClosing = false
        }

        init(_ endpoint: FakeChatEndpoint, _ channel: any Channel) {
            self.endpoint = endpoint
            self.channel = channel
            local = NIOLoopBound(Local(), eventLoop: channel.eventLoop)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let local = local.value
            local.request += String(buffer: unwrapInboundIn(data))
            guard let end = local.request.firstRange(of: "\r\n\r\n")?.upperBound, isWhole(local.request, end) else { return }
            local.steps = endpoint.received(local.request)
            local.request = ""
            perform()
        }

        private func isWhole(_ request: String, _ headEnd: String.Index) -> Bool {
            let line = request[..<headEnd].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            let length = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
            return request[headEnd...].utf8.count >= length
        }

        func channelInactive(context: ChannelHandlerContext) {
            if !local.value.isClosing { endpoint.closeSource.yield() }
        }

        func proceed() {
            channel.eventLoop.execute { self.perform() }
        }

        private func perform() {
            let local = local.value
            while !local.steps.isEmpty {
                switch local.steps.removeFirst() {
                case .send(let text): channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
                case .hold:
                    if endpoint.state.withLock({ $0.holds(self) }) { return }
                case .close:
                    local.isClosing = true
                    channel.close(promise: nil)
                    return
                }
            }
        }
    }
}
