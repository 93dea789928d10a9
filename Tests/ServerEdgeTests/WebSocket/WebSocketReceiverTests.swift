import ServerEdge
import Synchronization
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(2))) struct WebSocketReceiverTests {
    @Test("messages reach a receiver in order, also those that come with the upgrade")
    func order() async throws {
        let route = WebSocketRoute("/ws") { _ in
            WebSocketAcceptance(receiver: { connection in
                WebSocketReceiver(received: { connection.send("heard " + $0) }, ended: {})
            })
        }
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            let request = Array(WebSocketFrames.upgradeRequest(path: "/ws").utf8)
            try await probe.send(request + WebSocketFrames.text("one") + WebSocketFrames.text("two"))
            #expect(try await probe.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            try await probe.send(WebSocketFrames.text("three"))
            for word in ["one", "two", "three"] {
                #expect(try await WebSocketFrames.receive(probe).text == "heard " + word)
            }
            await probe.close()
        }
    }

    @Test("a receiver hears once that its socket ends, and may close or send under the lock that it takes then")
    func endsOnce() async throws {
        let (ends, ended) = AsyncStream.makeStream(of: Int.self)
        let route = WebSocketRoute("/ws") { _ in
            WebSocketAcceptance(receiver: { connection in
                let count = Mutex(0)
                return WebSocketReceiver(
                    received: { text in
                        count.withLock { _ in
                            connection.send(text)
                            connection.close()
                        }
                    },
                    ended: {
                        ended.yield(
                            count.withLock {
                                $0 += 1; return $0
                            }
                        )
                    }
                )
            })
        }
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.text("last"))
            #expect(try await WebSocketFrames.receive(probe).text == "last")
            #expect(try await WebSocketFrames.receive(probe).opcode == 8)
            await probe.close()
        }
        ended.finish()
        var counts: [Int] = []
        for await count in ends { counts.append(count) }
        #expect(counts == [1])
    }

    @Test("a receiver's socket is told 1001 at shutdown, and the server ends after what the socket began")
    func shutdown() async throws {
        let (marks, mark) = AsyncStream.makeStream(of: String.self)
        let route = WebSocketRoute("/ws") { _ in
            WebSocketAcceptance(receiver: { connection in
                WebSocketReceiver(
                    received: { _ in
                        connection.perform {
                            mark.yield("begun")
                            // Ends when it is cancelled.
                            for await _ in AsyncStream<Void>.makeStream().stream {}
                            for _ in 0..<1000 { await Task.yield() }
                            mark.yield(Task.isCancelled ? "cancelled" : "ended")
                        }
                    },
                    ended: {}
                )
            })
        }
        var iterator = marks.makeAsyncIterator()
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.text("work"))
            await server.shutDown()
            let close = try await WebSocketFrames.receive(probe)
            #expect(close.opcode == 8 && close.payload.prefix(2) == [0x03, 0xE9])
            await probe.close()
        }
        mark.yield("server ended")
        mark.finish()
        var seen: [String] = []
        while let next = await iterator.next() { seen.append(next) }
        #expect(seen == ["begun", "cancelled", "server ended"])
    }

    @Test("what a socket began is cancelled when the peer leaves")
    func peerLeaves() async throws {
        let (marks, mark) = AsyncStream.makeStream(of: Bool.self)
        let route = WebSocketRoute("/ws") { _ in
            WebSocketAcceptance(receiver: { connection in
                WebSocketReceiver(
                    received: { _ in
                        connection.perform {
                            connection.send("begun")
                            for await _ in AsyncStream<Void>.makeStream().stream {}
                            mark.yield(Task.isCancelled)
                        }
                    },
                    ended: {}
                )
            })
        }
        try await TestServer.run(webSockets: [route]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            try await probe.send(WebSocketFrames.text("work"))
            #expect(try await WebSocketFrames.receive(probe).text == "begun")
            await probe.close()
            var iterator = marks.makeAsyncIterator()
            #expect(await iterator.next() == true)
        }
    }
}
