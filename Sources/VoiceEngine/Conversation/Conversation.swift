import RealtimeProtocol

/// The items of a session, in order (API reference, "Conversation items").
struct Conversation {
    /// An interview of an hour has a few hundred. Beyond, the oldest items leave; the client keeps its own copy.
    static let maximumItems = 1_000
    /// Bytes of text of all items together beyond which clients may add no more: an hour of talk has about 60 KB.
    static let maximumTextBytes = 1_024 * 1_024
    /// Bytes of one item as JSON, where a character may take six. The events that tell of it have names besides, and must not be larger
    /// than what every client can read.
    static let maximumItemBytes = ServerMessage.maximumBytes - 16 * 1_024
    /// Clients count the sound that they were sent in units of their own and round; an excess of so many milliseconds means its end.
    static let truncationTolerance = 20
    /// Bytes that a part or an item takes besides its texts.
    private static let overheadBytes = 128
    /// The word that asks for the front of the conversation.
    static let front = "root"

    let id: String
    private(set) var items: [RealtimeItem] = []
    /// Length of the assistant's audio in an item; absent for items without audio.
    private var audioMilliseconds: [String: Int] = [:]

    init(id: String) {
        self.id = id
    }

    var lastItemID: String? { items.last?.id }

    func item(_ id: String) -> RealtimeItem? {
        items.first { $0.id == id }
    }

    /// Adds an item at the end.
    ///
    /// - Returns: the identifier of the item before it.
    @discardableResult
    mutating func append(_ item: RealtimeItem) -> String? {
        let previous = lastItemID
        items.append(item)
        limit()
        return previous
    }

    /// Inserts a client's item. `previous`: nil means at the end, `root` at the front.
    mutating func insert(_ item: RealtimeItem, after previous: String?) throws(RealtimeError) -> String? {
        if let id = item.id, self.item(id) != nil {
            throw RealtimeError(
                code: "item_create_duplicate_item_id",
                message: "Error adding item: an item with this id already exists.",
                parameter: "item.id"
            )
        }
        guard RealtimeCoding.encode(item).utf8.count <= Self.maximumItemBytes else {
            throw RealtimeError(code: "message_too_large", message: "Error adding item: the item is too large.", parameter: "item")
        }
        guard items.reduce(Self.textBytes(item), { $0 + Self.textBytes($1) }) <= Self.maximumTextBytes else {
            throw RealtimeError(code: "conversation_too_large", message: "Error adding item: the conversation is full. Delete items first.")
        }
        guard let previous else { return append(item) }
        if previous == Self.front {
            items.insert(item, at: 0)
            limit()
            return nil
        }
        guard let index = items.firstIndex(where: { $0.id == previous }) else {
            throw RealtimeError(
                code: "item_create_invalid_previous_item_id",
                message: "Error adding item: the previous item does not exist.",
                parameter: "previous_item_id"
            )
        }
        items.insert(item, at: index + 1)
        limit()
        return previous
    }

    mutating func update(_ id: String, _ change: (inout RealtimeItem) -> Void) {
        guard let index = items.firstIndex(where: { $0.id == id }) else { return }
        change(&items[index])
    }

    mutating func setAudio(milliseconds: Int, of id: String) {
        guard item(id) != nil else { return }
        audioMilliseconds[id] = milliseconds
    }

    func retrieve(_ id: String) throws(RealtimeError) -> RealtimeItem {
        guard let item = item(id) else { throw .unknownItem("retrieve", code: "item_retrieve_invalid_item_id") }
        return item
    }

    mutating func delete(_ id: String) throws(RealtimeError) {
        guard let index = items.firstIndex(where: { $0.id == id }) else {
            throw .unknownItem("delete", code: "item_delete_invalid_item_id")
        }
        items.remove(at: index)
        audioMilliseconds[id] = nil
    }

    /// Cuts an assistant's item to what its listener heard.
    mutating func truncate(_ id: String, contentIndex: Int, audioEndMilliseconds: Int) throws(RealtimeError) {
        guard let item = item(id) else { throw .unknownItem("truncate", code: "item_truncate_invalid_item_id") }
        guard item.role == .assistant, let length = audioMilliseconds[id], contentIndex == 0 else {
            throw RealtimeError(
                code: "unsupported_content_type",
                message: "Only model output audio messages can be truncated.",
                parameter: "item_id"
            )
        }
        guard audioEndMilliseconds >= 0 else { throw .invalidValue("audio_end_ms", "Must not be negative.") }
        guard audioEndMilliseconds <= length + Self.truncationTolerance else {
            throw RealtimeError(
                code: nil,
                message: "Audio content of \(length)ms is already shorter than \(audioEndMilliseconds)ms",
                parameter: "audio_end_ms"
            )
        }
        guard audioEndMilliseconds < length else { return }
        let share = Double(audioEndMilliseconds) / Double(length)
        audioMilliseconds[id] = audioEndMilliseconds
        update(id) { item in
            item.status = .incomplete
            item.content = item.content?.map { part in
                var part = part
                part.transcript = part.transcript.map { String(HeardText.words(of: $0, share: share)) }
                return part
            }
        }
    }

    private static func textBytes(_ item: RealtimeItem) -> Int {
        let content = (item.content ?? []).reduce(0) { $0 + ($1.text?.utf8.count ?? 0) + ($1.transcript?.utf8.count ?? 0) }
        let details = (item.content ?? []).reduce(overheadBytes) { sum, part in
            sum + overheadBytes + (part.detail?.utf8.count ?? 0) + part.type.rawValue.utf8.count + (part.audio?.utf8.count ?? 0)
        }
        let names = [item.id, item.name, item.callID, item.arguments, item.output, item.status?.rawValue, item.role?.rawValue]
        return names.reduce(content + details) { $0 + ($1?.utf8.count ?? 0) }
    }

    private mutating func limit() {
        while items.count > Self.maximumItems {
            if let id = items.removeFirst().id { audioMilliseconds[id] = nil }
        }
    }
}

extension RealtimeError {
    fileprivate static func unknownItem(_ verb: String, code: String) -> RealtimeError {
        RealtimeError(code: code, message: "Could not \(verb) the item: there is none with this id.", parameter: "item_id")
    }
}
