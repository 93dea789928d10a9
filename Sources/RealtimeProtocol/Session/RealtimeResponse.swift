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
    /// Format and voice that the reply was made with.
    public var audio: ResponseCreate.Audio?
    /// The limit that the reply was made with: a number or `"inf"`.
    public var maximumOutputTokens: JSONValue?
    public var usage: RealtimeUsage?

    public init(
        id: String?,
        status: Status?,
        statusDetails: StatusDetails? = nil,
        output: [RealtimeItem]? = [],
        conversationID: String? = nil,
        outputModalities: [String]? = nil,
        metadata: [String: String]? = nil,
        usage: RealtimeUsage? = nil,
        audio: ResponseCreate.Audio? = nil,
        maximumOutputTokens: JSONValue? = nil
    ) {
        self.id = id
        self.object = "realtime.response"
        self.status = status
        self.statusDetails = statusDetails
        self.output = output
        self.conversationID = conversationID
        self.outputModalities = outputModalities
        self.metadata = metadata
        self.audio = audio
        self.maximumOutputTokens = maximumOutputTokens
        self.usage = usage
    }

    private enum CodingKeys: String, CodingKey {
        case id, object, status, output, metadata, usage, audio
        case maximumOutputTokens = "max_output_tokens"
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
        audio = try container.decodeIfPresent(ResponseCreate.Audio.self, forKey: .audio)
        maximumOutputTokens = try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens)
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
        try container.encodeIfPresent(audio, forKey: .audio)
        try container.encodeIfPresent(maximumOutputTokens, forKey: .maximumOutputTokens)
        try container.encode(usage, forKey: .usage)
    }
}

extension KeyedDecodingContainer {
    /// A map whose values should be strings; members of another kind are left out.
    func decodeStringsIfPresent(forKey key: Key) throws -> [String: String]? {
        try decodeIfPresent([String: JSONValue].self, forKey: key)?.compactMapValues(\.stringValue)
    }
}
