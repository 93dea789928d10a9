/// A client event with its own identifier, as one JSON text.
public struct ClientMessage: Sendable, Hashable {
    /// Chosen by the client; errors refer to it.
    public var eventID: String?
    public var event: ClientEvent

    public init(_ event: ClientEvent, eventID: String? = nil) {
        self.event = event
        self.eventID = eventID
    }

    /// Reads what a client sent. Unknown types survive as `.unknown`; a known type with a bad field is an error that names it.
    public init(text: String) throws(EventDecodingError) {
        let (type, eventID) = try EventHeader.read(text)
        self.eventID = eventID
        event = try RealtimeCoding.decode(ClientPayload.self, from: text.utf8, eventType: type, eventID: eventID).event
    }

    /// The JSON text for the wire, with sorted keys.
    public var text: String {
        RealtimeCoding.encode(EventEnvelope(type: event.type, eventID: eventID, payload: ClientPayload(event)))
    }
}

/// Puts the shared members beside those of the payload.
struct EventEnvelope<Payload: Encodable>: Encodable {
    var type: String
    var eventID: String?
    var payload: Payload

    func encode(to encoder: any Encoder) throws {
        try payload.encode(to: encoder)
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(type, forKey: AnyKey("type"))
        try container.encodeIfPresent(eventID, forKey: AnyKey("event_id"))
    }
}
