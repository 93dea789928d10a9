/// A server event with its own identifier, as one JSON text.
public struct ServerMessage: Sendable, Hashable {
    public var eventID: String?
    public var event: ServerEvent
    /// What the text held beyond the fields of `event`; `text` writes it again.
    public internal(set) var unrecognized: UnrecognizedMembers?

    public init(_ event: ServerEvent, eventID: String? = nil) {
        self.event = event
        self.eventID = eventID
    }

    /// Reads what a server sent. Nothing that a newer server may send is an error: unknown types, and known types whose fields
    /// do not fit, become `.unknown`. Only a text that is no event at all throws.
    ///
    /// - Parameter keepsUnrecognized: whether ``text`` is to be what was read; who only listens need not pay for it, which is two more
    ///   readings and a writing of each event.
    public init(text: String, keepsUnrecognized: Bool = true) throws(EventDecodingError) {
        let (type, eventID, isPlainAudio) = try EventHeader.read(text)
        self.eventID = eventID
        do {
            event = try RealtimeCoding.decode(ServerPayload.self, from: text.utf8, eventType: type, eventID: eventID).event
        } catch {
            let raw = try RealtimeCoding.decode(JSONValue.self, from: text)
            // A number may have been refused for digits that no `Double` holds. As it would be passed on it may fit, and whoever reads it
            // there shall not see another event than was seen here.
            let again = try? RealtimeCoding.decode(ServerPayload.self, from: RealtimeCoding.encode(raw))
            event = again?.event ?? .unknown(type: type, raw: raw)
        }
        if keepsUnrecognized, !isPlainAudio {
            unrecognized = UnrecognizedMembers(of: try RealtimeCoding.decode(from: text), beyond: RealtimeCoding.value(of: envelope))
        }
    }

    /// The JSON text for the wire, with sorted keys.
    public var text: String { envelope.text(with: unrecognized) }

    private var envelope: EventEnvelope<ServerPayload> {
        EventEnvelope(type: event.type, eventID: eventID, payload: ServerPayload(event))
    }
}
