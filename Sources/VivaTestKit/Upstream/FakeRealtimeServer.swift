import Crypto
import Foundation
import NIOCore
import NIOPosix
public import NIOSSL
import RealtimeProtocol
public import ServiceLifecycle
import Synchronization

/// A Realtime server that does what a test says: keys and calls over HTTP, and the sideband over WebSocket.
///
/// It has no media. The test plays the engine and the candidate by sending server events. It speaks over plain sockets
/// and shares no code with our servers and clients, so that a fault of theirs is not repeated here, and so that every
/// fault of a server can be played (``WireBehaviour``).
public final class FakeRealtimeServer: Service, Sendable {
    public struct State: Sendable {
        /// What `POST /v1/realtime/calls` does when `script` says nothing about it.
        public var behaviour = WireBehaviour.answer
        /// What each address does with the next requests, one after another; afterwards it answers as the wire says.
        public var script: [FakeRoute: [WireBehaviour]] = [:]
        public var refusesSideband = false
        /// `GET /health` answers only after this.
        public var healthAnswer: @Sendable () async -> Void = {}
        public var healthProbes = 0
        /// Calls that were answered.
        public var created: [String] = []
        public var hungUp: [String] = []
        /// How long a hang-up takes.
        public var hangUpDelay: Duration = .zero
        /// Bodies and keys of the requests for calls.
        public var bodies: [String] = []
        public var authorizations: [String] = []
        /// Every request, as `METHOD target`, in the order of arrival.
        public var requests: [String] = []
        /// The SDP answer to calls.
        public var answer = FakeRealtimeServer.answer
        /// The answer to a request for a key.
        public var secret = FakeRealtimeServer.secret(value: "ek_fake_1", expiresAt: 1_800_000_600)
        /// The models it knows; nil: every one.
        public var models: Set<String>?
        /// What it does when it is asked to speak.
        public var reaction: @Sendable (FakeCall, FakeReply) -> Void = { call, reply in call.speak(reply) }
    }

    /// An offer or answer with Opus.
    public static let answer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"

    /// The body that mints a key (realtime-api.md, 2.1).
    public static func secret(value: String, expiresAt: Int) -> String {
        #"{"value":"\#(value)","expires_at":\#(expiresAt),"#
            + #""session":{"type":"realtime","object":"realtime.session","id":"sess_fake_1","expires_at":0}}"#
    }

    private let state = Mutex(State())
    private let tls: TLSConfiguration?
    private let calls: AsyncStream<FakeCall>
    private let newCall: AsyncStream<FakeCall>.Continuation
    private let ports: AsyncStream<Int>
    private let newPort: AsyncStream<Int>.Continuation

    /// - Parameter tls: serves TLS with this certificate.
    public init(tls: TLSConfiguration? = nil) {
        self.tls = tls
        (calls, newCall) = AsyncStream.makeStream()
        (ports, newPort) = AsyncStream.makeStream()
    }

    /// Where it listens, once it does.
    public func port() async throws -> Int {
        for await port in ports { return port }
        throw CancellationError()
    }

    /// The next call whose sideband is attached.
    public func nextCall() async throws -> FakeCall {
        for await call in calls { return call }
        throw CancellationError()
    }

    public func with<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

    public func run() async throws {
        let (connections, accepted) = AsyncStream.makeStream(of: FakeHTTPConnection.self)
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (bytes, received) = AsyncStream.makeStream(of: ByteBuffer.self)
                    if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.addHandler(FakeHTTPConnection.Collector(received))
                    accepted.yield(FakeHTTPConnection(channel: channel, bytes: bytes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        newPort.yield(listener.localAddress?.port ?? 0)
        newPort.finish()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await connection in connections {
                    group.addTask { await self.serve(connection) }
                }
                group.cancelAll()
            }
        }
        try? await listener.close()
    }

    // MARK: Requests

