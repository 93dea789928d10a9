import InterviewCore
import RealtimeProtocol

/// What the conductor wants said, as events of the Realtime wire. Pure.
enum UtteranceRequest {
    /// Metadata key whose value our engine speaks word for word.
    static let wordsKey = "viva_say"
    /// Metadata key by which a response is recognised as ours: the API echoes metadata in `response.created` and
    /// `response.done`.
    static let numberKey = "viva_utterance"

    /// `response.create` for an utterance.
    ///
    /// - Parameter verbatim: the upstream speaks ``wordsKey``; see ``UpstreamEndpoint/speaksVerbatim``.
    static func message(for utterance: Utterance, verbatim: Bool) -> ClientMessage {
        var metadata = [numberKey: String(utterance.number)]
        if verbatim { metadata[wordsKey] = utterance.text }
        let response = ResponseCreate(
            instructions: "Say exactly the following words, in this order, and nothing before or after them: \(utterance.text)",
            metadata: metadata,
            outputModalities: ["audio"]
        )
        return ClientMessage(.responseCreate(ResponseCreateEvent(response: response)), eventID: self.eventID(for: utterance.number))
    }

    /// Stops what is being said: the reply still being made, and the sound already made but not played.
    static func stopMessages() -> [ClientMessage] {
        [
            ClientMessage(.responseCancel(ResponseCancelEvent()), eventID: "viva_stop"),
            ClientMessage(.outputAudioBufferClear, eventID: "viva_clear"),
        ]
    }

    /// The id of the `response.create` of an utterance; an `error` event names it.
    static func eventID(for utterance: Int) -> String { "viva_say_\(utterance)" }

    /// The utterance whose `response.create` had this event id; nil for other events.
    static func utterance(ofEventID eventID: String) -> Int? {
        let prefix = "viva_say_"
        return eventID.hasPrefix(prefix) ? Int(eventID.dropFirst(prefix.count)) : nil
    }
}
