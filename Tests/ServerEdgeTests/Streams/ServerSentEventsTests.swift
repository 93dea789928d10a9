import Hummingbird
import ServerEdge
import Synchronization
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(2))) struct ServerSentEventsTests {
    private static func start(_ port: Int) async throws -> TCPProbe {
        let probe = try await TCPProbe.connect(port: port)
        try await probe.send("GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let head = try await probe.receive(until: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.lowercased().contains("content-type: text/event-stream"))
        return probe
    }

    /// The events in a chunked body (RFC 9112 section 7.1).
    private static func events(_ bytes: [UInt8]) throws -> [ServerSentEvent] {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A), let size = Int(String(decoding: rest[..<(end - 1)], as: UTF8.self), radix: 16), size > 0
        {
            body += rest[(end + 1)..<(end + 1 + size)]
            rest = rest[(end + 3 + size)...]
        }
        var parser = ServerSentEventParser()
        return try parser.append(body)
    }

    @Test("events reach the client in order and the stream ends with the sequence")
    func roundTrip() async throws {
        let sent = (1...200).map { ServerSentEvent(id: "\($0)", event: "segment", data: "line \($0)\nsecond") }
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(
                    AsyncStream { continuation in
                        for event in sent { continuation.yield(event) }
                        continuation.finish()
                    }
                )
            }
        }) { server in
            let probe = try await Self.start(server.port)
            #expect(try Self.events(try await probe.receiveToEnd()) == sent)
        }
    }

    @Test("silence is filled with comments")
    func keepAlive() async throws {
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(AsyncStream<ServerSentEvent> { _ in }, keepAlive: .milliseconds(10))
            }
        }) { server in
            let probe = try await Self.start(server.port)
            for _ in 0..<3 { _ = try await probe.receive(until: ": ping\n\n") }
            await probe.close()
        }
    }

    @Test("graceful shutdown ends an open stream properly")
    func shutdown() async throws {
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(AsyncStream { $0.yield(ServerSentEvent(data: "first")) })
            }
        }) { server in
            let probe = try await Self.start(server.port)
            _ = try await probe.receive(until: "data: first\n\n\r\n")
            await server.shutDown()
            #expect(try await probe.receiveToEnd() == Array("0\r\n\r\n".utf8))
        }
    }

    @Test("a stream ends when it is told to, though its events go on")
    func toldToEnd() async throws {
        let (told, tell) = AsyncStream.makeStream(of: Void.self)
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(AsyncStream { $0.yield(ServerSentEvent(data: "first")) }) {
                    for await _ in told { break }
                }
            }
        }) { server in
            let probe = try await Self.start(server.port)
            _ = try await probe.receive(until: "data: first\n\n\r\n")
            tell.yield()
            #expect(try await probe.receiveToEnd() == Array("0\r\n\r\n".utf8))
        }
    }

    @Test("what would tell a stream to end is cancelled when the stream has ended by itself")
    func tellerEnds() async throws {
        let (cancelled, cancel) = AsyncStream.makeStream(of: Bool.self)
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(AsyncStream<ServerSentEvent> { $0.finish() }) {
                    try? await Task.sleep(for: .seconds(3600))
                    cancel.yield(Task.isCancelled)
                }
            }
        }) { server in
            let probe = try await Self.start(server.port)
            _ = try await probe.receiveToEnd()
            var ends = cancelled.makeAsyncIterator()
            #expect(await ends.next() == true)
        }
    }

    @Test("a client that leaves ends the sequence")
    func clientLeaves() async throws {
        let (left, yield) = AsyncStream.makeStream(of: Void.self)
        try await TestServer.run(routes: { router in
            router.get("events") { _, _ in
                ServerSentEvents.response(
                    AsyncStream<ServerSentEvent> { $0.onTermination = { _ in yield.yield() } },
                    keepAlive: .milliseconds(10)
                )
            }
        }) { server in
            let probe = try await Self.start(server.port)
            _ = try await probe.receive(until: ": open\n\n")
            await probe.close()
            for await _ in left { break }
        }
    }
}