    private func serve(_ connection: FakeHTTPConnection) async {
        var reader = FakeByteReader(connection.bytes)
        while let request = await reader.request() {
            guard (try? await answer(request, connection, &reader)) == true else { break }
        }
        await connection.close()
    }

    private static func route(_ request: FakeHTTPConnection.Request) -> FakeRoute? {
        switch (request.method, request.path) {
        case ("POST", "/v1/realtime/client_secrets"): .clientSecrets
        case ("POST", "/v1/realtime/calls"): .calls
        case ("POST", let path) where path.hasPrefix("/v1/realtime/calls/") && path.hasSuffix("/hangup"): .hangUp
        case ("GET", "/v1/realtime"): .sideband
        case ("GET", let path) where path.hasPrefix("/v1/models/"): .model
        case ("GET", "/health"): .health
        default: nil
        }
    }

    /// - Returns: whether the connection is kept for a further request.
    private func answer(
        _ request: FakeHTTPConnection.Request,
        _ connection: FakeHTTPConnection,
        _ reader: inout FakeByteReader
    ) async throws -> Bool {
        let route = Self.route(request)
        let behaviour = state.withLock { state -> WireBehaviour in
            state.requests.append("\(request.method) \(request.target)")
            if route == .calls {
                state.bodies.append(request.body)
                state.authorizations.append(request.headers["authorization"] ?? "")
            }
            guard let route else { return .answer }
            if let next = state.script[route]?.first {
                state.script[route]?.removeFirst()
                return next
            }
            return route == .calls ? state.behaviour : .answer
        }
        if let bytes = try await misbehave(behaviour, route, request, connection, &reader) { return bytes }
        if route == .sideband {
            guard let id = admits(request) else {
                try await connection.send(Self.response(404, body: #"{"error":{"code":"not_found"}}"#))
                return true
            }
            try await connection.send(Self.upgrade(request))
            await talk(id, connection, &reader)
            return false
        }
        try await connection.send(await properAnswer(route, request))
        return true
    }

    /// - Returns: nil when the request is to be answered as the wire says.
    private func misbehave(
        _ behaviour: WireBehaviour,
        _ route: FakeRoute?,
        _ request: FakeHTTPConnection.Request,
        _ connection: FakeHTTPConnection,
        _ reader: inout FakeByteReader
    ) async throws -> Bool? {
        switch behaviour {
        case .answer:
            return nil
        case .answerAfter(let wait):
            await wait()
            return nil
        case .respond(let status, let headers, let body):
            try await connection.send(Self.response(status, headers: headers, body: body))
            return true
        case .never:
            await reader.readToEnd()
        case .stallAfterHead:
            try await connection.send(Self.head(of: properAnswer(route, request)))
            await reader.readToEnd()
        case .drip(let pause):
            for byte in try await Self.head(of: properAnswer(route, request), length: 1 << 20) {
                try await connection.send([byte])
                try await Task.sleep(for: pause)
            }
            while true {
                try await connection.send([0x20])
                try await Task.sleep(for: pause)
            }
        case .cutBody:
            try await connection.send(await properAnswer(route, request).dropLast(20))
        case .flood(let bytes):
            try await connection.send(Self.head(of: properAnswer(route, request), length: bytes))
            let chunk = [UInt8](repeating: 0x20, count: 65_536)
            var left = bytes
            while left > 0 {
                try await connection.send(chunk.prefix(left))
                left -= chunk.count
            }
        case .reset:
            await connection.reset()
        case .bytes(let bytes):
            try await connection.send(bytes)
        }
        return false
    }

    private func properAnswer(_ route: FakeRoute?, _ request: FakeHTTPConnection.Request) async throws -> [UInt8] {
        switch route {
        case .clientSecrets:
            return Self.response(200, headers: ["Content-Type": "application/json"], body: state.withLock { $0.secret })
        case .calls:
            let (id, answer) = state.withLock { state in
                let id = "rtc_\(state.created.count + 1)"
                state.created.append(id)
                return (id, state.answer)
            }
            let headers = ["Content-Type": "text/plain; charset=utf-8", "Location": "/v1/realtime/calls/\(id)"]
            return Self.response(201, headers: headers, body: answer)
        case .hangUp:
            let id = request.path.split(separator: "/").dropLast().last.map { String($0) } ?? ""
            try await Task.sleep(for: state.withLock { $0.hangUpDelay })
            state.withLock { $0.hungUp.append(id) }
            return Self.response(200)
        case .model:
            let model = request.path.split(separator: "/").last.map { String($0) } ?? ""
            guard state.withLock({ $0.models?.contains(model) ?? true }) else {
                return Self.response(404, body: #"{"error":{"message":"no such model","type":"x","code":"model_not_found","param":null}}"#)
            }
            return Self.response(200, body: #"{"id":"\#(model)","object":"model","created":1,"owned_by":"fake"}"#)
        case .health:
            let wait = state.withLock { state in
                state.healthProbes += 1
                return state.healthAnswer
            }
            await wait()
            return Self.response(200)
        case .sideband, nil:
            return Self.response(404, body: #"{"error":{"code":"not_found"}}"#)
        }
    }

    // MARK: Bytes of HTTP

    /// A whole HTTP/1.1 answer with a length, which keeps the connection.
    public static func response(_ status: Int, headers: [String: String] = [:], body: String = "") -> [UInt8] {
        var lines = ["HTTP/1.1 \(status) \(status < 400 ? "OK" : "No")"]
        var fields = headers
        if fields["Content-Type"] == nil { fields["Content-Type"] = "application/json" }
        lines += fields.map { "\($0.key): \($0.value)" }
        lines.append("Content-Length: \(body.utf8.count)")
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    /// The head of an answer, with another length if one is given.
    private static func head(of answer: [UInt8], length: Int? = nil) -> [UInt8] {
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return answer }
        let head = Array(answer[..<end.upperBound])
        guard let length, let field = head.firstRange(of: Array("Content-Length: ".utf8)) else { return head }
        return head[..<field.upperBound] + Array("\(length)\r\n\r\n".utf8)
    }

    // MARK: The sideband

    /// The call whose sideband this request opens; nil when it is refused.
    private func admits(_ request: FakeHTTPConnection.Request) -> String? {
        guard let id = request.queryItem("call_id"), request.headers["sec-websocket-key"] != nil else { return nil }
        return state.withLock { $0.created.contains(id) && !$0.refusesSideband } ? id : nil
    }

    private static func upgrade(_ request: FakeHTTPConnection.Request) -> [UInt8] {
        // RFC 6455, section 4.2.2.
        let key = (request.headers["sec-websocket-key"] ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        let accept = Data(Insecure.SHA1.hash(data: Data(key.utf8))).base64EncodedString()
        let lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: \(accept)"]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    private func talk(_ id: String, _ connection: FakeHTTPConnection, _ reader: inout FakeByteReader) async {
        let call = FakeCall(id: id, connection: connection)
        newCall.yield(call)
        var text: [UInt8] = []
        loop: while let frame = await reader.frame() {
            switch frame.opcode {
            case 0, 1:
                text += frame.payload
                guard frame.isFinal else { continue }
                defer { text = [] }
                guard let message = try? ClientMessage(text: String(decoding: text, as: UTF8.self)) else { continue }
                call.received(message)
                if case .responseCreate(let event) = message.event {
                    let reply = FakeReply(event: event, eventID: message.eventID)
                    state.withLock { $0.reaction }(call, reply)
                    // Told afterwards, so that what a test then says comes after what the fake said.
                    call.announce(reply)
                }
            case 8:
                call.closeArrived(frame.payload)
                break loop
            case 9:
                call.pinged(frame.payload)
            default:
                continue
            }
        }
        call.closed()
    }
}
