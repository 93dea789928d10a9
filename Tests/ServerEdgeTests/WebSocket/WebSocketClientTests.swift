import HTTPTypes
import ServerEdge
import Testing
import VivaTestKit

@testable import struct ServerEdge.WebSocketURL

@Suite(.timeLimit(.minutes(2))) struct WebSocketClientTests {
    @Test("client and server exchange messages in order and close properly")
    func roundTrip() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let connection = try await WebSocketClient().connect(
                to: "ws://127.0.0.1:\(server.port)/ws?call_id=1",
                subprotocols: ["realtime"]
            )
            #expect(connection.subprotocol == "realtime")
            let sent = (0..<500).map { "message \($0) ✓" } + [String(repeating: "x", count: 60_000)]
            for text in sent { #expect(connection.send(text)) }
            var received: [String] = []
            for await text in connection.messages {
                received.append(text)
                if received.count == sent.count { connection.close() }
            }
            #expect(received == sent)
            #expect(await connection.closure() == WebSocketClosure(code: .normalClosure, initiator: .local))
            #expect(!connection.send("late"))
        }
    }

    @Test("a slow consumer holds up the sender instead of filling the memory, and loses nothing")
    func backpressure() async throws {
        var limits = WebSocketLimits()
        limits.maximumInboundMessages = 1
        try await TestServer.run(webSockets: [.echo(limits)]) { [limits] server in
            let connection = try await WebSocketClient().connect(to: "http://127.0.0.1:\(server.port)/ws", limits: limits)
            let count = 300
            for index in 0..<count { #expect(connection.send("\(index)")) }
            var next = 0
            for await text in connection.messages {
                #expect(text == "\(next)")
                next += 1
                await Task.yield()
                if next == count { break }
            }
            connection.close()
            #expect(await connection.closure().initiator == .local)
        }
    }

    @Test("headers reach the server, and the query is decoded")
    func headers() async throws {
        let route = WebSocketRoute("/v1/realtime") { request in
            let answer =
                "\(request.bearerToken?.expose() ?? "-") \(request.queryItem("call_id") ?? "-") \(request.queryItem("twice") ?? "-")"
            return WebSocketAcceptance { connection in connection.send(answer) }
        }
        try await TestServer.run(webSockets: [route]) { server in
            let connection = try await WebSocketClient().connect(
                to: "ws://127.0.0.1:\(server.port)/v1/realtime?call_id=rtc%5F1&twice=a&twice=b",
                headers: [.authorization: "Bearer key"]
            )
            var iterator = connection.messages.makeAsyncIterator()
            #expect(await iterator.next() == "key rtc_1 -")
            #expect(await iterator.next() == nil)
            #expect(await connection.closure() == WebSocketClosure(code: .normalClosure, initiator: .peer))
        }
    }

    @Test("a refusal tells the status and when to come back")
    func refused() async throws {
        let route = WebSocketRoute("/ws") { _ in throw EdgeError(CommonErrorCode.unavailable, retryAfter: .seconds(7)) }
        try await TestServer.run(webSockets: [route]) { server in
            do throws(WebSocketClientError) {
                _ = try await WebSocketClient().connect(to: "ws://127.0.0.1:\(server.port)/ws")
                Issue.record("connected")
            } catch .refused(let status, let retryAfter) {
                #expect(status == 503 && retryAfter == .seconds(7))
            }
        }
    }

    @Test("a server's shutdown ends the messages with 1001")
    func shutdown() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let connection = try await WebSocketClient().connect(to: "ws://127.0.0.1:\(server.port)/ws")
            await server.shutDown()
            for await _ in connection.messages {}
            #expect(await connection.closure() == WebSocketClosure(code: .goingAway, initiator: .peer))
        }
    }

    /// A server that accepts connections and does with them what a test says.
    private static func fakeServer(_ answer: String?) async throws -> FakeServer {
        try await FakeServer.start(answer: answer)
    }

    @Test("a server that accepts and says nothing is given up at the deadline")
    func silentServer() async throws {
        let fake = try await Self.fakeServer(nil)
        await expect(connectingTo: fake.port, deadline: .milliseconds(100)) { if case .timedOut = $0 { true } else { false } }
        await fake.stop()
    }

    @Test(
        "a 101 with a wrong accept value, an extension or a foreign subprotocol is refused",
        arguments: [
            "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n", "",
        ]
    )
    func wrongAccept(_ header: String) async throws {
        let fake = try await Self.fakeServer(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(header)\r\n"
        )
        await expect(connectingTo: fake.port) { if case .invalidHandshake = $0 { true } else { false } }
        await fake.stop()
    }

    @Test("an answer that isn't HTTP is refused")
    func notHTTP() async throws {
        let fake = try await Self.fakeServer("SSH-2.0-canary\r\n\r\n")
        await expect(connectingTo: fake.port) { if case .invalidHandshake = $0 { true } else { false } }
        await fake.stop()
    }

    @Test("nobody listening is a failed connection")
    func refusedConnection() async throws {
        let fake = try await Self.fakeServer(nil)
        await fake.stop()
        await expect(connectingTo: fake.port) { if case .connectionFailed = $0 { true } else { false } }
    }

    @Test("a cancelled task gives up at once")
    func cancelled() async throws {
        let fake = try await Self.fakeServer(nil)
        let port = fake.port
        let task = Task {
            do throws(WebSocketClientError) {
                _ = try await WebSocketClient().connect(to: "ws://127.0.0.1:\(port)/", deadline: .seconds(60))
                return false
            } catch {
                if case .cancelled = error { return true }
                return false
            }
        }
        await fake.waitForRequest()
        task.cancel()
        #expect(await task.value)
        await fake.stop()
    }

    private func expect(
        connectingTo port: Int,
        deadline: Duration = .seconds(20),
        fails: (WebSocketClientError) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        do throws(WebSocketClientError) {
            _ = try await WebSocketClient().connect(to: "ws://127.0.0.1:\(port)/", deadline: deadline)
            Issue.record("connected", sourceLocation: sourceLocation)
        } catch {
            #expect(fails(error), "\(error)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "addresses are taken apart",
        arguments: [
            ("ws://h", "h", 80, "/", false), ("wss://h/x?y=1", "h", 443, "/x?y=1", true), ("https://h:8443?y", "h", 8443, "/?y", true),
            ("HTTP://[::1]:99/a", "::1", 99, "/a", false),
        ]
    )
    func addresses(_ text: String, _ host: String, _ port: Int, _ target: String, _ secure: Bool) {
        let url = WebSocketURL(text)
        #expect(url?.host == host && url?.port == port && url?.target == target && url?.isSecure == secure)
    }

    @Test(
        "anything else isn't an address",
        arguments: [
            "", "h", "ftp://h", "ws://", "ws://:80", "ws://h:0", "ws://h:65536", "ws://h:+1", "ws://u:p@h", "ws://h/#f", "ws://h/a b",
            "ws://h/\r\nX: 1",
            "ws://[::1", "ws://[::1]x",
        ]
    )
    func notAddresses(_ text: String) {
        #expect(WebSocketURL(text) == nil)
    }
}
