import Hummingbird
import ServerEdge
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(2))) struct WebSocketServerTests {
    @Test("a text message is echoed")
    func echo() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let frame = try await TCPProbe.answer(port: server.port, to: WebSocketFrames.text("hällo"))
            #expect(frame.opcode == 1 && frame.text == "hällo")
        }
    }

    @Test("the answer to the upgrade carries the accept value of RFC 6455 section 1.3")
    func acceptValue() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send(
                WebSocketFrames.upgradeRequest(
                    path: "/ws?x=1",
                    headers: ["Sec-WebSocket-Protocol: other, realtime", "Sec-WebSocket-Extensions: permessage-deflate"]
                )
            )
            let head = try await probe.receive(until: "\r\n\r\n").lowercased()
            #expect(head.hasPrefix("http/1.1 101 "))
            #expect(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"))
            #expect(head.contains("sec-websocket-protocol: realtime\r\n"))
            #expect(!head.contains("sec-websocket-extensions"))
            await probe.close()
        }
    }

    @Test("a ping is answered with the same bytes")
    func ping() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let frame = try await TCPProbe.answer(port: server.port, to: WebSocketFrames.frame(opcode: 9, payload: [1, 2, 3]))
            #expect(frame == .init(opcode: 10, payload: [1, 2, 3]))
        }
    }

    @Test("frames glued to the upgrade request are answered")
    func gluedPing() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            let request = Array(WebSocketFrames.upgradeRequest(path: "/ws").utf8)
            try await probe.send(request + WebSocketFrames.frame(opcode: 9, payload: [7]) + WebSocketFrames.text("early"))
            #expect(try await probe.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            #expect(try await WebSocketFrames.receive(probe) == .init(opcode: 10, payload: [7]))
            #expect(try await WebSocketFrames.receive(probe).text == "early")
            await probe.close()
        }
    }

    @Test("a text in two fragments with a ping between arrives whole")
    func fragments() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            // The second fragment begins inside a character.
            let text = Array("grüße".utf8)
            try await probe.send(
                WebSocketFrames.frame(opcode: 1, payload: Array(text[..<3]), final: false)
                    + WebSocketFrames.frame(opcode: 9, payload: [1])
                    + WebSocketFrames.frame(opcode: 0, payload: Array(text[3...]))
            )
            #expect(try await WebSocketFrames.receive(probe).opcode == 10)
            #expect(try await WebSocketFrames.receive(probe).text == "grüße")
            await probe.close()
        }
    }

    @Test("a close frame is echoed and the socket ends")
    func closeEcho() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.close(1000, reason: "bye"))
            #expect(try await WebSocketFrames.receive(probe) == .init(opcode: 8, payload: [0x03, 0xE8]))
            #expect(try await probe.receiveToEnd().isEmpty)
        }
    }

    @Test("a close frame without a code is echoed without one")
    func emptyClose() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let frame = try await TCPProbe.answer(port: server.port, to: WebSocketFrames.frame(opcode: 8))
            #expect(frame == .init(opcode: 8, payload: []))
        }
    }

    struct Violation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let code: UInt16

        init(_ name: String, _ code: UInt16, _ bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
            self.code = code
        }

        static let all: [Violation] =
            [
                Violation("unmasked frame", 1002, WebSocketFrames.frame(opcode: 1, payload: [0x61], masked: false)),
                Violation("RSV1", 1002, WebSocketFrames.frame(opcode: 1, payload: [0x61], reserved: 4)),
                Violation("RSV3 on a ping", 1002, WebSocketFrames.frame(opcode: 9, reserved: 1)),
                Violation("reserved opcode 3", 1002, WebSocketFrames.frame(opcode: 3)),
                Violation("reserved control opcode 11", 1002, WebSocketFrames.frame(opcode: 11)),
                Violation("fragmented ping", 1002, WebSocketFrames.frame(opcode: 9, final: false)),
                Violation("ping of 126 bytes", 1002, WebSocketFrames.frame(opcode: 9, payload: Array(repeating: 0, count: 126))),
                Violation("binary", 1003, WebSocketFrames.frame(opcode: 2, payload: [1])),
                Violation("continuation without start", 1002, WebSocketFrames.frame(opcode: 0, payload: [0x61])),
                Violation("new text inside a fragmented one", 1002, WebSocketFrames.text("a", final: false) + WebSocketFrames.text("b")),
                Violation("invalid UTF-8", 1007, WebSocketFrames.frame(opcode: 1, payload: [0xC3, 0x28])),
                Violation(
                    "invalid UTF-8 split over fragments",
                    1007,
                    WebSocketFrames.frame(opcode: 1, payload: [0xED], final: false)
                        + WebSocketFrames.frame(opcode: 0, payload: [0xA0, 0x80])
                ),
                Violation("frame of 70,000 bytes", 1009, WebSocketFrames.frame(opcode: 1, payload: Array(repeating: 0x61, count: 70_000))),
                Violation("declared length 2^63-1", 1009, WebSocketFrames.frame(opcode: 1, declaredLength: UInt64(Int64.max))),
                Violation("declared length with the top bit", 1009, WebSocketFrames.frame(opcode: 1, declaredLength: .max)),
                Violation(
                    "fragments of 360,000 bytes",
                    1009,
                    WebSocketFrames.frame(opcode: 1, payload: Array(repeating: 0x61, count: 60_000), final: false)
                        + (0..<5).flatMap {
                            WebSocketFrames.frame(opcode: 0, payload: Array(repeating: 0x61, count: 60_000), final: $0 == 4)
                        }
                ),
                Violation(
                    "65 fragments",
                    1008,
                    WebSocketFrames.text("", final: false) + (0..<64).flatMap { _ in WebSocketFrames.frame(opcode: 0, final: false) }
                ),
                Violation("close with one byte", 1002, WebSocketFrames.frame(opcode: 8, payload: [3])),
                Violation("close reason not UTF-8", 1007, WebSocketFrames.frame(opcode: 8, payload: [0x03, 0xE8, 0xFF])),
                Violation("ping flood", 1008, (0..<200).flatMap { _ in WebSocketFrames.frame(opcode: 9) }),
            ]
            + [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map { code in
                Violation("close code \(code)", 1002, WebSocketFrames.close(code))
            }
    }

    @Test("a violation of the protocol or of a limit is closed with its code", arguments: Violation.all)
    func violations(_ violation: Violation) async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(violation.bytes)
            var frame = try await WebSocketFrames.receive(probe)
            while frame.opcode == 10 { frame = try await WebSocketFrames.receive(probe) }
            #expect(frame.opcode == 8)
            #expect(frame.closeCode == violation.code)
            #expect(try await probe.receiveToEnd().isEmpty)
            await probe.close()
        }
    }

    @Test("messages beyond the rate are closed with 1008")
    func messageRate() async throws {
        var limits = WebSocketLimits()
        limits.messageRate = .init(perSecond: 0.001, burst: 3)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send((0..<4).flatMap { WebSocketFrames.text("\($0)") })
            var frames: [WebSocketFrames.Received] = []
            repeat { frames.append(try await WebSocketFrames.receive(probe)) } while frames.last?.opcode != 8
            #expect(frames.last?.closeCode == 1008)
            await probe.close()
        }
    }

    @Test("200 messages at once meet a limit of 100 with 1008")
    func messageBurst() async throws {
        var limits = WebSocketLimits()
        limits.messageRate = .init(perSecond: 0.001, burst: 100)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send((0..<100).flatMap { WebSocketFrames.text("\($0)") })
            for index in 0..<100 { #expect(try await WebSocketFrames.receive(probe).text == "\(index)") }
            try await probe.send((100..<200).flatMap { WebSocketFrames.text("\($0)") })
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1008)
            await probe.close()
        }
    }

    @Test("a message of 256 KiB in fragments arrives, and one byte more is closed with 1009")
    func messageLimit() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            for extra in [0, 1] {
                let probe = try await TCPProbe.upgraded(port: server.port)
                let part = [UInt8](repeating: 0x61, count: 64 * 1024)
                var bytes = WebSocketFrames.frame(opcode: 1, payload: part, final: false)
                for _ in 0..<2 { bytes += WebSocketFrames.frame(opcode: 0, payload: part, final: false) }
                bytes += WebSocketFrames.frame(opcode: 0, payload: Array(part.dropLast()), final: false)
                bytes += WebSocketFrames.frame(opcode: 0, payload: Array(repeating: 0x61, count: 1 + extra))
                try await probe.send(bytes)
                let answer = try await WebSocketFrames.receive(probe)
                if extra == 0 { #expect(answer.payload.count == 256 * 1024) } else { #expect(answer.closeCode == 1009) }
                await probe.close()
            }
        }
    }

    @Test("100,000 fragments of one byte are closed with 1008, and the rest of them is dropped")
    func tinyFragments() async throws {
        try await TestServer.run(webSockets: [.echo()]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            let more = WebSocketFrames.frame(opcode: 0, payload: [0x61], final: false)
            try await probe.send(WebSocketFrames.text("a", final: false) + (0..<100_000).flatMap { _ in more })
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1008)
            #expect(try await probe.receiveToEnd().isEmpty)
            await probe.close()
        }
    }

    @Test("a frame that begins and then nothing is no sign of life")
    func unfinishedFrame() async throws {
        var limits = WebSocketLimits()
        limits.pingInterval = .milliseconds(50)
        limits.pongTimeout = .milliseconds(50)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.frame(opcode: 1, declaredLength: 60_000))
            #expect(try await WebSocketFrames.receive(probe).opcode == 9)
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1011)
            await probe.close()
        }
    }

    @Test("a frame that drips on and on is ended by the time that a message may take, with 1008 and no ping before")
    func drippingFrame() async throws {
        var limits = WebSocketLimits()
        // A second without a byte, which is 200 drops, would count as silence.
        limits.pingInterval = .milliseconds(1_000)
        limits.pongTimeout = .milliseconds(100)
        limits.messageTimeout = .milliseconds(1_500)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.frame(opcode: 1, declaredLength: 60_000))
            let dripping = Task {
                while !Task.isCancelled {
                    try await probe.send([0x61])
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1008)
            dripping.cancel()
            await probe.close()
        }
    }

    @Test("graceful shutdown tells WebSockets 1001 and ends idle and keep-alive connections")
    func gracefulShutdown() async throws {
        // No deadline may do the work that the shutdown has to do.
        try await TestServer.run(
            webSockets: [.echo()],
            configure: {
                $0.firstRequestDeadline = .seconds(600)
                $0.idleTimeout = .seconds(600)
            }
        ) { server in
            let webSocket = try await TCPProbe.upgraded(port: server.port)
            let idle = try await TCPProbe.connect(port: server.port)
            let keepAlive = try await TCPProbe.connect(port: server.port)
            try await keepAlive.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await keepAlive.receive(until: "healthy").hasPrefix("HTTP/1.1 200 "))
            await server.shutDown()
            #expect(try await WebSocketFrames.receive(webSocket).closeCode == 1001)
            try await webSocket.send(WebSocketFrames.close(1001))
            #expect(try await webSocket.receiveToEnd().isEmpty)
            #expect(try await idle.receiveToEnd().isEmpty)
            #expect(try await keepAlive.receiveToEnd().isEmpty)
        }
    }

    @Test("a handler that returns closes its connection with 1000")
    func handlerReturns() async throws {
        let route = WebSocketRoute("/ws") { _ in WebSocketAcceptance { connection in connection.send("hello") } }
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            #expect(try await WebSocketFrames.receive(probe).text == "hello")
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1000)
            try await probe.send(WebSocketFrames.close(1000))
            #expect(try await probe.receiveToEnd().isEmpty)
        }
    }

    @Test("a peer that stops answering pings is closed with 1011")
    func deadPeer() async throws {
        var limits = WebSocketLimits()
        limits.pingInterval = .milliseconds(20)
        limits.pongTimeout = .milliseconds(50)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            #expect(try await WebSocketFrames.receive(probe).opcode == 9)
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1011)
            await probe.close()
        }
    }

    @Test("a peer without messages is closed with 1001 after the idle time, although it answers pings")
    func idlePeer() async throws {
        var limits = WebSocketLimits()
        limits.idleTimeout = .milliseconds(100)
        limits.pingInterval = .milliseconds(20)
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            var frame = try await WebSocketFrames.receive(probe)
            while frame.opcode == 9 {
                try await probe.send(WebSocketFrames.frame(opcode: 10, payload: frame.payload))
                frame = try await WebSocketFrames.receive(probe)
            }
            #expect(frame.closeCode == 1001)
            await probe.close()
        }
    }

    @Test("a peer that reads too slowly is cut, and send says so")
    func slowReader() async throws {
        var limits = WebSocketLimits()
        limits.maximumOutboundBytes = 100_000
        limits.closeTimeout = .milliseconds(50)
        let (outcomes, yield) = AsyncStream.makeStream(of: WebSocketClosure.self)
        let route = WebSocketRoute("/ws", limits: limits) { _ in
            WebSocketAcceptance { connection in
                // Far beyond what the kernel's buffers hold; nobody reads on the other side.
                let chunk = String(repeating: "x", count: 50_000)
                while connection.send(chunk) { await Task.yield() }
                #expect(!connection.isOpen)
                #expect(!connection.send("more"))
                yield.yield(await connection.closure())
            }
        }
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            var iterator = outcomes.makeAsyncIterator()
            #expect(await iterator.next() == WebSocketClosure(code: .tryAgainLater, initiator: .local))
            await probe.close()
        }
    }
}
