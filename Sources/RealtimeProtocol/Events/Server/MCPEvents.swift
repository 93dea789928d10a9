/// `mcp_list_tools.in_progress`, `.completed` and `.failed`: Asking an MCP server for its tools. `itemID` is the item of type
/// `mcp_list_tools`.
public struct MCPListToolsEvent: Sendable, Hashable, Codable {
    public var itemID: String

    public init(itemID: String) {
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
    }
}

/// `response.mcp_call.in_progress`, `.completed` and `.failed`: Calling a tool of an MCP server. `itemID` is the item of type
/// `mcp_call`.
public struct MCPCallEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var outputIndex: Int

    public init(itemID: String, outputIndex: Int = 0) {
        self.itemID = itemID
        self.outputIndex = outputIndex
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case outputIndex = "output_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
    }
}

/// `response.mcp_call_arguments.delta`: More of the arguments of a call.
public struct MCPCallArgumentsDeltaEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var delta: String
    /// Random characters that hide the length of the delta.
    public var obfuscation: String?

    public init(responseID: String, itemID: String, outputIndex: Int = 0, delta: String, obfuscation: String? = nil) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.delta = delta
        self.obfuscation = obfuscation
    }

    private enum CodingKeys: String, CodingKey {
        case delta, obfuscation
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        delta = try container.decode(String.self, forKey: .delta)
        obfuscation = try container.decodeIfPresent(String.self, forKey: .obfuscation)
    }
}

/// `response.mcp_call_arguments.done`: The arguments of a call are complete. JSON text written by the model.
public struct MCPCallArgumentsDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var arguments: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, arguments: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.arguments = arguments
    }

    private enum CodingKeys: String, CodingKey {
        case arguments
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        arguments = try container.decode(String.self, forKey: .arguments)
    }
}
