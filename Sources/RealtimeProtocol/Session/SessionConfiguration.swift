/// `{type: "audio/pcm", rate: 24000}`, `{type: "audio/pcmu"}` or `{type: "audio/pcma"}`.
public struct AudioFormat: Sendable, Hashable, Codable {
    public var type: String
    /// Samples per second; only with `audio/pcm`, where the API knows 24000 alone.
    public var rate: Int?

    public init(type: String, rate: Int? = nil) {
        self.type = type
        self.rate = rate
    }

    public static let pcm = AudioFormat(type: "audio/pcm", rate: 24_000)
}

/// How the speaker's audio is turned into text (`audio.input.transcription`).
public struct InputTranscription: Sendable, Hashable, Codable {
    public var model: String?
    /// ISO 639-1, for example `en`.
    public var language: String?
    public var prompt: String?

    public init(model: String? = nil, language: String? = nil, prompt: String? = nil) {
        self.model = model
        self.language = language
        self.prompt = prompt
    }

    private enum CodingKeys: String, CodingKey { case model, language, prompt }

    /// `language` and `prompt` are echoed as null, as recorded.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encode(language, forKey: .language)
        try container.encode(prompt, forKey: .prompt)
    }
}

/// The whole session as the server shows it in `session.created` and `session.updated`.
public struct SessionConfiguration: Sendable, Hashable {
    public var id: String?
    public var type: String
    public var model: String?
    /// Seconds since 1970.
    public var expiresAt: Int?
    public var outputModalities: [String]
    public var instructions: String
    public var inputFormat: AudioFormat
    public var transcription: InputTranscription?
    public var noiseReduction: JSONValue?
    /// nil: the client commits turns by hand.
    public var turnDetection: TurnDetection?
    public var outputFormat: AudioFormat
    public var voice: String
    public var speed: Double
    public var tools: [JSONValue]
    public var toolChoice: JSONValue
    public var maximumOutputTokens: JSONValue
    public var other: [String: JSONValue]

    public init(
        id: String? = nil,
        type: String = "realtime",
        model: String? = nil,
        expiresAt: Int? = nil,
        outputModalities: [String] = ["audio"],
        instructions: String = "",
        inputFormat: AudioFormat = .pcm,
        transcription: InputTranscription? = nil,
        noiseReduction: JSONValue? = nil,
        turnDetection: TurnDetection? = .serverVAD(TurnDetection.ServerVAD()),
        outputFormat: AudioFormat = .pcm,
        voice: String = "marin",
        speed: Double = 1,
        tools: [JSONValue] = [],
        toolChoice: JSONValue = "auto",
        maximumOutputTokens: JSONValue = "inf",
        other: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.type = type
        self.model = model
        self.expiresAt = expiresAt
        self.outputModalities = outputModalities
        self.instructions = instructions
        self.inputFormat = inputFormat
        self.transcription = transcription
        self.noiseReduction = noiseReduction
        self.turnDetection = turnDetection
        self.outputFormat = outputFormat
        self.voice = voice
        self.speed = speed
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
        self.other = other
    }

    /// Merges a partial update. Nothing changes when it throws.
    ///
    /// - Parameter audioWasSent: the voice is locked once the assistant has spoken (`cannot_update_voice`).
    public func merging(_ update: SessionUpdate, audioWasSent: Bool = false) throws(RealtimeError) -> SessionConfiguration {
        var merged = self
        if let unknown = update.unknownParameters.first {
            throw RealtimeError(
                code: "unknown_parameter",
                message: "Unknown parameter: 'session.\(unknown.prefix(64))'.",
                parameter: "session.\(unknown.prefix(64))"
            )
        }
        if let type = update.type, type != self.type {
            throw .invalidValue("session.type", "This session is of type '\(self.type)' and cannot change it.")
        }
        if let model = update.model, let fixed = self.model, model != fixed {
            throw .invalidValue("session.model", "The model of a session cannot change after its start.")
        }
        if let modalities = update.outputModalities {
            guard modalities == ["audio"] || modalities == ["text"] else {
                throw .invalidValue("session.output_modalities", "Supported are [\"audio\"] and [\"text\"].")
            }
            merged.outputModalities = modalities
        }
        if let voice = update.output.voice, voice != self.voice {
            guard !audioWasSent else {
                throw RealtimeError(
                    code: "cannot_update_voice",
                    message: "Cannot update a conversation's voice if assistant audio is present.",
                    parameter: "session.audio.output.voice"
                )
            }
            merged.voice = voice
        }
        if let speed = update.output.speed {
            guard (0.25...1.5).contains(speed) else {
                throw .invalidValue("session.audio.output.speed", "Supported is 0.25 to 1.5.")
            }
            merged.speed = speed
        }
        switch update.input.turnDetection {
        case .keep: break
        case .clear: merged.turnDetection = nil
        case .set(let detection):
            try detection.validate()
            merged.turnDetection = detection
        }
        switch update.input.transcription {
        case .keep: break
        case .clear: merged.transcription = nil
        case .set(let value): merged.transcription = value
        }
        switch update.input.noiseReduction {
        case .keep: break
        case .clear: merged.noiseReduction = nil
        case .set(let value): merged.noiseReduction = value
        }
        merged.model = update.model ?? model
        merged.instructions = update.instructions ?? instructions
        merged.inputFormat = update.input.format ?? inputFormat
        merged.outputFormat = update.output.format ?? outputFormat
        merged.tools = update.tools ?? tools
        merged.toolChoice = update.toolChoice ?? toolChoice
        merged.maximumOutputTokens = update.maximumOutputTokens ?? maximumOutputTokens
        merged.other.merge(update.other) { _, new in new }
        return merged
    }
}

