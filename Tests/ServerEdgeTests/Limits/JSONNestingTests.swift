import Hummingbird
import ServerEdge
import Testing
import VivaTestKit

private struct Body: Decodable {
    let ticket: String
}

@Suite(.timeLimit(.minutes(2))) struct JSONNestingTests {
    private static func nested(_ depth: Int, _ inside: String = "") -> String {
        String(repeating: "[", count: depth) + inside + String(repeating: "]", count: depth)
    }

    @Test("as many levels as the limit says pass, one more does not, whatever they are of")
    func depth() {
        let limit = JSONNesting.deepest
        #expect(!JSONNesting.refuses(Self.nested(limit).utf8))
        #expect(JSONNesting.refuses(Self.nested(limit + 1).utf8))
        let objects = String(repeating: #"{"a":"#, count: limit) + "1" + String(repeating: "}", count: limit)
        #expect(!JSONNesting.refuses(objects.utf8))
        #expect(JSONNesting.refuses("[\(objects)]".utf8))
        #expect(!JSONNesting.refuses(String(repeating: "[],", count: 1_000).utf8), "beside each other they are no depth")
    }

    @Test("brackets inside strings do not count, whatever is escaped there, and those behind them do")
    func strings() {
        let brackets = String(repeating: "[{", count: 100)
        for string in [brackets, #"\""# + brackets, #"\\\""# + brackets, #"\u005b"# + brackets] {
            #expect(!JSONNesting.refuses(#"{"a":"\#(string)"}"#.utf8), "\(string.prefix(8))")
        }
        #expect(JSONNesting.refuses((#"{"a\\":"\\","b":"# + brackets).utf8))
    }

    @Test("a text of another encoding is refused, as its bytes do not say what they seem to")
    func encodings() {
        // The character U+2220 has the byte of a quotation mark, which is none.
        let text = "[\"\u{2220}\"," + Self.nested(100) + "]"
        let wide = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        #expect(JSONNesting.refuses(wide))
        #expect(JSONNesting.refuses(Array(wide.reversed())))
    }

    @Test(
        "a body that nests too deeply gets the answer of one that is no JSON, before it is decoded",
        arguments: [(JSONNesting.deepest - 1, 200), (JSONNesting.deepest, 400), (500, 400)]
    )
    func body(_ depth: Int, _ status: Int) async throws {
        let fill = depth == 500 ? Array(repeating: "[]", count: 20_000).joined(separator: ",") : ""
        let body = #"{"ticket":"t","x":\#(Self.nested(depth, fill))}"#
        try await TestServer.run(
            routes: { router in
                router.post("json") { request, _ in try await request.decodeJSON(Body.self, upTo: 64 * 1024).ticket }
            }
        ) { server in
            let probe = try await TCPProbe.connect(port: server.port)
            try await probe.send(
                "POST /json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            let answer = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect((status == 400) == answer.contains(#""message":"The body is not valid JSON.""#))
        }
    }
}
