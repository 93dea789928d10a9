/// One reply of the assistant (`realtime.response`).
public struct RealtimeResponse: Sendable, Hashable, Codable {
    public struct Status: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let inProgress: Status = "in_progress"
        public static let completed: Status = "completed"
        public static let cancelled: Status = "cancelled"
        public static let failed: Status = "failed"
        public static let incomplete: Status = "incomplete"
    }

    /// Why a response is not simply completed.
    public struct StatusDetails: Sendable, Hashable, Codable {
        public struct Reason: OpenVocabulary {
            public var rawValue: String
            public init(rawValue: String) { self.rawValue = rawValue }
            /// The listener began to speak.
            public static let turnDetected: Reason = "turn_detected"
            public static let clientCancelled: Reason = "client_cancelled"
            public static let maximumOutputTokens: Reason = "max_output_tokens"
            public static let contentFilter: Reason = "content_filter"
        }

        public struct Failure: Sendable, Hashable, Codable {
            public var type: String?
            public var code: String?
            public var message: String?

            public init(type: String? = nil, code: String? = nil, message: String? = nil) {
                self.type = type
                self.code = code
                self.message = message
            }
        }

        public var type: Status?
        public var reason: Reason?
        public var error: Failure?

        public init(type: Status?, reason: Reason? = nil, error: Failure? = nil) {
            self.type = type
            self.reason = reason
            self.error = error
        }
    }

    public var id: String?
    public var object: String?
    public var status: Status?
    public var statusDetails: StatusDetails?
    public var output: [RealtimeItem]?
    public var conversationID: String?
    public var outputModalities: [String]?
    /// Echo of the metadata of `response.create`: at most 16 pairs in the API. Values that are no strings are left out.
    public var metadata: [String: String]?
    public var usage: RealtimeUsage?

    public init(
        id: String?,
        status: Status?,
        statusDetails: StatusDetails? = nil,
        output: [RealtimeItem]? = [],
        conversationID: String? = nil,
        outputModalities: [String]? = nil,
        metadata: [String: String]? = nil,
        usage: RealtimeUsage? = nil
    ) {
        self.id = id
        self.object = "realtime.response"
        self.status = status
        self.statusDetails = statusDetails
        self.output = output
        self.conversationID = conversationID
        self.outputModalities = outputModalities
        self.metadata = metadata
        self.usage = usage
    }

    private enum CodingKeys: String, CodingKey {
        case id, object, status, output, metadata, usage
        case statusDetails = "status_details"
        case conversationID = "conversation_id"
        case outputModalities = "output_modalities"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decodeIfPresent(String.self, forKey: .id)
        object = try container.decodeIfPresent(String.self, forKey: .object)
        status = try container.decodeIfPresent(Status.self, forKey: .status)
        statusDetails = try container.decodeIfPresent(StatusDetails.self, forKey: .statusDetails)
        output = try container.decodeIfPresent([RealtimeItem].self, forKey: .output)
        conversationID = try container.decodeIfPresent(String.self, forKey: .conversationID)
        outputModalities = try container.decodeIfPresent([String].self, forKey: .outputModalities)
        metadata = try container.decodeStringsIfPresent(forKey: .metadata)
        // Counts are information only: an unreadable form must not cost the event.
        usage = try? container.decodeIfPresent(RealtimeUsage.self, forKey: .usage)
    }

    /// `status_details`, `conversation_id`, `metadata` and `usage` are written even when null, as recorded.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encodeIfPresent(object, forKey: .object)
        try container.encodeIfPresent(status, forKey: .status)
        try container.encode(statusDetails, forKey: .statusDetails)
        try container.encodeIfPresent(output, forKey: .output)
        try container.encode(conversationID, forKey: .conversationID)
        try container.encodeIfPresent(outputModalities, forKey: .outputModalities)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(usage, forKey: .usage)
    }
}

/// Token counts of a response or a transcription. A local engine counts no tokens and leaves it out.
public struct RealtimeUsage: Sendable, Hashable, Codable {
    /// Of transcriptions: `tokens` or `duration`.
    public var type: String?
    public var totalTokens: Int?
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// Of transcriptions that are counted by time.
    public var seconds: Double?
    public var inputTokenDetails: JSONValue?
    public var outputTokenDetails: JSONValue?

    public init(
        type: String? = nil,
        totalTokens: Int? = nil,
        inputTokens: Int? = nil,
        outputTokens: Int? = nil,
        seconds: Double? = nil,
        inputTokenDetails: JSONValue? = nil,
        outputTokenDetails: JSONValue? = nil
    ) {
        self.type = type
        self.totalTokens = totalTokens
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.seconds = seconds
        self.inputTokenDetails = inputTokenDetails
        self.outputTokenDetails = outputTokenDetails
    }

    private enum CodingKeys: String, CodingKey {
        case type, seconds
        case totalTokens = "total_tokens"
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case inputTokenDetails = "input_token_details"
        case outputTokenDetails = "output_token_details"
    }
}

/// The `response` member of `response.create`: overrides for one reply.
public struct ResponseCreate: Sendable, Hashable, Codable {
    public struct Audio: Sendable, Hashable, Codable {
        public var output: SessionUpdate.AudioOutput?

        public init(output: SessionUpdate.AudioOutput? = nil) {
            self.output = output
        }
    }

    /// `auto` (default: the reply joins the conversation) or `none`.
    public var conversation: String?
    public var input: [RealtimeItem]?
    public var instructions: String?
    /// Echoed in `response.created` and `response.done`. The API takes 16 pairs, keys of 64 and values of 512 characters.
    public var metadata: [String: String]?
    public var outputModalities: [String]?
    public var audio: Audio?
    public var tools: [JSONValue]?
    public var toolChoice: JSONValue?
    /// A number or `"inf"`.
    public var maximumOutputTokens: JSONValue?

    public init(
        conversation: String? = nil,
        input: [RealtimeItem]? = nil,
        instructions: String? = nil,
        metadata: [String: String]? = nil,
        outputModalities: [String]? = nil,
        audio: Audio? = nil,
        tools: [JSONValue]? = nil,
        toolChoice: JSONValue? = nil,
        maximumOutputTokens: JSONValue? = nil
    ) {
        self.conversation = conversation
        self.input = input
        self.instructions = instructions
        self.metadata = metadata
        self.outputModalities = outputModalities
        self.audio = audio
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
    }

    private enum CodingKeys: String, CodingKey {
        case conversation, input, instructions, metadata, audio, tools
        case outputModalities = "output_modalities"
        case toolChoice = "tool_choice"
        case maximumOutputTokens = "max_output_tokens"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        conversation = try container.decodeIfPresent(String.self, forKey: .conversation)
        input = try container.decodeIfPresent([RealtimeItem].self, forKey: .input)
        instructions = try container.decodeIfPresent(String.self, forKey: .instructions)
        metadata = try container.decodeStringsIfPresent(forKey: .metadata)
        outputModalities = try container.decodeIfPresent([String].self, forKey: .outputModalities)
        audio = try container.decodeIfPresent(Audio.self, forKey: .audio)
        tools = try container.decodeIfPresent([JSONValue].self, forKey: .tools)
        toolChoice = try container.decodeIfPresent(JSONValue.self, forKey: .toolChoice)
        maximumOutputTokens = try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens)
    }
}

extension KeyedDecodingContainer {
    /// A map whose values should be strings; members of another kind are left out.
    func decodeStringsIfPresent(forKey key: Key) throws -> [String: String]? {
        try decodeIfPresent([String: JSONValue].self, forKey: key)?.compactMapValues(\.stringValue)
    }
}
