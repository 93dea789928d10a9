import RealtimeProtocol

/// The body of a request for a streamed chat completion.
enum ChatRequest {
    /// Tokens of a reply for which the client set no limit (`"inf"`): the largest number that the Realtime API knows. It is a quarter of an
    /// hour of speech; a model that runs on beyond it has lost its way.
    static let longestReply = 4_096

    /// JSON in a fixed order with the messages last: a longer conversation has the same bytes up to where it goes on.
    static func body(_ request: ReplyRequest, _ configuration: ChatCompletionsConfiguration) -> String {
        let dialect = configuration.dialect
        var members: [(String, String)] = [
            ("model", RealtimeCoding.encode(configuration.model)),
            ("stream", "true"),
            ("stream_options", #"{"include_usage":true}"#),
        ]
        let limit = request.maximumOutputTokens ?? longestReply
        members.append((dialect == .openAI ? "max_completion_tokens" : "max_tokens", "\(limit)"))
        if let temperature = configuration.temperature, temperature.isFinite { members.append(("temperature", "\(temperature)")) }
        if dialect == .openAI, !request.sessionID.isEmpty {
            members.append(("prompt_cache_key", RealtimeCoding.encode(request.sessionID)))
        }
        let tools = request.tools.compactMap(tool)
        if !tools.isEmpty {
            members.append(("tools", RealtimeCoding.encode(tools)))
            if let choice = choice(request.toolChoice) { members.append(("tool_choice", RealtimeCoding.encode(choice))) }
            // Several calls are what all endpoints assume; some refuse to be told.
            if !request.parallelToolCalls { members.append(("parallel_tool_calls", "false")) }
        }
        let own = Set(members.map(\.0) + ["messages", "tools", "tool_choice"])
        for (key, value) in configuration.extra.sorted(by: { $0.key < $1.key }) where !own.contains(key) {
            members.append((key, RealtimeCoding.encode(value)))
        }
        let messages = ChatMessages(instructions: request.instructions, items: request.items, dialect: dialect).messages
        members.append(("messages", RealtimeCoding.encode(messages)))
        return "{" + members.map { "\(RealtimeCoding.encode($0)):\($1)" }.joined(separator: ",") + "}"
    }

    /// The Realtime API has a function's members beside `type`; a chat has them in `function`. Tools of other kinds are left out.
    private static func tool(_ tool: JSONValue) -> JSONValue? {
        guard tool["type"]?.stringValue ?? "function" == "function", let name = tool["name"]?.stringValue, !name.isEmpty else { return nil }
        var function: [String: JSONValue] = ["name": .string(name)]
        function["description"] = tool["description"]
        // The Realtime API has null and `{}` for a function that takes nothing; some servers fail without a schema that says so.
        let parameters = tool["parameters"]?.objectValue ?? [:]
        let nothing: JSONValue = ["type": "object", "properties": [:]]
        function["parameters"] = parameters.isEmpty ? nothing : .object(parameters)
        return ["type": "function", "function": .object(function)]
    }

    /// nil for `auto`, which is what a request with tools means anyway, and for what a chat cannot say.
    private static func choice(_ choice: JSONValue) -> JSONValue? {
        switch choice.stringValue {
        case "none", "required": return choice
        case .some: return nil
        case nil:
            guard let name = choice["name"]?.stringValue else { return nil }
            return ["type": "function", "function": ["name": .string(name)]]
        }
    }
}
