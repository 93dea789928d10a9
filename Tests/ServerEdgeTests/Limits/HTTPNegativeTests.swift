import HTTPTypes
import Hummingbird
import ServerEdge
import Testing
import VivaTestKit

/// What no proper client sends, against a real server over a raw socket. Much of it is refused by NIO's parser; it is
/// stated here because we promise it, whoever keeps the promise.
@Suite(.timeLimit(.minutes(2))) struct HTTPNegativeTests {
    private static let healthy = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static let lastHealthy = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    private static func routes(_ router: Router<EdgeRequestContext>) {
        router.post("echo") { request, _ in try await request.collectText(upTo: 1_000) }
        router.post("json") { request, _ in try await request.decodeJSON([String: Int].self, upTo: 1_000).count.description }
    }

    /// The answer of a fresh connection up to its end.
    private static func answer(_ request: String, port: Int) async throws -> String {
        let probe = try await TCPProbe.connect(port: port)
        try await probe.send(Array(request.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }))
        let answer = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
        await probe.close()
        return answer
    }

    private static func statuses(_ answer: String) -> [String] {
        answer.split(separator: "\r\n").filter { $0.contains("HTTP/1.1 ") }.compactMap { line in
            line.split(separator: "HTTP/1.1 ").last.map { String($0.prefix(3)) }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: String
        let request: String

        init(_ name: String, _ status: String, _ request: String) {
            testDescription = name
            self.status = status
            self.request = request
        }

        private static func get(_ target: String = "/health", _ fields: String = "Host: localhost\r\n", version: String = "1.1") -> String {
            "GET \(target) HTTP/\(version)\r\n\(fields)\r\n"
        }

        /// A post whose request line and host are right.
        private static func post(_ fields: String, _ body: String = chunks) -> String {
            "POST /echo HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\(body)"
        }

        private static let chunks = "3\r\nabc\r\n0\r\n\r\n"
        private static let chunked = "Transfer-Encoding: chunked\r\n"

        private static func many(_ count: Int, _ size: Int = 1) -> String {
            (0..<count).map { "X-\($0): \(String(repeating: "a", count: size))\r\n" }.joined()
        }

        /// Each is followed by a request that must not be answered.
        static let smuggling: [Case] = [
            Case("length and chunks", "400", post("Content-Length: 3\r\n" + chunked)),
            Case("chunks and length", "400", post(chunked + "Content-Length: 3\r\n")),
            Case("two codings", "400", post(chunked + "Transfer-Encoding: identity\r\n")),
            Case("chunked twice", "400", post(chunked + chunked)),
            Case("chunked, then identity", "400", post("Transfer-Encoding: chunked, identity\r\n")),
            Case("identity", "501", post("Transfer-Encoding: identity\r\n")),
            Case("a coding before chunked", "501", post("Transfer-Encoding: gzip, chunked\r\n")),
            Case("xchunked", "501", post("Transfer-Encoding: xchunked\r\n")),
            Case("a vertical tab before chunked", "400", post("Transfer-Encoding: \u{B}chunked\r\n")),
            Case("chunks in HTTP/1.0", "400", post(chunked).replacing("HTTP/1.1", with: "HTTP/1.0")),
            Case("two lengths", "400", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")),
            Case("the same length twice", "400", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")),
            Case("a list of lengths", "400", post("Content-Length: 3, 3\r\n", "abc")),
            Case("a negative length", "400", post("Content-Length: -1\r\n", "abc")),
            Case("a length with a sign", "400", post("Content-Length: +3\r\n", "abc")),
            Case("a hexadecimal length", "400", post("Content-Length: 0x3\r\n", "abc")),
            Case("two numbers", "400", post("Content-Length: 3 4\r\n", "abc")),
            Case("an empty length", "400", post("Content-Length: \r\n", "abc")),
            Case("a length beyond 64 bits", "400", post("Content-Length: 99999999999999999999\r\n", "abc")),
            Case("a length of 63 bits and one", "413", post("Content-Length: 9223372036854775808\r\n", "abc")),
            Case("a header folded over lines", "400", get("/health", "Host: localhost\r\nX: a\r\n b\r\n")),
            Case("a folded coding", "400", post("Transfer-Encoding:\r\n chunked\r\n")),
            Case("bare line feeds", "400", "GET /health HTTP/1.1\nHost: localhost\n\n"),
            Case("one bare line feed", "400", get("/health", "Host: localhost\nX: y\r\n")),
            Case("a bare carriage return", "400", get("/health", "Host: localhost\rX: y\r\n")),
            Case("NUL in a value", "400", get("/health", "Host: localhost\r\nX: a\0b\r\n")),
            Case("NUL in a name", "400", get("/health", "Host: localhost\r\nX\0: a\r\n")),
            Case("NUL in the address", "400", get("/health\0")),
            Case("a space before the colon", "400", get("/health", "Host : localhost\r\n")),
            Case("a space before the coding's colon", "400", post("Transfer-Encoding : chunked\r\n")),
            Case("a space before the first header", "400", get("/health", " Host: localhost\r\n")),
            Case("a header without a colon", "400", get("/health", "Host: localhost\r\nX\r\n")),
            Case("a chunk extension that ends in a line feed", "400", post(chunked, "3;a\nabc\r\n0\r\n\r\n")),
            Case("a chunk beyond 64 bits", "400", post(chunked, "fffffffffffffffff\r\nabc")),
            Case("a negative chunk", "400", post(chunked, "-1\r\nabc\r\n0\r\n\r\n")),
            Case("a chunk with 0x", "400", post(chunked, "0x3\r\nabc\r\n0\r\n\r\n")),
            Case("a chunk longer than it says", "400", post(chunked, "3\r\nabcd\r\n0\r\n\r\n")),
            Case("chunks with line feeds", "400", post(chunked, "3\nabc\n0\n\n")),
            Case("no host", "400", get("/health", "")),
            Case("two hosts", "400", get("/health", "Host: localhost\r\nHost: other\r\n")),
            Case("two hosts in HTTP/1.0", "400", get("/health", "Host: localhost\r\nHost: other\r\n", version: "1.0")),
            Case("a host with a path", "400", get("/health", "Host: localhost/x\r\n")),
            Case("a host with a user", "400", get("/health", "Host: a@localhost\r\n")),
            Case("a list of hosts", "400", get("/health", "Host: localhost other\r\n")),
            Case("HTTP/0.9", "400", "GET /health\r\n\r\n"),
            Case("HTTP/1.9", "400", get(version: "1.9")),
            Case("HTTP/2 with prior knowledge", "400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            Case("an unknown method", "400", "BREW /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            Case("a tunnel", "404", "CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n"),
        ]

        static let limits: [Case] = [
            Case("100 headers", "200", get("/health", "Host: localhost\r\nConnection: close\r\n" + many(98))),
            Case("101 headers", "431", get("/health", "Host: localhost\r\nConnection: close\r\n" + many(99))),
            Case("a header of 16 KiB", "431", get("/health", "Host: localhost\r\n" + many(1, 16 * 1024))),
            Case("15 KiB of headers", "200", get("/health", "Host: localhost\r\nConnection: close\r\n" + many(15, 1_000))),
            Case("16 KiB of headers together", "431", get("/health", "Host: localhost\r\n" + many(17, 1_000))),
            Case(
                "headers of 1 MiB that never end",
                "431",
                get("/health", "Host: localhost\r\nX: " + String(repeating: "a", count: 1 << 20))
            ),
            Case("an address of 4 KiB", "404", get("/" + String(repeating: "a", count: 4_095), "Host: localhost\r\nConnection: close\r\n")),
            Case("an address of 4 KiB and one", "414", get("/" + String(repeating: "a", count: 4_096))),
            Case("trailers of 20 KiB", "400", post(chunked, "3\r\nabc\r\n0\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n")),
            Case("101 trailers", "400", post(chunked, "3\r\nabc\r\n0\r\n" + many(101) + "\r\n")),
            Case("a declared body beyond the limit", "413", post("Content-Length: 1000000000\r\nExpect: 100-continue\r\n", "")),
            Case("a body beyond the limit", "413", post("Content-Length: 1001\r\n", String(repeating: "a", count: 1_001))),
            Case("chunks beyond the limit", "413", post(chunked, "3e9\r\n\(String(repeating: "a", count: 1_001))\r\n0\r\n\r\n")),
            Case("a body that isn't UTF-8", "400", post("Content-Length: 2\r\nConnection: close\r\n", "\u{C3}\u{28}")),
        ]

        /// None of them leads to another resource than it names, and the last ones are plain requests.
        static let paths: [Case] = [
            ("..%2fhealth", "404"), ("%2e%2e/health", "404"), ("%252e%252e/health", "404"), ("..\\health", "404"),
            ("./health", "404"), ("a/../health", "404"), ("%68ealth", "404"), ("health;/", "404"), ("health%00", "404"),
            ("health%20", "404"), ("health#x", "404"), ("%ff", "404"), ("%", "404"), ("h\u{80}", "400"),
            ("/health", "200"), ("health/", "200"), ("health?x", "200"),
        ].map { path, status in Case("/" + path, status, get("/" + path, "Host: localhost\r\nConnection: close\r\n")) }
    }

    @Test("ambiguous framing is refused, and nothing behind it is taken for a request", arguments: Case.smuggling)
    func smuggling(_ item: Case) async throws {
        try await TestServer.run(webSockets: [.echo()], routes: Self.routes) { server in
            let answer = try await Self.answer(item.request + Self.healthy, port: server.port)
            #expect(Self.statuses(answer) == [item.status], "\(answer)")
            // The same behind a proper request.
            let second = try await Self.answer(Self.healthy + item.request + Self.healthy, port: server.port)
            #expect(Self.statuses(second) == ["200", item.status], "\(second)")
        }
    }

    @Test("limits of headers, addresses and bodies hold to the byte", arguments: Case.limits)
    func limits(_ item: Case) async throws {
        try await TestServer.run(webSockets: [.echo()], routes: Self.routes) { server in
            let answer = try await Self.answer(item.request, port: server.port)
            #expect(Self.statuses(answer) == [item.status], "\(answer.prefix(300))")
        }
    }

    @Test("odd paths lead nowhere", arguments: Case.paths)
    func paths(_ item: Case) async throws {
        try await TestServer.run(webSockets: [.echo()], routes: Self.routes) { server in
            let answer = try await Self.answer(item.request, port: server.port)
            #expect(Self.statuses(answer) == [item.status])
        }
    }

    @Test("an absolute address, 1,000 ranges and a chunk extension of 1 MiB change nothing")
    func harmless() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let absolute = "GET http://other.example/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let whole = try await Self.answer(absolute, port: server.port)
            #expect(whole.hasSuffix("\r\n\r\nhealthy"))
            let ranges = (0..<1_000).map { "\($0)-\($0)" }.joined(separator: ",")
            let ranged = "GET /health HTTP/1.1\r\nHost: localhost\r\nRange: bytes=\(ranges)\r\nConnection: close\r\n\r\n"
            let unranged = try await Self.answer(ranged, port: server.port)
            #expect(unranged.hasSuffix("\r\n\r\nhealthy"))
            let extended =
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x=\(String(repeating: "a", count: 1 << 20))\r\nabc\r\n0\r\n\r\n"
            let echoed = try await Self.answer(extended, port: server.port)
            #expect(echoed.hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test("compressed bodies are not unpacked")
    func compression() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let request =
                "POST /json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
                + "Content-Type: application/json\r\nContent-Length: 3\r\n\r\n\u{1F}\u{8B}\u{8}"
            let answer = try await Self.answer(request, port: server.port)
            #expect(Self.statuses(answer) == ["400"])
        }
    }

    @Test(
        "JSON that tries the reader is refused or read, and the server lives",
        arguments: [
            ("nested", String(repeating: #"{"a":"#, count: 150), "400"), ("arrays", String(repeating: "[", count: 900), "400"),
            ("a number beyond all types", #"{"a":1e400}"#, "400"), ("a lone surrogate", #"{"\ud800":1}"#, "400"),
            ("UTF-7", "+AHsAIg-a", "400"), ("a byte order mark alone", "\u{EF}\u{BB}\u{BF}", "400"), ("nothing", "", "400"),
            ("a trailing comma, which the reader forgives", #"{"a":1,}"#, "200"),
            ("100 keys", "{\((0..<100).map { "\"k\($0)\":1" }.joined(separator: ","))}", "200"),
        ]
    )
    func json(_ name: String, _ body: String, _ status: String) async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let request =
                "POST /json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.unicodeScalars.count)\r\n\r\n\(body)"
            let answer = try await Self.answer(request, port: server.port)
            #expect(Self.statuses(answer) == [status], "\(name)")
            let next = try await Self.answer(Self.lastHealthy, port: server.port)
            #expect(Self.statuses(next) == ["200"])
        }
    }

    @Test("the answers to requests before a refused one still come, in order")
    func order() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let long = "GET /\(String(repeating: "a", count: 5_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answer = try await Self.answer(Self.healthy + Self.healthy + long + Self.healthy, port: server.port)
            #expect(Self.statuses(answer) == ["200", "200", "414"])
        }
    }

    @Test("a client of HTTP/1.0 gets its answer and the end")
    func oldClient() async throws {
        try await TestServer.run { server in
            let answer = try await Self.answer("GET /health HTTP/1.0\r\n\r\n", port: server.port)
            #expect(answer.hasSuffix("\r\n\r\nhealthy"))
        }
    }

    @Test(
        "what follows a request that is the last on its connection is not read, and the connection ends",
        arguments: [
            "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\nUpgrade: x\r\n\r\n",
        ]
    )
    func lastRequest(_ request: String) async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let answer = try await Self.answer(request + request + request, port: server.port)
            #expect(Self.statuses(answer).count == 1)
        }
    }

    @Test("after a refused body the connection ends, although the client goes on sending")
    func endAfterRefusal() async throws {
        try await TestServer.run(configure: { $0.lingerTime = .milliseconds(100) }, routes: Self.routes) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
            let answer = try await probe.receiveToEnd()
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 413 "))
            // Our side of the socket is cut at last: a write fails.
            await #expect(throws: (any Error).self) { () async throws in
                while true {
                    try await probe.send([UInt8](repeating: 0x61, count: 10_000))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            await probe.close()
        }
    }

    @Test("a client that takes nothing of a large response is cut at the deadline")
    func stalledResponse() async throws {
        let large = String(repeating: "a", count: 32 << 20)
        try await TestServer.run(
            configure: { $0.responseStallDeadline = .milliseconds(100) },
            routes: { $0.get("large") { _, _ in large } }
        ) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            await probe.pauseReading()
            try await probe.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
            // The request's deadline is over when nothing more can be written: the server has gone.
            await #expect(throws: (any Error).self) { () async throws in
                while true {
                    try await probe.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            await probe.close()
        }
    }

    @Test("an address has so many connections and no more, and gets them back")
    func connectionsPerAddress() async throws {
        try await TestServer.run(
            configure: {
                $0.connectionsPerAddress?.maximum = 3
                $0.connectionsPerAddress?.exemptsLocalNetworks = false
            }
        ) { server in
            var probes: [TCPProbe] = []
            for _ in 0..<3 {
                let probe = try await TCPProbe.connect(port: server.port)
                try await probe.send(Self.healthy)
                #expect(try await probe.receive(until: "healthy").hasPrefix("HTTP/1.1 200 "))
                probes.append(probe)
            }
            let fourth = try await TCPProbe.connect(port: server.port)
            try? await fourth.send(Self.healthy)
            #expect(try await fourth.receiveToEnd().isEmpty)
            await fourth.close()
            await probes[0].close()
            // The server hears of the end a moment later.
            var again = ""
            while !again.hasPrefix("HTTP/1.1 200 ") {
                let probe = try await TCPProbe.connect(port: server.port)
                try? await probe.send(Self.lastHealthy)
                again = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
                await probe.close()
            }
            for probe in probes { await probe.close() }
        }
    }
}
