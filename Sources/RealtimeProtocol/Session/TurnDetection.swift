/// Who decides that a turn has ended (`audio.input.turn_detection`). Absent altogether (null) means: the client commits by hand.
public enum TurnDetection: Sendable, Hashable {
    /// The turn ends after a fixed silence.
    case serverVAD(ServerVAD)
    /// A model judges whether the speaker has finished.
    case semanticVAD(SemanticVAD)
    /// A type that this version does not know, kept raw.
    case unknown(JSONValue)

    public struct ServerVAD: Sendable, Hashable, Codable {
        /// Probability above which a window counts as speech, 0…1.
        public var threshold: Double
        /// Audio kept from before the detected start.
        public var prefixPaddingMilliseconds: Int
        /// Silence that ends the turn.
        public var silenceDurationMilliseconds: Int
        /// Whether the end of a turn starts a reply.
        public var createResponse: Bool
        /// Whether the start of speech stops a running reply.
        public var interruptResponse: Bool
        /// 5000…30000; nil: never.
        public var idleTimeoutMilliseconds: Int?

        /// The defaults are those of the API.
        public init(
            threshold: Double = 0.5,
            prefixPaddingMilliseconds: Int = 300,
            silenceDurationMilliseconds: Int = 500,
            createResponse: Bool = true,
            interruptResponse: Bool = true,
            idleTimeoutMilliseconds: Int? = nil
        ) {
            self.threshold = threshold
            self.prefixPaddingMilliseconds = prefixPaddingMilliseconds
            self.silenceDurationMilliseconds = silenceDurationMilliseconds
            self.createResponse = createResponse
            self.interruptResponse = interruptResponse
            self.idleTimeoutMilliseconds = idleTimeoutMilliseconds
        }

        private enum CodingKeys: String, CodingKey {
            case type, threshold
            case prefixPaddingMilliseconds = "prefix_padding_ms"
            case silenceDurationMilliseconds = "silence_duration_ms"
            case createResponse = "create_response"
            case interruptResponse = "interrupt_response"
            case idleTimeoutMilliseconds = "idle_timeout_ms"
        }

        /// Absent members keep the defaults.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init()
            threshold = try container.decodeIfPresent(Double.self, forKey: .threshold) ?? threshold
            prefixPaddingMilliseconds =
                try container.decodeIfPresent(Int.self, forKey: .prefixPaddingMilliseconds) ?? prefixPaddingMilliseconds
            silenceDurationMilliseconds =
                try container.decodeIfPresent(Int.self, forKey: .silenceDurationMilliseconds) ?? silenceDurationMilliseconds
            createResponse = try container.decodeIfPresent(Bool.self, forKey: .createResponse) ?? createResponse
            interruptResponse = try container.decodeIfPresent(Bool.self, forKey: .interruptResponse) ?? interruptResponse
            idleTimeoutMilliseconds = try container.decodeIfPresent(Int.self, forKey: .idleTimeoutMilliseconds)
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("server_vad", forKey: .type)
            try container.encode(threshold, forKey: .threshold)
            try container.encode(prefixPaddingMilliseconds, forKey: .prefixPaddingMilliseconds)
            try container.encode(silenceDurationMilliseconds, forKey: .silenceDurationMilliseconds)
            try container.encode(createResponse, forKey: .createResponse)
            try container.encode(interruptResponse, forKey: .interruptResponse)
            try container.encode(idleTimeoutMilliseconds, forKey: .idleTimeoutMilliseconds)
        }
    }

    public struct SemanticVAD: Sendable, Hashable, Codable {
        public struct Eagerness: OpenVocabulary {
            public var rawValue: String
            public init(rawValue: String) { self.rawValue = rawValue }
            public static let low: Eagerness = "low"
            public static let medium: Eagerness = "medium"
            public static let high: Eagerness = "high"
            public static let auto: Eagerness = "auto"
        }

        public var eagerness: Eagerness
        public var createResponse: Bool
        public var interruptResponse: Bool

        public init(eagerness: Eagerness = .auto, createResponse: Bool = true, interruptResponse: Bool = true) {
            self.eagerness = eagerness
            self.createResponse = createResponse
            self.interruptResponse = interruptResponse
        }

        private enum CodingKeys: String, CodingKey {
            case type, eagerness
            case createResponse = "create_response"
            case interruptResponse = "interrupt_response"
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init()
            eagerness = try container.decodeIfPresent(Eagerness.self, forKey: .eagerness) ?? eagerness
            createResponse = try container.decodeIfPresent(Bool.self, forKey: .createResponse) ?? createResponse
            interruptResponse = try container.decodeIfPresent(Bool.self, forKey: .interruptResponse) ?? interruptResponse
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("semantic_vad", forKey: .type)
            try container.encode(eagerness, forKey: .eagerness)
            try container.encode(createResponse, forKey: .createResponse)
            try container.encode(interruptResponse, forKey: .interruptResponse)
        }
    }
}

extension TurnDetection: Codable {
    public init(from decoder: any Decoder) throws {
        let raw = try decoder.container(keyedBy: AnyKey.self)
        switch try raw.decodeIfPresent(String.self, forKey: AnyKey("type")) {
        case "server_vad": self = .serverVAD(try ServerVAD(from: decoder))
        case "semantic_vad": self = .semanticVAD(try SemanticVAD(from: decoder))
        default: self = .unknown(try JSONValue(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .serverVAD(let value): try value.encode(to: encoder)
        case .semanticVAD(let value): try value.encode(to: encoder)
        case .unknown(let value): try value.encode(to: encoder)
        }
    }
}
