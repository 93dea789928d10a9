import RealtimeProtocol

/// What this engine can do of what the API allows. A session that asks for more is refused clearly, not served differently.
enum SessionRules {
    static let model = "viva-local"
    /// Names of models are shown again; nobody's are longer.
    private static let maximumModelCharacters = 128

    /// The session of a client that sent none: it transcribes, and anybody may change it.
    static func defaultConfiguration() -> SessionConfiguration {
        SessionConfiguration(transcription: InputTranscription(model: "local"))
    }

    /// What a session starts with.
    ///
    /// - Parameters:
    ///   - update: what the client asks for; its `type` decides about the kind of session.
    ///   - model: of the URL; the session's own goes before.
    static func start(_ update: SessionUpdate?, model: String?, voices: [String]) throws(RealtimeError) -> SessionConfiguration {
        var update = update ?? SessionUpdate()
        update.model = update.model ?? model.map { String($0.prefix(maximumModelCharacters)) }
        var base = try SessionConfiguration.created(by: SessionUpdate(type: update.type))
        base.transcription = defaultConfiguration().transcription
        return try merge(update, into: base, voices: voices, audioWasSent: false)
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
        guard WireFormat(merged.inputFormat) != nil else {
            throw .invalidValue("session.audio.input.format", formats)
        }
        guard WireFormat(merged.outputFormat) != nil else {
            throw .invalidValue("session.audio.output.format", formats)
        }
        return merged
    }

    private static let formats = "Supported are audio/pcm at 24000, audio/pcmu and audio/pcma."
}
