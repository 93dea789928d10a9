/// `response.created`: A reply was accepted.
public struct ResponseCreatedEvent: Sendable, Hashable, Codable {
    public var response: RealtimeResponse

    public init(response: RealtimeResponse) {
        self.response = response
    }

    private enum CodingKeys: String, CodingKey {
        case response
    }
}

/// `response.done`: A reply has its final form, whatever became of it.
public struct ResponseDoneEvent: Sendable, Hashable, Codable {
    public var response: RealtimeResponse

    public init(response: RealtimeResponse) {
        self.response = response
    }

    private enum CodingKeys: String, CodingKey {
        case response
    }
}

/// `response.output_item.added`: The reply got an item.
public struct ResponseOutputItemAddedEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var outputIndex: Int
    public var item: RealtimeItem

    public init(responseID: String, outputIndex: Int = 0, item: RealtimeItem) {
        self.responseID = responseID
        self.outputIndex = outputIndex
        self.item = item
    }

    private enum CodingKeys: String, CodingKey {
        case item
        case responseID = "response_id"
        case outputIndex = "output_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        item = try container.decode(RealtimeItem.self, forKey: .item)
    }
}

/// `response.output_item.done`: An item of the reply has its final form.
public struct ResponseOutputItemDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var outputIndex: Int
    public var item: RealtimeItem

    public init(responseID: String, outputIndex: Int = 0, item: RealtimeItem) {
        self.responseID = responseID
        self.outputIndex = outputIndex
        self.item = item
    }

    private enum CodingKeys: String, CodingKey {
        case item
        case responseID = "response_id"
        case outputIndex = "output_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        item = try container.decode(RealtimeItem.self, forKey: .item)
    }
}

/// `response.function_call_arguments.delta`: More of the arguments of a tool call.
public struct FunctionCallArgumentsDeltaEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var callID: String
    public var delta: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, callID: String, delta: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.callID = callID
        self.delta = delta
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case callID = "call_id"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        callID = try container.decode(String.self, forKey: .callID)
        delta = try container.decode(String.self, forKey: .delta)
    }
}

/// `response.function_call_arguments.done`: A tool call is complete. `arguments` is JSON text written by the model.
public struct FunctionCallArgumentsDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var callID: String
    public var name: String?
    public var arguments: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, callID: String, name: String? = nil, arguments: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.callID = callID
        self.name = name
        self.arguments = arguments
    }

    private enum CodingKeys: String, CodingKey {
        case name, arguments
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case callID = "call_id"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        callID = try container.decode(String.self, forKey: .callID)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        arguments = try container.decode(String.self, forKey: .arguments)
    }
}
