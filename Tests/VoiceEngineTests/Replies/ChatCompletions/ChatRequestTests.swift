import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ChatRequestTests {
    private static func user(_ text: String) -> RealtimeItem { .message(role: .user, content: [.inputAudio(transcript: text)]) }
    private static func assistant(_ text: String) -> RealtimeItem { .message(role: .assistant, content: [.outputAudio(transcript: text)]) }
    private static func call(_ id: String, _ arguments: String = #"{"a":1}"#) -> RealtimeItem {
        RealtimeItem(type: .functionCall, callID: id, name: "note", arguments: arguments)
    }
    private static func output(_ id: String, _ output: String) -> RealtimeItem {
        RealtimeItem(type: .functionCallOutput, callID: id, output: output)
    }
    private static let tool: JSONValue = [
        "type": "function", "name": "note", "description": "Keeps a note",
        "parameters": ["type": "object", "properties": ["text": ["type": "string"]]],
    ]

    private func body(
        _ request: ReplyRequest,
        at url: String = "http://127.0.0.1:8080/v1",
        _ change: (inout ChatCompletionsConfiguration) -> Void = { _ in }
    ) throws -> String {
        var configuration = try #require(ChatCompletionsConfiguration(baseURL: url, model: "m"))
        change(&configuration)
        return ChatRequest.body(request, configuration)
    }

    private func decoded(_ body: String) throws -> JSONValue { try RealtimeCoding.decode(JSONValue.self, from: body) }

    @Test("a request has a fixed order with the conversation last")
    func order() throws {
        let request = ReplyRequest(
            instructions: "Be brief.",
            items: [Self.user("Hello")],
            tools: [Self.tool],
            toolChoice: "required",
            maximumOutputTokens: 50,
            parallelToolCalls: false
        )
        let expected = [
            #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":50,"temperature":0.5,"#,
            #""tools":[{"function":{"description":"Keeps a note","name":"note","parameters":{"properties":{"text":{"type":"string"}},"#,
            #""type":"object"}},"type":"function"}],"tool_choice":"required","parallel_tool_calls":false,"seed":7,"#,
            #""messages":[{"content":"Be brief.","role":"system"},{"content":"Hello","role":"user"}]}"#,
        ]
        let body = try body(request) { configuration in
            configuration.temperature = 0.5
            configuration.extra = ["seed": 7, "model": "other", "messages": [], "stream": false, "tools": []]
        }
        #expect(body == expected.joined())
    }

    @Test("the same conversation with one more turn has the same bytes up to where it goes on")
    func prefix() throws {
        var items = [Self.assistant("Welcome."), Self.user("Hello"), Self.call("c1"), Self.output("c1", "done")]
        var earlier = try body(ReplyRequest(instructions: "Be brief.", items: items, tools: [Self.tool])).dropLast(2)
        let turns: [[RealtimeItem]] = [
            [Self.assistant("Noted. And you?"), Self.user("I am \"fine\"")],
            [Self.assistant("Good."), Self.call("c2"), Self.call("c3"), Self.output("c3", "3"), Self.output("c2", "2")],
            [Self.assistant("So."), Self.user("Yes")],
        ]
        for turn in turns {
            items += turn
            let longer = try body(ReplyRequest(instructions: "Be brief.", items: items, tools: [Self.tool]))
            #expect(longer.hasPrefix(earlier + ","))
            earlier = longer.dropLast(2)
        }
    }

    @Test("OpenAI's own endpoint gets its names for the limit and for the cache's key; others do not")
    func dialects() throws {
        let request = ReplyRequest(instructions: "", items: [Self.user("Hi")], maximumOutputTokens: 9, sessionID: "sess_1")
        let openAI = try decoded(body(request, at: "https://api.openai.com/v1"))
        #expect(openAI["max_completion_tokens"] == 9)
        #expect(openAI["prompt_cache_key"] == "sess_1")
        #expect(openAI["max_tokens"] == nil)
        for url in ["https://openai.com.example/v1", "http://127.0.0.1:8080/openai.com"] {
            let other = try decoded(body(request, at: url))
            #expect(other["max_tokens"] == 9)
            #expect(other["prompt_cache_key"] == nil)
        }
    }

    @Test("without tools there is nothing about tools")
    func noTools() throws {
        let request = ReplyRequest(
            instructions: "",
            items: [Self.user("Hi")],
            tools: [["type": "mcp", "server_label": "x"], ["type": "function"], "text"],
            toolChoice: "required",
            parallelToolCalls: false
        )
        let body = try decoded(body(request))
        for key in ["tools", "tool_choice", "parallel_tool_calls"] { #expect(body[key] == nil) }
    }

    @Test(
        "a choice of tools is said in a chat's words",
        arguments: [
            ("auto", nil), ("none", "none"), ("required", "required"), ("whatever", nil), (7, nil),
            (["type": "function", "name": "note"], ["type": "function", "function": ["name": "note"]]),
        ] as [(JSONValue, JSONValue?)]
    )
    func choice(_ choice: JSONValue, _ expected: JSONValue?) throws {
        let request = ReplyRequest(instructions: "", items: [], tools: [Self.tool], toolChoice: choice)
        #expect(try decoded(body(request))["tool_choice"] == expected)
    }

    @Test(
        "a function without parameters gets an empty schema, in whichever way it has none",
        arguments: [
            ["type": "function", "name": "end"], ["type": "function", "name": "end", "parameters": nil],
            ["type": "function", "name": "end", "parameters": [:]],
        ] as [JSONValue]
    )
    func parameters(_ tool: JSONValue) throws {
        let request = ReplyRequest(instructions: "", items: [], tools: [tool])
        let tool = try decoded(body(request))["tools"]?.arrayValue?.first
        #expect(tool?["function"]?["parameters"] == ["type": "object", "properties": [:]])
    }
}
