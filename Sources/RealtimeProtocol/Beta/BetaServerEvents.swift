extension BetaDialect {
    /// Events whose name changed.
    private static let renamed: [String: String] = [
        "conversation.item.added": "conversation.item.created",
        "response.output_text.delta": "response.text.delta",
        "response.output_text.done": "response.text.done",
        "response.output_audio.delta": "response.audio.delta",
        "response.output_audio.done": "response.audio.done",
        "response.output_audio_transcript.delta": "response.audio_transcript.delta",
        "response.output_audio_transcript.done": "response.audio_transcript.done",
    ]

    /// Events that have the same name in both. Whatever is in neither list does not exist in the beta and is not sent.
    private static let unchanged: Set<String> = [
        "error", "session.created", "session.updated", "conversation.created", "conversation.item.created",
        "conversation.item.retrieved", "conversation.item.truncated", "conversation.item.deleted",
        "conversation.item.input_audio_transcription.delta", "conversation.item.input_audio_transcription.completed",
        "conversation.item.input_audio_transcription.failed", "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "input_audio_buffer.cleared",
        "output_audio_buffer.started", "output_audio_buffer.stopped", "output_audio_buffer.cleared", "rate_limits.updated",
        "response.created", "response.done", "response.output_item.added", "response.output_item.done",
        "response.content_part.added", "response.content_part.done", "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
    ]

    /// What a beta client is told when a server says `message`: nothing for an event that the beta does not have
    /// (`conversation.item.done`, MCP, telephone keys, idle timeouts), else one event with the same identifier.
    ///
    /// The result's event is `.unknown`: the typed events are those of the present API.
    public func serverMessages(for message: ServerMessage) -> [ServerMessage] {
        let present = message.event.type
        guard var name = Self.renamed[present] ?? (Self.unchanged.contains(present) ? present : nil),
            case .object(var members) = try? RealtimeCoding.decode(JSONValue.self, from: message.text)
        else { return [] }
        if let item = members["item"] {
            guard let item = BetaItem.beta(item) else { return [] }
            members["item"] = item
        }
        if let response = members["response"] { members["response"] = betaResponse(response) }
        if let session = members["session"] {
            if name == "session.updated", session["type"] == .string(SessionConfiguration.transcriptionType) {
                name = "transcription_session.updated"
            }
            members["session"] = betaSession(session)
        }
        if name == "error", case .object(var error) = members["error"], let parameter = error["param"]?.stringValue {
            error["param"] = .string(Self.betaParameter(parameter))
            members["error"] = .object(error)
        }
        members["type"] = .string(name)
        return [ServerMessage(.unknown(type: name, raw: .object(members)), eventID: message.eventID)]
    }
}
