extension SessionConfiguration {
    /// All of a session as JSON text. Updates add up: each may fill another member. Half of the largest server event, so that a
    /// session can always be shown (`ServerMessage.maximumBytes`).
    public static let maximumBytes = 512 * 1_024

    /// The session that `update` asks for, made of the defaults of its type.
    ///
    /// - Parameters:
    ///   - update: the `session` of a new call or key. Without a `type` it means a `realtime` session.
    ///   - realtime: what a conversation has where the update is silent.
    ///   - transcription: what a transcription session has where the update is silent.
    /// - Throws: as `merging(_:audioWasSent:)`.
    public static func created(
        by update: SessionUpdate,
        realtime: SessionConfiguration = SessionConfiguration(),
        transcription: SessionConfiguration = .transcription()
    ) throws(RealtimeError) -> SessionConfiguration {
        try (update.type == transcriptionType ? transcription : realtime).merging(update)
    }

    /// Merges a partial update. Nothing changes when it throws.
    ///
    /// - Parameters:
    ///   - update: absent members keep what is there. Another `model` than the session's is passed over.
    ///   - audioWasSent: the voice is locked once the assistant has spoken (`cannot_update_voice`).
    /// - Throws: `unknown_parameter` for a member that this type of session does not have, `invalid_value` and
    ///   `missing_required_parameter` for the rest, each with the path of the member.
    public func merging(_ update: SessionUpdate, audioWasSent: Bool = false) throws(RealtimeError) -> SessionConfiguration {
        if let unknown = update.unknownParameters.first { throw .unknownParameter("session.\(unknown)") }
        if let type = update.type, type != self.type {
            guard [Self.realtimeType, Self.transcriptionType].contains(type) else {
                throw .invalidValue("session.type", "Supported are 'realtime' and 'transcription'.")
            }
            throw .invalidValue("session.type", "This session is of type '\(self.type)' and cannot change it.")
        }
        if type == Self.transcriptionType {
            let paths = SessionMembers.transcription.unknownPaths(in: RealtimeCoding.value(of: update))
            if let path = paths.first { throw .unknownParameter("session.\(path)") }
        }
        var merged = self
        try merged.mergeInput(update.input)
        try merged.mergeOutput(update.output, audioWasSent: audioWasSent)
        try merged.mergeReplies(update)
        if let include = update.include {
            guard include.allSatisfy({ $0 == "item.input_audio_transcription.logprobs" }) else {
                throw .invalidValue("session.include", "Supported is 'item.input_audio_transcription.logprobs'.")
            }
            merged.include = include
        }
        merged.other.merge(update.other) { _, new in new }
        guard RealtimeCoding.encode(merged).utf8.count <= Self.maximumBytes else {
            throw .invalidValue("session", "A session has at most \(Self.maximumBytes) bytes in all.")
        }
        return merged
    }

    private mutating func mergeInput(_ input: SessionUpdate.AudioInput) throws(RealtimeError) {
        let path = "session.audio.input"
        if let format = input.format { inputFormat = try format.validated("\(path).format") }
        switch input.transcription {
        case .keep: break
        case .clear: transcription = nil
        case .set(let value):
            try value.validate("\(path).transcription")
            transcription = value
        }
        switch input.noiseReduction {
        case .keep: break
        case .clear: noiseReduction = nil
        case .set(let value):
            try SessionValidation.noiseReduction(value, "\(path).noise_reduction")
            noiseReduction = value == .null ? nil : value
        }
        switch input.turnDetection {
        case .keep: break
        case .clear: turnDetection = nil
        case .set(let value):
            try value.validate("\(path).turn_detection")
            turnDetection = value
        }
    }

    private mutating func mergeOutput(_ output: SessionUpdate.AudioOutput, audioWasSent: Bool) throws(RealtimeError) {
        let path = "session.audio.output"
        if let format = output.format { outputFormat = try format.validated("\(path).format") }
        if let speed = output.speed {
            guard (0.25...1.5).contains(speed) else { throw .invalidValue("\(path).speed", "Supported is 0.25 to 1.5.") }
            self.speed = speed
        }
        if let voice = output.voice, voice != self.voice {
            guard !voice.isEmpty else { throw .invalidValue("\(path).voice", "A voice is a name, or an object with an id.") }
            guard !audioWasSent else {
                throw RealtimeError(
                    code: "cannot_update_voice",
                    message: "Cannot update a conversation's voice if assistant audio is present.",
                    parameter: "\(path).voice"
                )
            }
            self.voice = voice
            voiceIsIdentifier = output.voiceIsIdentifier
        }
    }

    private mutating func mergeReplies(_ update: SessionUpdate) throws(RealtimeError) {
        // The model of a session does not change after its start. A client that names another one is shown the session's own, as the API
        // does: openai-agents sends its default in every update, whatever the address says, and users of Pipecat did.
        model = model ?? update.model
        if let modalities = update.outputModalities {
            try SessionValidation.outputModalities(modalities, "session.output_modalities")
            outputModalities = modalities
        }
        if let tools = update.tools {
            try SessionValidation.tools(tools, "session.tools")
            self.tools = tools
        }
        if let choice = update.toolChoice {
            try SessionValidation.toolChoice(choice, "session.tool_choice")
            toolChoice = choice
        }
        if let limit = update.maximumOutputTokens {
            try SessionValidation.maximumOutputTokens(limit, "session.max_output_tokens")
            maximumOutputTokens = limit
        }
        if let truncation = update.truncation {
            try truncation.validate("session.truncation")
            self.truncation = truncation
        }
        switch update.prompt {
        case .keep: break
        case .clear: prompt = nil
        case .set(let value):
            try SessionValidation.prompt(value, "session.prompt")
            prompt = value
        }
        switch update.tracing {
        case .keep: break
        case .clear: tracing = nil
        case .set(.unknown): throw .invalidValue("session.tracing", "Supported are 'auto', an object with names, or null.")
        case .set(let value): tracing = value
        }
        if let reasoning = update.reasoning {
            try SessionValidation.reasoning(reasoning, "session.reasoning")
            self.reasoning = reasoning
        }
        parallelToolCalls = update.parallelToolCalls ?? parallelToolCalls
        instructions = update.instructions ?? instructions
    }
}
