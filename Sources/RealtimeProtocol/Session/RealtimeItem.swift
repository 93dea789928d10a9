/// A string of the wire whose known values have names. Unknown values are kept as they came.
public protocol OpenVocabulary: RawRepresentable, Sendable, Hashable, Codable, ExpressibleByStringLiteral where RawValue == String {
    init(rawValue: String)
}

extension OpenVocabulary {
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// One entry of a conversation: a message, a function call or its output (`realtime.item`).
///
/// All fields but `type` are optional, because each kind of item uses some of them only.
public struct RealtimeItem: Sendable, Hashable, Codable {
    public struct Kind: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let message: Kind = "message"
        public static let functionCall: Kind = "function_call"
        public static let functionCallOutput: Kind = "function_call_output"
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

    public init(
        id: String? = nil,
        type: Kind,
        status: Status? = nil,
        role: Role? = nil,
        content: [RealtimeContent]? = nil,
        callID: String? = nil,
        name: String? = nil,
        arguments: String? = nil,
        output: String? = nil
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
        case id, type, status, role, content, name, arguments, output
        case callID = "call_id"
    }
}

/// One part of a message item.
public struct RealtimeContent: Sendable, Hashable, Codable {
    public struct Kind: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let inputText: Kind = "input_text"
        public static let inputAudio: Kind = "input_audio"
        public static let inputImage: Kind = "input_image"
        public static let outputText: Kind = "output_text"
        public static let outputAudio: Kind = "output_audio"
    }

    public var type: Kind
    public var text: String?
    /// Base64; only in `conversation.item.create` and `conversation.item.retrieved`.
    public var audio: String?
    /// Of `input_audio`: null until recognised, then what was understood. Of `output_audio`: what was said.
    public var transcript: String?
    public var imageURL: String?
    public var detail: String?

    public init(
        type: Kind,
        text: String? = nil,
        audio: String? = nil,
        transcript: String? = nil,
        imageURL: String? = nil,
        detail: String? = nil
    ) {
        self.type = type
        self.text = text
        self.audio = audio
        self.transcript = transcript
        self.imageURL = imageURL
        self.detail = detail
    }

    public static func inputText(_ text: String) -> RealtimeContent { RealtimeContent(type: .inputText, text: text) }
    public static func inputAudio(transcript: String?) -> RealtimeContent { RealtimeContent(type: .inputAudio, transcript: transcript) }
    public static func outputText(_ text: String) -> RealtimeContent { RealtimeContent(type: .outputText, text: text) }
    public static func outputAudio(transcript: String?) -> RealtimeContent { RealtimeContent(type: .outputAudio, transcript: transcript) }

    private enum CodingKeys: String, CodingKey {
        case type, text, audio, transcript, detail
        case imageURL = "image_url"
    }

    /// Audio parts show their transcript even when it is null, as recorded.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(text, forKey: .text)
        try container.encodeIfPresent(audio, forKey: .audio)
        if type == .inputAudio {
            try container.encode(transcript, forKey: .transcript)
        } else {
            try container.encodeIfPresent(transcript, forKey: .transcript)
        }
        try container.encodeIfPresent(imageURL, forKey: .imageURL)
        try container.encodeIfPresent(detail, forKey: .detail)
    }
}

/// The part in `response.content_part.*` events, whose types are `text` and `audio` without a prefix.
public struct RealtimeContentPart: Sendable, Hashable, Codable {
    public var type: String?
    public var text: String?
    public var transcript: String?

    public init(type: String, text: String? = nil, transcript: String? = nil) {
        self.type = type
        self.text = text
        self.transcript = transcript
    }
}
