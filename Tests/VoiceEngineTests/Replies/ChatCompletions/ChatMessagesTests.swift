import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ChatMessagesTests {
    private static func user(_ text: String?) -> RealtimeItem { .message(role: .user, content: [.inputAudio(transcript: text)]) }
    private static func assistant(_ text: String) -> RealtimeItem {
        .message(role: .assistant, status: .incomplete, content: [.outputAudio(transcript: text)])
    }
    private static func system(_ text: String) -> RealtimeItem { .message(role: .system, content: [.inputText(text)]) }
    private static func call(_ id: String?, arguments: String? = "{}") -> RealtimeItem {
        RealtimeItem(type: .functionCall, callID: id, name: "note", arguments: arguments)
    }
    private static func output(_ id: String, _ output: String) -> RealtimeItem {
        RealtimeItem(type: .functionCallOutput, callID: id, output: output)
    }

    /// One line for each message.
    private func lines(_ items: [RealtimeItem], instructions: String = "", _ dialect: ChatDialect = .common) -> [String] {
        ChatMessages(instructions: instructions, items: items, dialect: dialect).messages.map { message in
            let calls = message.toolCalls.map { " calls " + $0.map { "\($0.id)\($0.function.arguments)" }.joined(separator: " ") } ?? ""
            return "\(message.role.rawValue)\(message.toolCallID.map { " \($0)" } ?? ""): \(message.content)\(calls)"
        }
    }

    @Test("instructions, texts and transcripts become messages of their roles; an interrupted reply is what was heard of it")
    func roles() {
        let items = [
            Self.user("Hello"), Self.assistant("Nice to"), .message(role: .user, content: [.inputText("typed"), .inputText("text")]),
        ]
        #expect(lines(items, instructions: "Be brief.") == ["system: Be brief.", "user: Hello", "assistant: Nice to", "user: typed text"])
    }

    @Test("items without words are left out, and neighbours of one role become one message")
    func merge() {
        let items = [Self.user("One"), Self.user(nil), Self.assistant(""), Self.user("two"), Self.assistant("A"), Self.assistant("B")]
        #expect(lines(items + [Self.user("three")]) == ["user: One\ntwo", "assistant: A\nB", "user: three"])
    }

    @Test("every template takes the messages: the user begins and ends, and system messages come first")
    func templates() {
        #expect(lines([], instructions: "Greet.") == ["system: Greet.", "user: \(ChatMessages.beginning)"])
        #expect(lines([]) == ["user: \(ChatMessages.beginning)"])
        let greeted = [Self.system("More."), Self.assistant("Hello")]
        let begun = ["system: Greet.\nMore.", "user: \(ChatMessages.beginning)", "assistant: Hello"]
        #expect(lines(greeted, instructions: "Greet.") == begun + ["user: \(ChatMessages.silence)"])
        #expect(lines(greeted + [Self.system("Ask on.")], instructions: "Greet.") == begun + ["user: Ask on."])
    }

    @Test("OpenAI's endpoint gets the messages as they are")
    func openAI() {
        let items = [Self.assistant("Hello"), Self.system("Ask on.")]
        #expect(lines(items, instructions: "Greet.", .openAI) == ["system: Greet.", "assistant: Hello", "system: Ask on."])
        #expect(lines([], instructions: "Greet.", .openAI) == ["system: Greet."])
    }

    @Test("a function call belongs to the words before it, and its output follows directly")
    func calls() {
        let items = [
            Self.user("Note it"), Self.assistant("Sure."), Self.call("a", arguments: #"{"x":1}"#), Self.call("b"),
            Self.user("and?"), Self.output("b", "B"), Self.output("a", "A"), Self.call("c"), Self.output("c", "C"),
        ]
        #expect(
            lines(items) == [
                "user: Note it", #"assistant: Sure. calls a{"x":1} b{}"#, "tool a: A", "tool b: B", "user: and?",
                "assistant:  calls c{}", "tool c: C",
            ]
        )
    }

    @Test("calls one after another stay one after another")
    func sequence() {
        let items = [Self.user("Go"), Self.call("a"), Self.output("a", "A"), Self.call("b"), Self.output("b", "B")]
        #expect(lines(items) == ["user: Go", "assistant:  calls a{}", "tool a: A", "assistant:  calls b{}", "tool b: B"])
    }

    @Test(
        "a call without an output gets one that says so; an output without a call, a second call of one name and broken arguments do no harm"
    )
    func hostile() {
        let items = [
            Self.output("lost", "x"), Self.user("Go"), Self.call(nil), Self.call(""), Self.call("a", arguments: #"{"cut"#), Self.call("a"),
            Self.call("b", arguments: "[1]"), RealtimeItem(type: "mcp_call"), RealtimeItem(type: .message),
        ]
        #expect(
            lines(items) == [
                "user: Go", "assistant:  calls a{} b{}", "tool a: \(ChatMessages.noOutput)", "tool b: \(ChatMessages.noOutput)",
            ]
        )
    }

    @Test("the output of a slow function is told when it comes, behind what was said meanwhile")
    func lateOutput() {
        let asked = [Self.user("Weather?"), Self.call("a"), Self.user("Take your time."), Self.assistant("One moment.")]
        let meanwhile = [
            "user: Weather?", "assistant:  calls a{}", "tool a: \(ChatMessages.noOutput)", "user: Take your time.",
            "assistant: One moment.",
        ]
        #expect(lines(asked + [Self.user("And?")]) == meanwhile + ["user: And?"])
        let answered = asked + [Self.output("a", "sunny")]
        #expect(lines(answered) == meanwhile + ["user: (The function note has now answered: sunny)"])
        #expect(lines(answered, .openAI) == meanwhile + ["user: (The function note has now answered: sunny)"])
        // A second call is also something that the model said.
        let calls = [Self.user("Go"), Self.call("a"), Self.user("Faster"), Self.call("b"), Self.output("a", "A"), Self.output("b", "B")]
        #expect(
            lines(calls) == [
                "user: Go", "assistant:  calls a{}", "tool a: \(ChatMessages.noOutput)", "user: Faster", "assistant:  calls b{}",
                "tool b: B",
                "user: (The function note has now answered: A)",
            ]
        )
    }
}
