/// `conversation.item.added`: An item entered the conversation; it may still grow.
public struct ConversationItemAddedEvent: Sendable, Hashable, Codable {
    public var item: RealtimeItem
    public var previousItemID: String?

    public init(item: RealtimeItem, previousItemID: String? = nil) {
        self.item = item
        self.previousItemID = previousItemID
    }

    private enum CodingKeys: String, CodingKey {
        case item
        case previousItemID = "previous_item_id"
    }

    /// `previous_item_id` is written even when null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(item, forKey: .item)
        try container.encode(previousItemID, forKey: .previousItemID)
    }
}

/// `conversation.item.done`: An item has its final form. Do not rely on `previous_item_id` here.
public struct ConversationItemDoneEvent: Sendable, Hashable, Codable {
    public var item: RealtimeItem
    public var previousItemID: String?

    public init(item: RealtimeItem, previousItemID: String? = nil) {
        self.item = item
        self.previousItemID = previousItemID
    }

    private enum CodingKeys: String, CodingKey {
        case item
        case previousItemID = "previous_item_id"
    }

    /// `previous_item_id` is written even when null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(item, forKey: .item)
        try container.encode(previousItemID, forKey: .previousItemID)
    }
}

/// `conversation.item.created`: The beta's form of added and done; still in the union, not seen on the wire.
public struct ConversationItemCreatedEvent: Sendable, Hashable, Codable {
    public var item: RealtimeItem
    public var previousItemID: String?

    public init(item: RealtimeItem, previousItemID: String? = nil) {
        self.item = item
        self.previousItemID = previousItemID
    }

    private enum CodingKeys: String, CodingKey {
        case item
        case previousItemID = "previous_item_id"
    }

    /// `previous_item_id` is written even when null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(item, forKey: .item)
        try container.encode(previousItemID, forKey: .previousItemID)
    }
}

/// `conversation.item.retrieved`: The answer to `conversation.item.retrieve`.
public struct ConversationItemRetrievedEvent: Sendable, Hashable, Codable {
    public var item: RealtimeItem

    public init(item: RealtimeItem) {
        self.item = item
    }

    private enum CodingKeys: String, CodingKey {
        case item
    }
}

/// `conversation.item.truncated`: Audio beyond `audio_end_ms` was not heard and is gone from the item, together with its text.
public struct ConversationItemTruncatedEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var audioEndMilliseconds: Int

    public init(itemID: String, contentIndex: Int = 0, audioEndMilliseconds: Int) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.audioEndMilliseconds = audioEndMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case contentIndex = "content_index"
        case audioEndMilliseconds = "audio_end_ms"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        audioEndMilliseconds = try container.decode(Int.self, forKey: .audioEndMilliseconds)
    }
}

/// `conversation.item.deleted`: An item was removed.
public struct ConversationItemDeletedEvent: Sendable, Hashable, Codable {
    public var itemID: String

    public init(itemID: String) {
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
    }
}

/// `conversation.item.input_audio_transcription.delta`: More of what the speaker said; provisional.
public struct InputAudioTranscriptionDeltaEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var delta: String?

    public init(itemID: String, contentIndex: Int = 0, delta: String? = nil) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.delta = delta
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        delta = try container.decodeIfPresent(String.self, forKey: .delta)
    }
}

/// `conversation.item.input_audio_transcription.completed`: All that the speaker said in this item; replaces the deltas.
public struct InputAudioTranscriptionCompletedEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var contentIndex: Int
    public var transcript: String
    public var usage: RealtimeUsage?

    public init(itemID: String, contentIndex: Int = 0, transcript: String, usage: RealtimeUsage? = nil) {
        self.itemID = itemID
        self.contentIndex = contentIndex
        self.transcript = transcript
        self.usage = usage
    }

    private enum CodingKeys: String, CodingKey {
        case transcript, usage
        case itemID = "item_id"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        itemID = try container.decode(String.self, forKey: .itemID)
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        transcript = try container.decode(String.self, forKey: .transcript)
        usage = try? container.decodeIfPresent(RealtimeUsage.self, forKey: .usage)
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
