import RealtimeProtocol

/// What this engine can do of what the API allows. A session that asks for more is refused clearly, not served differently.
enum SessionRules {
    static let model = "viva-local"

    /// The session of a client that sent none: it transcribes, and anybody may change it.
    static func defaultConfiguration() -> SessionConfiguration {
        SessionConfiguration(transcription: InputTranscription(model: "local"))
    }

    /// Merges an update and checks that the result can be served.
    static func merge(
        _ update: SessionUpdate,
        into session: SessionConfiguration,
        voices: [String],
        audioWasSent: Bool
    ) throws(RealtimeError) -> SessionConfiguration {
        var merged = try session.merging(update, audioWasSent: audioWasSent)
        merged.model = merged.model ?? model
        guard VoiceNames.local(merged.voice, voices: voices) != nil else {
            throw .invalidValue("session.audio.output.voice", VoiceNames.refusal(voices: voices))
        }
        switch merged.turnDetection {
        case nil, .serverVAD: return merged
        case .semanticVAD, .unknown:
            throw .invalidValue("session.audio.input.turn_detection.type", "This engine supports 'server_vad', or null.")
        }
    }
}
