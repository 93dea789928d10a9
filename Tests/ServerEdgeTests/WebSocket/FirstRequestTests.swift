import Hummingbird
import ServerEdge
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(2))) struct FirstRequestTests {
    private static func answer(_ request: String, port: Int) async throws -> String {
        let probe = try await TCPProbe.connect(port: port)
        try await probe.send(request)
        return String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
    }

    @Test("garbage as first bytes gets 400 and the end")
    func garbage() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let answer = try await Self.answer("\u{16}\u{3}\u{1}garbage\r\n\r\n", port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test(
        "who is refused in the middle of a head reads the answer and can send the rest of it, and is cut when that never ends",
        arguments: [Duration.seconds(60), .milliseconds(100)]
    )
    func refusedWhileSending(lingers: Duration) async throws {
        try await TestServer.run(webSockets: [.echo()], configure: { $0.lingerTime = lingers }) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send("GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 100_000))
            // All that came is on its way up when the answer is here: a reset would come with the next bytes.
            let answer = try await probe.receiveToEnd()
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
            if lingers > .seconds(1) {
                for _ in 0..<20 { try await probe.send([UInt8](repeating: 0x61, count: 50_000)) }
            } else {
                await #expect(throws: (any Error).self) { () async throws in
                    while true {
                        try await probe.send([UInt8](repeating: 0x61, count: 10_000))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            await probe.close()
        }
    }

    @Test("an Upgrade header for another protocol on a plain route gets 200")
    func otherUpgrade() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let answer = try await Self.answer(
                "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
                port: server.port
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("healthy"))
        }
    }

    @Test("a plain GET on the WebSocket's path gets 426 as JSON")
    func plainGet() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let answer = try await Self.answer("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
            #expect(answer.contains(#""code":"upgrade_required""#))
        }
    }

    @Test("version 8 gets 426 and is told version 13")
    func version() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let answer = try await Self.answer(WebSocketFrames.upgradeRequest(path: "/ws", version: "8"), port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
            #expect(answer.lowercased().contains("sec-websocket-version: 13\r\n"))
        }
    }

    @Test(
        "a handshake with a broken header gets 400",
        arguments: [
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short"),
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X-Nothing: 1"),
            ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
            ("Connection: Upgrade", "Connection: keep-alive"),
            ("Host: localhost", "Host: localhost\r\nHost: other"),
            ("Host: localhost\r\n", ""),
            ("Host: localhost", "Host: localhost/path"),
            ("Host: localhost", "Host: user@localhost"),
        ]
    )
    func brokenHandshake(_ replaced: String, _ replacement: String) async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let request = WebSocketFrames.upgradeRequest(path: "/ws").replacing(replaced, with: replacement)
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send(request)
            let answer = try await probe.receive(until: "\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            await probe.close()
        }
    }

    @Test(
        "an upgrade request with a body is plain HTTP and gets 426",
        arguments: ["Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
    )
    func upgradeWithBody(_ ending: String) async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let request = WebSocketFrames.upgradeRequest(path: "/ws").dropLast() + ending
            let answer = try await Self.answer(String(request), port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
        }
    }

    @Test("a refused upgrade gets the error as JSON from the router, with its headers, and the end")
    func refused() async throws {
        let route = WebSocketRoute("/ws") { request in
            await Task.yield()
            guard request.bearerToken != nil else {
                throw EdgeError(CommonErrorCode.unauthorized, retryAfter: .seconds(2), cause: Canary())
            }
            return WebSocketAcceptance { _ in }
        }
        try await TestServer.run(webSockets: [route]) { server in
            let answer = try await Self.answer(WebSocketFrames.upgradeRequest(path: "/ws?ticket=canary"), port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 401 "))
            #expect(answer.contains(#""code":"unauthorized""#))
            #expect(answer.lowercased().contains("x-request-id: req_"))
            #expect(answer.lowercased().contains("retry-after: 2\r\n"))
            #expect(answer.lowercased().contains("x-content-type-options: nosniff"))
            #expect(!answer.contains("canary") && !server.log.contains("canary"))
        }
    }

    @Test("an unexpected error in the authorise closure gets 500 without its text")
    func unexpected() async throws {
        let route = WebSocketRoute("/ws") { _ in throw Canary() }
        try await TestServer.run(webSockets: [route]) { server in
            let answer = try await Self.answer(WebSocketFrames.upgradeRequest(path: "/ws"), port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 500 ") && answer.contains("internal_error"))
            #expect(!answer.contains("canary") && !server.log.contains("canary"))
        }
    }

    @Test(
        "a foreign origin is refused before anybody is asked",
        arguments: [
            "null", "https://evil.example", "https://viva.example.evil.example", "https://evilviva.example", "https://a.viva.example",
            "https://viva.example:8443", "https://viva.example:443", "http://viva.example", "https://viva.example/", "viva.example",
            "https://viva.example\r\nOrigin: https://viva.example", "https://viva.example, https://viva.example", "",
        ]
    )
    func foreignOrigin(_ origin: String) async throws {
        try await TestServer.run(webSockets: [.echo(origins: .absentOrListed(["https://viva.example"]))]) { server in
            let request = WebSocketFrames.upgradeRequest(path: "/ws", headers: ["Origin: \(origin)"])
            #expect(try await Self.answer(request, port: server.port).hasPrefix("HTTP/1.1 403 "))
            let ours = try await TCPProbe.upgraded(port: server.port, headers: ["Origin: https://viva.example"])
            await ours.close()
        }
    }

    @Test("where only listed origins may connect, a client without one is refused")
    func absentOrigin() async throws {
        try await TestServer.run(webSockets: [.echo(origins: .listed(["https://viva.example"]))]) { server in
            let answer = try await Self.answer(WebSocketFrames.upgradeRequest(path: "/ws"), port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
        }
    }

    @Test("bytes behind a refused upgrade are neither a request nor frames")
    func behindRefusal() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let refused = WebSocketFrames.upgradeRequest(path: "/ws", version: "8")
            let answer = try await Self.answer(refused + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", port: server.port)
            #expect(answer.hasPrefix("HTTP/1.1 426 ") && answer.split(separator: "HTTP/1.1 ").count == 1)
        }
    }

    @Test("a request behind an accepted upgrade is not answered but fails as a frame")
    func requestBehindUpgrade() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 100))\r\n\r\n"
            try await probe.send(WebSocketFrames.upgradeRequest(path: "/ws") + request)
            #expect(try await probe.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1002)
            #expect(try await probe.receiveToEnd().isEmpty)
            await probe.close()
        }
    }

    @Test(
        "a head that drips is cut at the absolute deadline",
        arguments: ["GET /", "GET /health HTTP/1.1\r\nX: ", "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX: "]
    )
    func slowHead(_ start: String) async throws {
        try await TestServer.run(
            webSockets: [.echo()],
            configure: { $0.firstRequestDeadline = .milliseconds(200) }
        ) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            let dripping = Task {
                try await probe.send(start)
                while true {
                    try await probe.send("a")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            #expect(try await probe.receiveToEnd().isEmpty)
            dripping.cancel()
            await probe.close()
        }
    }

    @Test("a body that drips is cut at the absolute deadline")
    func slowBody() async throws {
        try await TestServer.run(
            configure: { $0.requestBodyDeadline = .milliseconds(200) },
            routes: { $0.post("text") { request, _ in try await request.collectText(upTo: 1000) } }
        ) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            let dripping = Task {
                try await probe.send("POST /text HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n")
                while true {
                    try await probe.send("a")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            let answer = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
            #expect(!answer.hasPrefix("HTTP/1.1 200 "))
            dripping.cancel()
            await probe.close()
        }
    }

    @Test("an authorise closure that takes too long is cut at its deadline")
    func slowAuthorise() async throws {
        let route = WebSocketRoute("/ws") { _ in
            try await Task.sleep(for: .seconds(1))
            return WebSocketAcceptance { _ in }
        }
        try await TestServer.run(webSockets: [route], configure: { $0.upgradeDeadline = .milliseconds(50) }) { server in
            let answer = try await Self.answer(WebSocketFrames.upgradeRequest(path: "/ws"), port: server.port)
            #expect(answer.isEmpty)
        }
    }

    @Test("a second request of a connection cannot be upgraded and is told so")
    func secondRequest() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await probe.receive(until: "healthy")
            try await probe.send(WebSocketFrames.upgradeRequest(path: "/ws"))
            let answer = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
        }
    }

    @Test("a port in use is reported in one clear line")
    func portInUse() async throws {
        try await TestServer.run { server in
            let port = server.port
            do {
                try await TestServer.run(configure: { $0.port = port }) { _ in Issue.record("two servers on one port") }
            } catch let error as EdgeServerError {
                guard case .addressInUse(let host, port) = error else {
                    Issue.record("wrong error")
                    return
                }
                #expect(host == "127.0.0.1")
                #expect("\(error)" == "Port \(port) on 127.0.0.1 is already in use. Stop the other program or choose another port.")
            }
        }
    }
}

struct Canary: Error, CustomStringConvertible {
    var description: String { "canary" }
}
