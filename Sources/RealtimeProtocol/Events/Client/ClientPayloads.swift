/// `session.update`: Changes the session in part.
public struct SessionUpdateEvent: Sendable, Hashable, Codable {
    public var session: SessionUpdate

    public init(session: SessionUpdate) {
        self.session = session
    }

    private enum CodingKeys: String, CodingKey {
        case session
    }
}

/// `input_audio_buffer.append`: Adds audio to the input buffer. Base64 of at most 15 MiB.
public struct InputAudioBufferAppendEvent: Sendable, Hashable, Codable {
    public var audio: String

    public init(audio: String) {
        self.audio = audio
    }

    private enum CodingKeys: String, CodingKey {
        case audio
    }
}

/// `conversation.item.create`: Adds an item. `previous_item_id`: absent = at the end, `root` = at the front.
public struct ConversationItemCreateEvent: Sendable, Hashable, Codable {
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
}

/// `conversation.item.retrieve`: Asks for an item as the server has it.
public struct ConversationItemRetrieveEvent: Sendable, Hashable, Codable {
    public var itemID: String

    public init(itemID: String) {
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
    }
}

/// `conversation.item.truncate`: Tells how much of a spoken item was heard.
public struct ConversationItemTruncateEvent: Sendable, Hashable, Codable {
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

/// `conversation.item.delete`: Removes an item.
public struct ConversationItemDeleteEvent: Sendable, Hashable, Codable {
    public var itemID: String

    public init(itemID: String) {
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
    }
}

/// `response.create`: Asks for a reply.
public struct ResponseCreateEvent: Sendable, Hashable, Codable {
    public var response: ResponseCreate?

    public init(response: ResponseCreate? = nil) {
        self.response = response
    }

    private enum CodingKeys: String, CodingKey {
        case response
    }
}

/// `response.cancel`: Stops a reply: the named one, or the active one.
public struct ResponseCancelEvent: Sendable, Hashable, Codable {
    public var responseID: String?

    public init(responseID: String? = nil) {
        self.responseID = responseID
    }

    private enum CodingKeys: String, CodingKey {
        case responseID = "response_id"
    }
}
