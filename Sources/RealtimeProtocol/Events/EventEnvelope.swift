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

extension EventEnvelope {
    /// The JSON text, with the members that the payload has no place for.
    func text(with unrecognized: UnrecognizedMembers?) -> String {
        guard let unrecognized else { return RealtimeCoding.encode(self) }
        return RealtimeCoding.encode(unrecognized.added(to: RealtimeCoding.value(of: self)))
    }
}
