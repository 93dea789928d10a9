import Hummingbird
import NIOCore
import NIOPosix
import ServerEdge
import Testing
import VivaTestKit

@Suite("tasks on event loops", .timeLimit(.minutes(1)))
struct EventLoopTaskTests {
    private static var isOnLoop: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }

    private func answers(onLoops: Bool) async throws -> [String: String] {
        let (answers, answer) = AsyncStream.makeStream(of: [String: String].self)
        let socket = WebSocketRoute("/socket") { _ in
            let authorised = Self.isOnLoop
            return WebSocketAcceptance { connection in
                for await _ in connection.messages { connection.send("\(authorised) \(Self.isOnLoop)") }
            }
        }
        try await TestServer.run(
            webSockets: [socket],
            configure: { $0.runsTasksOnEventLoops = onLoops },
            routes: { router in
                router.get("here") { _, _ -> String in
                    // Also behind a wait.
                    let before = Self.isOnLoop
                    await Task.yield()
                    return "\(before) \(Self.isOnLoop)"
                }
                router.group().add(middleware: OffEventLoopMiddleware()).get("elsewhere") { _, _ -> String in
                    await Task.yield()
                    return "\(Self.isOnLoop)"
                }
            }
        ) { server in
            var found: [String: String] = [:]
            for path in ["here", "elsewhere"] {
                let probe = try await TCPProbe.connect(port: server.port)
                try await probe.send("GET /\(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                let response = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
                found[path] = response.split(separator: "\r\n").last.map { String($0) }
            }
            let connection = try await WebSocketClient().connect(to: "ws://127.0.0.1:\(server.port)/socket")
            connection.send("where?")
            for await text in connection.messages {
                found["socket"] = text
                connection.close()
            }
            answer.yield(found)
        }
        for await found in answers { return found }
        return [:]
    }

    @Test("what serves a connection runs on its event loop where that is chosen, but for what asks to be elsewhere")
    func chosen() async throws {
        #expect(try await self.answers(onLoops: true) == ["here": "true true", "elsewhere": "false", "socket": "true true"])
    }

    @Test("else it runs on the threads of the language")
    func notChosen() async throws {
        #expect(EdgeServerConfiguration().runsTasksOnEventLoops == false)
        #expect(try await self.answers(onLoops: false) == ["here": "false false", "elsewhere": "false", "socket": "false false"])
    }
}
