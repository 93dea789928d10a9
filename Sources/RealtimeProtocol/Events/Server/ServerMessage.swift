/// A server event with its own identifier, as one JSON text.
public struct ServerMessage: Sendable, Hashable {
    public var eventID: String?
    public var event: ServerEvent

    public init(_ event: ServerEvent, eventID: String? = nil) {
        self.event = event
        self.eventID = eventID
    }

    /// Reads what a server sent. Nothing that a newer server may send is an error: unknown types, and known types whose fields
    /// do not fit, become `.unknown`. Only a text that is no event at all throws.
    public init(text: String) throws(EventDecodingError) {
        let (type, eventID) = try EventHeader.read(text)
        self.eventID = eventID
        do {
            event = try RealtimeCoding.decode(ServerPayload.self, from: text.utf8, eventType: type, eventID: eventID).event
        } catch {
            event = .unknown(type: type, raw: try RealtimeCoding.decode(JSONValue.self, from: text))
        }
    }

    /// The JSON text for the wire, with sorted keys.
    public var text: String {
        RealtimeCoding.encode(EventEnvelope(type: event.type, eventID: eventID, payload: ServerPayload(event)))
    }
}
