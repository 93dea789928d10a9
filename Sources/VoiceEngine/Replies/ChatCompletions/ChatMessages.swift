import RealtimeProtocol

/// One message of a chat (API reference, "Create chat completion").
struct ChatMessage: Encodable, Equatable {
    enum Role: String, Encodable { case system, user, assistant, tool }

    struct ToolCall: Encodable, Equatable {
        struct Function: Encodable, Equatable {
            var arguments: String
            var name: String
        }

        var function: Function
        var id: String
        var type = "function"
    }

    var role: Role
    var content: String
    var toolCalls: [ToolCall]?
    var toolCallID: String?

    private enum CodingKeys: String, CodingKey {
        case role, content
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }
}

/// Writes a conversation of the Realtime API as messages of a chat.
///
/// More turns only ever add at the end, so that an endpoint which keeps its work on a prompt need not do it again.
struct ChatMessages {
    /// Stands for the user before the assistant's first words (see ``ChatDialect/common``).
    static let beginning = "(The conversation begins.)"
    /// Stands for the user when the assistant is to speak twice in a row.
    static let silence = "(The other person says nothing.)"
    /// Stands for the output of a function that has not answered yet: every call needs one.
    static let noOutput = "There is no result yet."

    private(set) var messages: [ChatMessage] = []
    private let dialect: ChatDialect
    /// Outputs that came before the model spoke again; the others are told where they came.
    private let outputs: [String: String]
    /// Names of the functions by call.
    private var knownCalls: [String: String] = [:]
    /// Calls of the last message, whose outputs must follow it.
    private var openCalls: [String] = []

    init(instructions: String, items: [RealtimeItem], dialect: ChatDialect) {
        self.dialect = dialect
        outputs = Self.outputsInTime(items)
        add(.system, instructions)
        for item in items {
            switch item.type {
            case .message: add(message: item)
            case .functionCall: add(call: item)
            case .functionCallOutput: add(output: item)
            default: break
            }
        }
        closeCalls()
        guard dialect == .common else { return }
        switch messages.last?.role {
        case .user, .tool: break
        case .assistant: add(.user, Self.silence)
        case .system, nil: add(.user, Self.beginning)
        }
    }

    /// An assistant's item holds what was heard: the session has cut it at an interruption. Items without words, such as speech that was
    /// not recognised, say nothing to a language model.
    private mutating func add(message item: RealtimeItem) {
        switch item.role {
        case .some(.assistant): add(.assistant, item.spokenText)
        case .some(.system): add(dialect == .common && messages.contains { $0.role != .system } ? .user : .system, item.spokenText)
        default: add(.user, item.spokenText)
        }
    }

    private mutating func add(_ role: ChatMessage.Role, _ text: String) {
        guard !text.isEmpty else { return }
        closeCalls()
        beginIfNeeded(role)
        if let last = messages.last, last.role == role, last.toolCalls == nil {
            messages[messages.count - 1].content += "\n" + text
        } else {
            messages.append(ChatMessage(role: role, content: text))
        }
    }

    private mutating func add(call item: RealtimeItem) {
        guard let id = item.callID, !id.isEmpty, let name = item.name, !name.isEmpty, knownCalls[id] == nil else { return }
        knownCalls[id] = name
        let call = ChatMessage.ToolCall(function: .init(arguments: Self.object(item.arguments), name: name), id: id)
        beginIfNeeded(.assistant)
        if let last = messages.last, last.role == .assistant, last.toolCalls == nil || !openCalls.isEmpty {
            messages[messages.count - 1].toolCalls = (last.toolCalls ?? []) + [call]
        } else {
            messages.append(ChatMessage(role: .assistant, content: "", toolCalls: [call]))
        }
        openCalls.append(id)
    }

    /// A slow function answers when the model has spoken meanwhile. It was told that there is no result yet, so the result is news.
    /// It may hold what strangers wrote, so it never has the authority of a system message.
    private mutating func add(output item: RealtimeItem) {
        guard let id = item.callID, let name = knownCalls[id] else { return }
        if outputs[id] == nil {
            add(.user, Self.lateOutput(item.output ?? "", of: name))
        } else if openCalls.contains(id) {
            closeCalls()
        }
    }

    /// What stands for a function's output that the model is told after it spoke on.
    static func lateOutput(_ output: String, of name: String) -> String {
        "(The function \(name) has now answered: \(output))"
    }

    /// The outputs by call that came before the model said more or called again.
    private static func outputsInTime(_ items: [RealtimeItem]) -> [String: String] {
        var outputs: [String: String] = [:]
        var waiting: Set<String> = []
        var groupIsOpen = false
        for item in items {
            switch item.type {
            case .functionCall:
                if !groupIsOpen { waiting = [] }
                groupIsOpen = true
                if let id = item.callID, outputs[id] == nil { waiting.insert(id) }
            case .functionCallOutput:
                groupIsOpen = false
                if let id = item.callID, waiting.remove(id) != nil { outputs[id] = item.output ?? "" }
            default:
                groupIsOpen = false
                if item.role == .assistant, !item.spokenText.isEmpty { waiting = [] }
            }
        }
        return outputs
    }

    private mutating func closeCalls() {
        for id in openCalls {
            messages.append(ChatMessage(role: .tool, content: outputs[id] ?? Self.noOutput, toolCallID: id))
        }
        openCalls = []
    }

    private mutating func beginIfNeeded(_ role: ChatMessage.Role) {
        guard dialect == .common, role == .assistant, messages.allSatisfy({ $0.role == .system }) else { return }
        messages.append(ChatMessage(role: .user, content: Self.beginning))
    }

    /// Arguments that are no JSON object, such as those of a call that was cut off, make some templates fail.
    private static func object(_ arguments: String?) -> String {
        guard let arguments, let value = try? RealtimeCoding.decode(JSONValue.self, from: arguments), value.objectValue != nil else {
            return "{}"
        }
        return arguments
    }
}