extension RealtimeError {
    /// A parameter of the right kind with a value that is not allowed.
    public static func invalidValue(_ parameter: String, _ message: String) -> RealtimeError {
        RealtimeError(code: "invalid_value", message: message, parameter: parameter)
    }
}

extension TurnDetection {
    /// The ranges of the API, and upper limits that keep a peer from asking for absurd buffers.
    fileprivate func validate() throws(RealtimeError) {
        let path = "session.audio.input.turn_detection"
        switch self {
        case .serverVAD(let vad):
            guard (0...1).contains(vad.threshold) else { throw .invalidValue("\(path).threshold", "Supported is 0 to 1.") }
            guard (0...2_000).contains(vad.prefixPaddingMilliseconds) else {
                throw .invalidValue("\(path).prefix_padding_ms", "Supported is 0 to 2000.")
            }
            guard (32...10_000).contains(vad.silenceDurationMilliseconds) else {
                throw .invalidValue("\(path).silence_duration_ms", "Supported is 32 to 10000.")
            }
            if let idle = vad.idleTimeoutMilliseconds, !(5_000...30_000).contains(idle) {
                throw .invalidValue("\(path).idle_timeout_ms", "Supported is 5000 to 30000.")
            }
        case .semanticVAD(let vad):
            guard [.low, .medium, .high, .auto].contains(vad.eagerness) else {
                throw .invalidValue("\(path).eagerness", "Supported are low, medium, high and auto.")
            }
        case .unknown:
            throw .invalidValue("\(path).type", "Supported are 'server_vad' and 'semantic_vad', or null.")
        }
    }
}

extension SessionConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, object, type, model, instructions, audio, tools
        case expiresAt = "expires_at"
        case outputModalities = "output_modalities"
        case toolChoice = "tool_choice"
        case maximumOutputTokens = "max_output_tokens"
    }

    private struct Audio: Codable {
        var input: Input?
        var output: SessionUpdate.AudioOutput?
    }

    private struct Input: Codable {
        var format: AudioFormat?
        var transcription: InputTranscription?
        var noiseReduction: JSONValue?
        var turnDetection: TurnDetection?

        private enum CodingKeys: String, CodingKey {
            case format, transcription
            case noiseReduction = "noise_reduction"
            case turnDetection = "turn_detection"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(format, forKey: .format)
            try container.encode(transcription, forKey: .transcription)
            try container.encode(noiseReduction, forKey: .noiseReduction)
            try container.encode(turnDetection, forKey: .turnDetection)
        }
    }

    /// Tolerant: whatever a server leaves out gets a default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        id = try container.decodeIfPresent(String.self, forKey: .id)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? type
        model = try container.decodeIfPresent(String.self, forKey: .model)
        expiresAt = try container.decodeIfPresent(Int.self, forKey: .expiresAt)
        outputModalities = try container.decodeIfPresent([String].self, forKey: .outputModalities) ?? outputModalities
        instructions = try container.decodeIfPresent(String.self, forKey: .instructions) ?? instructions
        tools = try container.decodeIfPresent([JSONValue].self, forKey: .tools) ?? tools
        toolChoice = try container.decodeIfPresent(JSONValue.self, forKey: .toolChoice) ?? toolChoice
        maximumOutputTokens = try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens) ?? maximumOutputTokens
        let audio = try container.decodeIfPresent(Audio.self, forKey: .audio)
        inputFormat = audio?.input?.format ?? inputFormat
        transcription = audio?.input?.transcription
        noiseReduction = audio?.input?.noiseReduction
        turnDetection = audio?.input?.turnDetection
        outputFormat = audio?.output?.format ?? outputFormat
        voice = audio?.output?.voice ?? voice
        speed = audio?.output?.speed ?? speed
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encode("realtime.session", forKey: .object)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
        try container.encode(outputModalities, forKey: .outputModalities)
        try container.encode(instructions, forKey: .instructions)
        try container.encode(tools, forKey: .tools)
        try container.encode(toolChoice, forKey: .toolChoice)
        try container.encode(maximumOutputTokens, forKey: .maximumOutputTokens)
        let input = Input(
            format: inputFormat,
            transcription: transcription,
            noiseReduction: noiseReduction,
            turnDetection: turnDetection
        )
        try container.encode(
            Audio(input: input, output: SessionUpdate.AudioOutput(format: outputFormat, voice: voice, speed: speed)),
            forKey: .audio
        )
        var rest = encoder.container(keyedBy: AnyKey.self)
        for (key, value) in other { try rest.encode(value, forKey: AnyKey(key)) }
    }
}
