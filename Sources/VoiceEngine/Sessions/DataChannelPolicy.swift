import RealtimeProtocol

/// Which client events are taken from the browser's data channel.
///
/// As in the API, a client may do over its data channel whatever it likes, unless the server that set up the call says otherwise
/// (``CallClient``): then nothing the browser sends may change instructions, turn-taking or what is said. It is an allow-list, so
/// that an event which a later version learns is refused until somebody decides otherwise.
struct DataChannelPolicy: Equatable {
    /// Types that are taken; nil: all.
    private let allowed: Set<String>?

    /// The client may do everything.
    static let owner = DataChannelPolicy(allowed: nil)

    /// The client may send these types only.
    init(allowing types: [String]) {
        self.init(allowed: Set(types))
    }

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
