/// What a client may say (GA shape; API reference, "Client events").
///
/// `ClientMessage` adds the event's own identifier and the JSON text.
public enum ClientEvent: Sendable, Hashable {
    /// `session.update`
    case sessionUpdate(SessionUpdateEvent)
    /// `input_audio_buffer.append`
    case inputAudioBufferAppend(InputAudioBufferAppendEvent)
    /// `conversation.item.create`
    case conversationItemCreate(ConversationItemCreateEvent)
    /// `conversation.item.retrieve`
    case conversationItemRetrieve(ConversationItemRetrieveEvent)
    /// `conversation.item.truncate`
    case conversationItemTruncate(ConversationItemTruncateEvent)
    /// `conversation.item.delete`
    case conversationItemDelete(ConversationItemDeleteEvent)
    /// `response.create`
    case responseCreate(ResponseCreateEvent)
    /// `response.cancel`
    case responseCancel(ResponseCancelEvent)
    /// `input_audio_buffer.commit`
    case inputAudioBufferCommit
    /// `input_audio_buffer.clear`
    case inputAudioBufferClear
    /// `output_audio_buffer.clear`
    case outputAudioBufferClear
    /// An event that this version has no type for; `raw` is the whole object.
    case unknown(type: String, raw: JSONValue)

    /// The event's name on the wire.
    public var type: String {
        switch self {
        case .sessionUpdate: "session.update"
        case .inputAudioBufferAppend: "input_audio_buffer.append"
        case .conversationItemCreate: "conversation.item.create"
        case .conversationItemRetrieve: "conversation.item.retrieve"
        case .conversationItemTruncate: "conversation.item.truncate"
        case .conversationItemDelete: "conversation.item.delete"
        case .responseCreate: "response.create"
        case .responseCancel: "response.cancel"
        case .inputAudioBufferCommit: "input_audio_buffer.commit"
        case .inputAudioBufferClear: "input_audio_buffer.clear"
        case .outputAudioBufferClear: "output_audio_buffer.clear"
        case .unknown(let type, _): type
        }
    }
}

/// Reads and writes what follows the header of an event.
struct ClientPayload: Codable {
    var event: ClientEvent

    init(_ event: ClientEvent) { self.event = event }

    init(from decoder: any Decoder) throws {
        let type = try decoder.container(keyedBy: AnyKey.self).decode(String.self, forKey: AnyKey("type"))
        switch type {
        case "session.update": event = .sessionUpdate(try SessionUpdateEvent(from: decoder))
        case "input_audio_buffer.append": event = .inputAudioBufferAppend(try InputAudioBufferAppendEvent(from: decoder))
        case "conversation.item.create": event = .conversationItemCreate(try ConversationItemCreateEvent(from: decoder))
        case "conversation.item.retrieve": event = .conversationItemRetrieve(try ConversationItemRetrieveEvent(from: decoder))
        case "conversation.item.truncate": event = .conversationItemTruncate(try ConversationItemTruncateEvent(from: decoder))
        case "conversation.item.delete": event = .conversationItemDelete(try ConversationItemDeleteEvent(from: decoder))
        case "response.create": event = .responseCreate(try ResponseCreateEvent(from: decoder))
        case "response.cancel": event = .responseCancel(try ResponseCancelEvent(from: decoder))
        case "input_audio_buffer.commit": event = .inputAudioBufferCommit
        case "input_audio_buffer.clear": event = .inputAudioBufferClear
        case "output_audio_buffer.clear": event = .outputAudioBufferClear
        default: event = .unknown(type: type, raw: try JSONValue(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch event {
        case .sessionUpdate(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferAppend(let payload): try payload.encode(to: encoder)
        case .conversationItemCreate(let payload): try payload.encode(to: encoder)
        case .conversationItemRetrieve(let payload): try payload.encode(to: encoder)
        case .conversationItemTruncate(let payload): try payload.encode(to: encoder)
        case .conversationItemDelete(let payload): try payload.encode(to: encoder)
        case .responseCreate(let payload): try payload.encode(to: encoder)
        case .responseCancel(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferCommit, .inputAudioBufferClear, .outputAudioBufferClear: break
        case .unknown(_, let raw):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in raw.objectValue ?? [:] where key != "type" && key != "event_id" {
                try container.encode(value, forKey: AnyKey(key))
            }
        }
    }
}
