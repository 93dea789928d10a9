/// `conversation.item.input_audio_transcription.delta`: More of what the speaker said; provisional.
public struct InputAudioTranscriptionDeltaEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var delta: String?
    /// Where the session includes them.
    public var logProbabilities: [LogProbability]?

    public init(itemID: String, contentIndex: Int = 0, delta: String? = nil, logProbabilities: [LogProbability]? = nil) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.delta = delta
        self.logProbabilities = logProbabilities
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case logProbabilities = "logprobs"
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        delta = try container.decodeIfPresent(String.self, forKey: .delta)
        // Additions to the text: an unreadable form must not cost the event.
        logProbabilities = try? container.decodeIfPresent([LogProbability].self, forKey: .logProbabilities)
    }
}

/// `conversation.item.input_audio_transcription.completed`: All that the speaker said in this item; replaces the deltas.
public struct InputAudioTranscriptionCompletedEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var transcript: String
    public var usage: RealtimeUsage?
    /// Languages that were heard.
    public var languages: [TranscriptionLanguage]?
    /// Where the session includes them.
    public var logProbabilities: [LogProbability]?

    public init(
        itemID: String,
        contentIndex: Int = 0,
        transcript: String,
        usage: RealtimeUsage? = nil,
        languages: [TranscriptionLanguage]? = nil,
        logProbabilities: [LogProbability]? = nil
    ) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.transcript = transcript
        self.usage = usage
        self.languages = languages
        self.logProbabilities = logProbabilities
    }

    private enum CodingKeys: String, CodingKey {
        case transcript, usage, languages
        case logProbabilities = "logprobs"
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        transcript = try container.decode(String.self, forKey: .transcript)
        // Additions to the text: an unreadable form must not cost the event.
        usage = try? container.decodeIfPresent(RealtimeUsage.self, forKey: .usage)
        languages = try? container.decodeIfPresent([TranscriptionLanguage].self, forKey: .languages)
        logProbabilities = try? container.decodeIfPresent([LogProbability].self, forKey: .logProbabilities)
    }
}

/// `conversation.item.input_audio_transcription.failed`: The item's audio could not be recognised.
public struct InputAudioTranscriptionFailedEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var error: RealtimeError

    public init(itemID: String, contentIndex: Int = 0, error: RealtimeError) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case error
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        error = try container.decode(RealtimeError.self, forKey: .error)
    }
}

/// `conversation.item.input_audio_transcription.segment`: A piece with speaker and times in seconds (diarising models).
public struct InputAudioTranscriptionSegmentEvent: Sendable, Hashable, Codable {
    public var id: String?
    public var itemID: String
    public var contentIndex: Int
    public var text: String
    public var speaker: String?
    public var start: Double?
    public var end: Double?

    public init(
        id: String? = nil,
        itemID: String,
        contentIndex: Int = 0,
        text: String,
        speaker: String? = nil,
        start: Double? = nil,
        end: Double? = nil
    ) {
        self.id = id
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.text = text
        self.speaker = speaker
        self.start = start
        self.end = end
    }

    private enum CodingKeys: String, CodingKey {
        case id, text, speaker, start, end
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decodeIfPresent(String.self, forKey: .id)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        text = try container.decode(String.self, forKey: .text)
        speaker = try container.decodeIfPresent(String.self, forKey: .speaker)
        start = try container.decodeIfPresent(Double.self, forKey: .start)
        end = try container.decodeIfPresent(Double.self, forKey: .end)
    }
}

/// How sure a recogniser was of one token.
public struct LogProbability: Sendable, Hashable, Codable {
    public var token: String
    /// The token's bytes in UTF-8.
    public var bytes: [Int]?
    /// Natural logarithm, at most 0.
    public var logProbability: Double

    public init(token: String, bytes: [Int]? = nil, logProbability: Double) {
        self.token = token
        self.bytes = bytes
        self.logProbability = logProbability
    }

    private enum CodingKeys: String, CodingKey {
        case token, bytes
        case logProbability = "logprob"
    }
}

/// A language that was heard.
public struct TranscriptionLanguage: Sendable, Hashable, Codable {
    /// ISO 639-1.
    public var code: String

    public init(code: String) {
        self.code = code
    }
}
