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
    /// Base64; in the schema, not seen on the wire.
    public var audio: String?
    public var transcript: String?

    public init(type: String, text: String? = nil, transcript: String? = nil, audio: String? = nil) {
        self.type = type
        self.text = text
        self.audio = audio
        self.transcript = transcript
    }
}
