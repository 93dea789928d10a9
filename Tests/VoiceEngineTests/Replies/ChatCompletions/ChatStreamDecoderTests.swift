import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ChatStreamDecoderTests {
    /// Decodes a whole answer that comes in portions of some bytes.
    private func decode(_ answer: String, portion: Int = .max, maximumEventBytes: Int = 4_096) throws -> [ReplyPart] {
        var decoder = ChatStreamDecoder(maximumEventBytes: maximumEventBytes, identifierPrefix: "call_made")
        var parts: [ReplyPart] = []
        var rest = Array(answer.utf8)[...]
        while !rest.isEmpty {
            parts += try decoder.append(rest.prefix(portion))
            rest = rest.dropFirst(portion)
        }
        return try parts + decoder.finish()
    }

    private func code(_ answer: String, maximumEventBytes: Int = 4_096) -> LanguageModelError.Code? {
        do {
            _ = try decode(answer, maximumEventBytes: maximumEventBytes)
            return nil
        } catch {
            return (error as? LanguageModelError)?.code
        }
    }

    private static func events(_ pieces: [String], done: Bool = true) -> String {
        (pieces + (done ? ["[DONE]"] : [])).map { "data: \($0)\n\n" }.joined()
    }

    private static func delta(_ members: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return #"{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{\#(members)},"finish_reason":\#(reason)}]}"#
    }

    private static func word(_ text: String) -> String { delta(#""content":"\#(text)""#) }

    private static func call(_ members: String) -> String { delta(#""tool_calls":[{\#(members)}]"#) }

    @Test("words, the number of tokens and the end come out, in portions of any size")
    func stream() throws {
        let answer =
            ": comment\n\n"
            + Self.events([
                Self.delta(#""role":"assistant","content":null"#), Self.word("Héllo"), Self.word(" there."), Self.delta("", finish: "stop"),
                #"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}}"#,
            ])
        let usage = ReplyUsage(inputTokens: 12, cachedTokens: 8, outputTokens: 3)
        for portion in [1, 2, 3, 7, 100, .max] {
            #expect(
                try decode(answer, portion: portion) == [.text("Héllo"), .text(" there."), .usage(usage), .finished(.completed)]
            )
        }
        #expect(try decode(answer.replacing("\n", with: "\r\n"), portion: 5).last == .finished(.completed))
    }

    @Test(
        "every reason to end has its meaning",
        arguments: [
            ("stop", .completed), ("length", .maximumOutputTokens), ("content_filter", .contentFilter), ("tool_calls", .completed),
            ("eos", .completed),
        ] as [(String, ReplyEnd)]
    )
    func reasons(_ reason: String, _ end: ReplyEnd) throws {
        #expect(try decode(Self.events([Self.delta(#""content":"Hi""#, finish: reason)])) == [.text("Hi"), .finished(end)])
    }

    @Test("a stream may end without [DONE], without its last empty line, or with [DONE] and no reason")
    func ends() throws {
        let parts: [ReplyPart] = [.text("Hi"), .finished(.completed)]
        let ended = [Self.word("Hi"), Self.delta("", finish: "stop")]
        #expect(try decode(Self.events(ended, done: false)) == parts)
        #expect(try decode(String(Self.events(ended, done: false).dropLast(2))) == parts)
        #expect(try decode(Self.events([Self.word("Hi")])) == parts)
    }

    @Test("nothing after the end is read")
    func afterEnd() throws {
        #expect(try decode(Self.events([Self.word("Hi")]) + "garbage\n\ndata: garbage\n\n").last == .finished(.completed))
    }

    @Test("what the model thinks aloud is left out, and the reply begins with a word")
    func thinking() throws {
        let answer = Self.events([
            Self.delta(#""reasoning_content":"secret","reasoning":"secret""#), Self.word("<thi"), Self.word("nk>secret</th"),
            Self.word("ink>"), Self.word(#"\n\n "#), Self.word(" Hi"), Self.word(" <"),
        ])
        #expect(try decode(answer) == [.text("Hi"), .text(" "), .text("<"), .finished(.completed)])
    }

    @Test("a whole JSON document is a reply, too")
    func document() throws {
        let message = #"{"role":"assistant","content":"Hello.","tool_calls":[{"id":"c1","function":{"name":"note","arguments":"{}"}}]}"#
        let answer = """

            {"choices":[{"message":\(message),"finish_reason":"tool_calls"}], "usage":{"prompt_tokens":1,"completion_tokens":2}}
            """
        for portion in [1, 10, .max] {
            #expect(
                try decode(answer, portion: portion) == [
                    .text("Hello."), .functionCall(index: 0, callID: "c1", name: "note"), .functionArguments(index: 0, delta: "{}"),
                    .usage(ReplyUsage(inputTokens: 1, outputTokens: 2)), .finished(.completed),
                ]
            )
        }
    }

    @Test("texts among typed parts, and refusals, are words of the reply")
    func typedParts() throws {
        let content = #""content":[{"type":"thinking","thinking":[]},{"type":"text","text":"Hi"},{"type":"text","text":" you"}]"#
        #expect(try decode(Self.events([Self.delta(content)])).first == .text("Hi you"))
        #expect(try decode(Self.events([Self.delta(#""refusal":"I cannot.""#)])).first == .text("I cannot."))
    }

    @Test("function calls in pieces are put together by their number")
    func calls() throws {
        let answer = Self.events([
            Self.call(#""index":0,"id":"c1","type":"function","function":{"name":"no","arguments":""}"#),
            Self.call(#""index":0,"function":{"name":"te"}"#),
            Self.call(#""index":0,"function":{"arguments":"{\"a\""}"#),
            Self.call(#""index":1,"id":"c2","function":{"name":"end"}"#),
            Self.call(#""index":0,"function":{"arguments":":1}"}"#),
            Self.delta("", finish: "tool_calls"),
        ])
        #expect(
            try decode(answer) == [
                .functionCall(index: 0, callID: "c1", name: "note"), .functionArguments(index: 0, delta: #"{"a""#),
                .functionArguments(index: 0, delta: ":1}"), .functionCall(index: 1, callID: "c2", name: "end"), .finished(.completed),
            ]
        )
    }

    @Test("calls without numbers or with the same number, without identifiers or with one twice, and with names repeated are told apart")
    func oddCalls() throws {
        let whole = #""function":{"name":"note","arguments":"{}"}"#
        func identifiers(_ pieces: [String]) throws -> [String] {
            try decode(Self.events(pieces.map(Self.call))).compactMap { part in
                if case .functionCall(_, let id, let name) = part { "\(id) \(name)" } else { nil }
            }
        }
        // All numbered 0, with identifiers of their own.
        #expect(try identifiers([#""index":0,"id":"a",\#(whole)"#, #""index":0,"id":"b",\#(whole)"#]) == ["a note", "b note"])
        // No numbers.
        #expect(try identifiers([#""id":"a",\#(whole)"#, #""id":"b",\#(whole)"#]) == ["a note", "b note"])
        // Neither numbers nor identifiers.
        #expect(try identifiers([whole, whole]) == ["call_made_0 note", "call_made_1 note"])
        // The same identifier twice.
        #expect(try identifiers([#""index":0,"id":"a",\#(whole)"#, #""index":1,"id":"a",\#(whole)"#]) == ["a note", "call_made_1 note"])
        // An identifier that comes after the name, and the name in each piece.
        #expect(try identifiers([#""index":0,"function":{"name":"note"}"#, #""index":0,"id":"late",\#(whole)"#]) == ["late note"])
        #expect(try identifiers([#""index":0,\#(whole)"#, #""index":0,\#(whole)"#]) == ["call_made_0 note"])
    }

    @Test("arguments that come as an object become text")
    func objectArguments() throws {
        let parts = try decode(Self.events([Self.call(#""id":"a","function":{"name":"note","arguments":{"b":[1],"a":"x"}}"#)]))
        #expect(parts.contains(.functionArguments(index: 0, delta: #"{"a":"x","b":[1]}"#)))
    }

    @Test(
        "an error in place of the reply is told apart by its number or name",
        arguments: [
            (#"{"error":{"code":503,"message":"canary"}}"#, .unreachable), (#"{"error":{"code":401,"message":"canary"}}"#, .refused),
            (#"{"error":{"code":"rate_limit_exceeded"}}"#, .rateLimited), (#"{"error":{"type":"invalid_request_error"}}"#, .refused),
            (#"{"error":"canary"}"#, .cut), (#"{"error":{"code":99999}}"#, .cut),
        ] as [(String, LanguageModelError.Code)]
    )
    func errors(_ json: String, _ expected: LanguageModelError.Code) {
        #expect(code(Self.events([json])) == expected)
        #expect(code(Self.events([Self.word("Hi"), json])) == expected)
        #expect(code(json) == expected)
    }

    @Test(
        "what is no reply is malformed",
        arguments: [
            "", "   \n", "data: [DONE]\n\n", "<html>Bad gateway</html>", "data: {\"choices\":\n\n", "data: 7\n\n", "{", "{}}",
            "data: null\n\n",
            "\u{FEFF}{}", "data: " + String(repeating: "[", count: 2_000) + "\n\n",
        ]
    )
    func malformed(_ answer: String) {
        #expect(code(answer) == .malformed)
    }

    @Test("a stream that stops in the middle is cut")
    func cut() {
        #expect(code(Self.events([Self.word("Hi")], done: false)) == .cut)
        #expect(code("data: \(Self.word("Hi"))\n\ndata: {\"cho") == .malformed)
        #expect(code("{\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}") == .cut)
    }

    @Test("a line, a document, a name and arguments beyond the limits are malformed")
    func limits() {
        let long = String(repeating: "x", count: 5_000)
        #expect(code(Self.events([Self.word(long)])) == .malformed)
        #expect(code("data: " + long) == .malformed)
        #expect(code("{\"choices\":\"\(long)\"}") == .malformed)
        let name = String(repeating: "n", count: FunctionCallAssembly.maximumNameBytes + 1)
        #expect(code(Self.events([Self.call(#""function":{"name":"\#(name)"}"#)])) == .malformed)
        let many = (0...FunctionCallAssembly.maximumCalls).map { Self.call(#""index":\#($0),"function":{"name":"f"}"#) }
        #expect(code(Self.events(Array(many.dropLast()))) == nil)
        #expect(code(Self.events(many)) == .malformed)
        let arguments = String(repeating: "1", count: 3_900)
        let piece = Self.call(#""index":0,"function":{"name":"f","arguments":"\#(arguments)"}"#)
        #expect(code(Self.events(Array(repeating: piece, count: 16))) == nil)
        #expect(code(Self.events(Array(repeating: piece, count: 17))) == .malformed)
        #expect(code(Self.events([Self.call(#""index":0,"function":{"arguments":"{}"}"#)])) == .malformed)
    }

    @Test("members of the wrong kind never trap")
    func hostile() {
        let values = ["null", "true", "-1", "1e400", "9223372036854775807", "\"\"", "[]", "[null]", "{}", "[{}]", "\"\\ud800\""]
        let keys = ["choices", "usage", "index", "delta", "content", "tool_calls", "function", "name", "arguments", "finish_reason", "id"]
        var generator = SeededGenerator(seed: 11)
        func value(_ depth: Int) -> String {
            if depth == 0 || Int.random(in: 0..<4, using: &generator) == 0 { return values.randomElement(using: &generator) ?? "" }
            let members = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                let inner = value(depth - 1)
                return "\"\(keys.randomElement(using: &generator) ?? "")\":\(Bool.random(using: &generator) ? inner : "[\(inner)]")"
            }
            return "{\(members.joined(separator: ","))}"
        }
        for _ in 0..<300 {
            let answer = Self.events((0..<3).map { _ in #"{"choices":[{"delta":\#(value(4))}],"usage":\#(value(2))}"# })
            _ = code(answer)
            _ = code(value(5))
        }
    }
}
