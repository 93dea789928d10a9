/// One entry of a conversation: a message, a function call or its output, or a step with an MCP server (`realtime.item`).
///
/// All fields but `type` are optional, because each kind of item uses some of them only.
public struct RealtimeItem: Sendable, Hashable, Codable {
    public struct Kind: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let message: Kind = "message"
        public static let functionCall: Kind = "function_call"
        public static let functionCallOutput: Kind = "function_call_output"
        /// The tools of an MCP server.
        public static let mcpListTools: Kind = "mcp_list_tools"
        /// A call of such a tool, made by the server of the session.
        public static let mcpCall: Kind = "mcp_call"
        /// The question whether such a call may be made, and its answer.
        public static let mcpApprovalRequest: Kind = "mcp_approval_request"
        public static let mcpApprovalResponse: Kind = "mcp_approval_response"
    }

    public struct Role: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let system: Role = "system"
        public static let user: Role = "user"
        public static let assistant: Role = "assistant"
    }

    public struct Status: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let inProgress: Status = "in_progress"
        public static let completed: Status = "completed"
        /// Cut off, for example because the listener began to speak.
        public static let incomplete: Status = "incomplete"
    }

    /// Why a call of an MCP tool failed.
    public struct CallFailure: Sendable, Hashable, Codable {
        /// `protocol_error`, `tool_execution_error` or `http_error`.
        public var type: String
        /// Of the protocol or of HTTP.
        public var code: Int?
        public var message: String?

        public init(type: String, code: Int? = nil, message: String? = nil) {
            self.type = type
            self.code = code
            self.message = message
        }
    }

    public var id: String?
    public var type: Kind
    public var status: Status?
    /// Messages only.
    public var role: Role?
    /// Messages only.
    public var content: [RealtimeContent]?
    /// Function calls and their outputs.
    public var callID: String?
    public var name: String?
    /// JSON text written by the model: evidence to be checked, never trusted.
    public var arguments: String?
    public var output: String?
    /// MCP items: the server's label in the session's tools.
    public var serverLabel: String?
    /// `mcp_list_tools`: what the server offers, each with `name` and `input_schema`.
    public var tools: [JSONValue]?
    /// `mcp_call` and `mcp_approval_response`: the request that allowed it.
    public var approvalRequestID: String?
    /// `mcp_approval_response`: the decision, and why.
    public var approve: Bool?
    public var reason: String?
    /// `mcp_call`: why it failed.
    public var error: CallFailure?

    public init(
        id: String? = nil,
        type: Kind,
        status: Status? = nil,
        role: Role? = nil,
        content: [RealtimeContent]? = nil,
        callID: String? = nil,
        name: String? = nil,
        arguments: String? = nil,
        output: String? = nil,
        serverLabel: String? = nil,
        tools: [JSONValue]? = nil,
        approvalRequestID: String? = nil,
        approve: Bool? = nil,
        reason: String? = nil,
        error: CallFailure? = nil
    ) {
        self.id = id
        self.type = type
        self.status = status
        self.role = role
        self.content = content
        self.callID = callID
        self.name = name
        self.arguments = arguments
        self.output = output
        self.serverLabel = serverLabel
        self.tools = tools
        self.approvalRequestID = approvalRequestID
        self.approve = approve
        self.reason = reason
        self.error = error
    }

    /// A message item.
    public static func message(id: String? = nil, role: Role, status: Status? = nil, content: [RealtimeContent]) -> RealtimeItem {
        RealtimeItem(id: id, type: .message, status: status, role: role, content: content)
    }

    /// What was written or said in this item: texts and transcripts of its parts, joined by a space.
    public var spokenText: String {
        (content ?? []).compactMap { $0.transcript ?? $0.text }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private enum CodingKeys: String, CodingKey {
        case id, type, status, role, content, name, arguments, output, tools, approve, reason, error
        case callID = "call_id"
        case serverLabel = "server_label"
        case approvalRequestID = "approval_request_id"
    }

    /// Messages and functions do not read the members of MCP items: who stores items counts the text of each kind, and what does
    /// not belong to a kind must not be stored with it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decodeIfPresent(String.self, forKey: .id)
        type = try container.decode(Kind.self, forKey: .type)
        status = try container.decodeIfPresent(Status.self, forKey: .status)
        role = try container.decodeIfPresent(Role.self, forKey: .role)
        content = try container.decodeIfPresent([RealtimeContent].self, forKey: .content)
        callID = try container.decodeIfPresent(String.self, forKey: .callID)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        arguments = try container.decodeIfPresent(String.self, forKey: .arguments)
        output = try container.decodeIfPresent(String.self, forKey: .output)
        guard ![.message, .functionCall, .functionCallOutput].contains(type) else { return }
        serverLabel = try container.decodeIfPresent(String.self, forKey: .serverLabel)
        tools = try container.decodeIfPresent([JSONValue].self, forKey: .tools)
        approvalRequestID = try container.decodeIfPresent(String.self, forKey: .approvalRequestID)
        approve = try container.decodeIfPresent(Bool.self, forKey: .approve)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        error = try container.decodeIfPresent(CallFailure.self, forKey: .error)
    }
}
