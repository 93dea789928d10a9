/// A client event with its own identifier, as one JSON text.
public struct ClientMessage: Sendable, Hashable {
    /// Chosen by the client; errors refer to it.
    public var eventID: String?
    public var event: ClientEvent
    /// What the text held beyond the fields of `event`; `text` writes it again.
    public private(set) var unrecognized: UnrecognizedMembers?

    public init(_ event: ClientEvent, eventID: String? = nil) {
        self.event = event
        self.eventID = eventID
    }

    /// Reads what a client sent. Unknown types survive as `.unknown`; a known type with a bad field is an error that names it.
    public init(text: String) throws(EventDecodingError) {
        let (type, eventID, isPlainAudio) = try EventHeader.read(text)
        self.eventID = eventID
        event = try RealtimeCoding.decode(ClientPayload.self, from: text.utf8, eventType: type, eventID: eventID).event
        if !isPlainAudio {
            unrecognized = UnrecognizedMembers(of: try RealtimeCoding.decode(from: text), beyond: RealtimeCoding.value(of: envelope))
        }
    }

    /// The JSON text for the wire, with sorted keys.
    public var text: String { envelope.text(with: unrecognized) }

    private var envelope: EventEnvelope<ClientPayload> {
        EventEnvelope(type: event.type, eventID: eventID, payload: ClientPayload(event))
    }
}
