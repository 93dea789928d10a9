/// `conversation.created`: The conversation of a session exists. In the union of the API, not seen on the wire.
public struct ConversationCreatedEvent: Sendable, Hashable, Codable {
    public struct Conversation: Sendable, Hashable, Codable {
        public var id: String?
        public var object: String?

        public init(id: String?) {
            self.id = id
            object = "realtime.conversation"
        }
    }

    public var conversation: Conversation

    public init(conversation: Conversation) {
        self.conversation = conversation
    }
}

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
