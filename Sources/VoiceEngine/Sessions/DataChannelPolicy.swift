import RealtimeProtocol

/// Which client events are taken from the browser's data channel.
///
/// Whoever set up the call decides about its conduct. When a server did, with a `session` of its own, the browser is only a
/// listener: nothing it sends may change instructions, turn-taking or what is said. It is an allow-list, so that an event
/// which a later version learns is refused until somebody decides otherwise.
struct DataChannelPolicy: Equatable {
    /// Types that are taken; nil: all.
    private let allowed: Set<String>?

    /// The browser set up the call itself: it may do what any client may.
    static let owner = DataChannelPolicy(allowed: nil)

    /// A server set up the call. Ending one's own turn by hand is all a participant may do: it is what falling silent does.
    static let participant = DataChannelPolicy(allowed: ["input_audio_buffer.commit"])

    private init(allowed: Set<String>?) {
        self.allowed = allowed
    }

    func allows(_ event: ClientEvent) -> Bool {
        allowed?.contains(event.type) ?? true
    }

    /// The answer to an event that is not allowed.
    static func refusal(of event: ClientEvent, eventID: String?) -> RealtimeError {
        RealtimeError(
            code: "event_not_allowed",
            message: "This call is conducted by a server; the data channel may not send this event.",
            parameter: "type",
            eventID: eventID
        )
    }
}
