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
    private let outputs: [String: String]
    private var knownCalls: Set<String> = []
    /// Calls of the last message, whose outputs must follow it.
    private var openCalls: [String] = []

    init(instructions: String, items: [RealtimeItem], dialect: ChatDialect) {
        self.dialect = dialect
        let answers = items.lazy.filter { $0.type == .functionCallOutput }.compactMap { item in item.callID.map { ($0, item.output ?? "") }
        }
        outputs = Dictionary(answers, uniquingKeysWith: { first, _ in first })
        add(.system, instructions)
        for item in items {
            switch item.type {
            case .message: add(message: item)
            case .functionCall: add(call: item)
            case .functionCallOutput where openCalls.contains(item.callID ?? ""): closeCalls()
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
        guard let id = item.callID, !id.isEmpty, let name = item.name, !name.isEmpty, knownCalls.insert(id).inserted else { return }
        let call = ChatMessage.ToolCall(function: .init(arguments: Self.object(item.arguments), name: name), id: id)
        beginIfNeeded(.assistant)
        if let last = messages.last, last.role == .assistant, last.toolCalls == nil || !openCalls.isEmpty {
            messages[messages.count - 1].toolCalls = (last.toolCalls ?? []) + [call]
        } else {
            messages.append(ChatMessage(role: .assistant, content: "", toolCalls: [call]))
        }
        openCalls.append(id)
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
