/// Reads the two members that every event shares.
struct EventHeader: Decodable {
    var type: String?
    var eventID: String?
    /// Whether there is nothing beyond the members of a bulky event.
    var isPlainAudio: Bool

    /// Events that carry much audio and come often: looking for unrecognised members would read the audio again.
    private static let audioMembers: [String: Set<String>] = [
        "input_audio_buffer.append": ["type", "event_id", "audio"],
        "response.output_audio.delta": [
            "type", "event_id", "response_id", "item_id", "output_index", "content_index", "delta",
        ],
    ]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        let type = try? container.decode(String.self, forKey: AnyKey("type"))
        self.type = type
        eventID = try? container.decode(String.self, forKey: AnyKey("event_id"))
        let members = type.flatMap { Self.audioMembers[$0] } ?? []
        let isReadable = eventID != nil || !container.contains(AnyKey("event_id"))
        isPlainAudio = isReadable && !members.isEmpty && container.allKeys.allSatisfy { members.contains($0.stringValue) }
    }

    /// Reads the header of `text`; the errors are in the order in which a reader would notice them.
    static func read(_ text: String) throws(EventDecodingError) -> (type: String, eventID: String?, isPlainAudio: Bool) {
        let header: EventHeader
        do {
            header = try RealtimeCoding.decode(EventHeader.self, from: text)
        } catch .invalidField {
            throw .notAnObject
        }
        guard let type = header.type else { throw .missingType(eventID: header.eventID) }
        return (type, header.eventID, header.isPlainAudio)
    }
}
