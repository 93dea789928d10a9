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
    /// A name, or the identifier of a custom voice.
    public var voice: String
    /// Whether `voice` is shown as `{"id": "voice_…"}`.
    public var voiceIsIdentifier: Bool
    public var speed: Double
    public var tools: [JSONValue]
    public var toolChoice: JSONValue
    public var maximumOutputTokens: JSONValue
    /// nil: the server's own way, and not shown.
    public var truncation: Truncation?
    public var prompt: PromptReference?
    public var tracing: Tracing?
    public var include: [String]?
    public var reasoning: Reasoning?
    public var parallelToolCalls: Bool?
    /// Members that this version does not know, as they came; shown again.
    public var other: [String: JSONValue]
    /// What a server calls the object, where that is not what the API calls it.
    private var foreignObject: JSONValue?

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
        other: [String: JSONValue] = [:],
        voiceIsIdentifier: Bool = false,
        truncation: Truncation? = nil,
        prompt: PromptReference? = nil,
        tracing: Tracing? = nil,
        include: [String]? = nil,
        reasoning: Reasoning? = nil,
        parallelToolCalls: Bool? = nil
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
        self.voiceIsIdentifier = voiceIsIdentifier
        self.truncation = truncation
        self.prompt = prompt
        self.tracing = tracing
        self.include = include
        self.reasoning = reasoning
        self.parallelToolCalls = parallelToolCalls
        self.other = other
    }

    /// A session that only turns speech into text. It has no voice, no replies and no model of its own: what the fields for
    /// those hold is not shown.
    public static func transcription(
        id: String? = nil,
        expiresAt: Int? = nil,
        inputFormat: AudioFormat = .pcm,
        transcription: InputTranscription? = nil,
        noiseReduction: JSONValue? = nil,
        turnDetection: TurnDetection? = .serverVAD(TurnDetection.ServerVAD()),
        include: [String]? = nil
    ) -> SessionConfiguration {
        SessionConfiguration(
            id: id,
            type: transcriptionType,
            expiresAt: expiresAt,
            inputFormat: inputFormat,
            transcription: transcription,
            noiseReduction: noiseReduction,
            turnDetection: turnDetection,
            include: include
        )
    }

    /// The values of `type`.
    public static let realtimeType = "realtime"
    public static let transcriptionType = "transcription"
}

extension SessionConfiguration: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case id, object, type, model, instructions, audio, tools, truncation, prompt, tracing, include, reasoning
        case parallelToolCalls = "parallel_tool_calls"
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
        truncation = try container.decodeIfPresent(Truncation.self, forKey: .truncation)
        prompt = try container.decodeIfPresent(PromptReference.self, forKey: .prompt)
        tracing = try container.decodeIfPresent(Tracing.self, forKey: .tracing)
        include = try container.decodeIfPresent([String].self, forKey: .include)
        reasoning = try container.decodeIfPresent(Reasoning.self, forKey: .reasoning)
        parallelToolCalls = try container.decodeIfPresent(Bool.self, forKey: .parallelToolCalls)
        let audio = try container.decodeIfPresent(Audio.self, forKey: .audio)
        inputFormat = audio?.input?.format ?? inputFormat
        transcription = audio?.input?.transcription
        noiseReduction = audio?.input?.noiseReduction
        turnDetection = audio?.input?.turnDetection
        outputFormat = audio?.output?.format ?? outputFormat
        voice = audio?.output?.voice ?? voice
        voiceIsIdentifier = audio?.output?.voiceIsIdentifier ?? voiceIsIdentifier
        speed = audio?.output?.speed ?? speed
        let object = try container.decodeIfPresent(JSONValue.self, forKey: .object)
        if object != self.object { foreignObject = object }
        let all = try decoder.container(keyedBy: AnyKey.self)
        for key in all.allKeys where CodingKeys(rawValue: key.stringValue) == nil {
            other[key.stringValue] = try all.decode(JSONValue.self, forKey: key)
        }
    }

    /// What the API calls the object.
    private var object: JSONValue {
        .string(type == Self.transcriptionType ? "realtime.transcription_session" : "realtime.session")
    }

    /// A transcription session shows `audio.input` and `include` alone. `prompt`, `tracing` and `include` are written even when
    /// null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        let isTranscription = type == Self.transcriptionType
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encode(foreignObject ?? object, forKey: .object)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
        try container.encode(include, forKey: .include)
        let input = Input(
            format: inputFormat,
            transcription: transcription,
            noiseReduction: noiseReduction,
            turnDetection: turnDetection
        )
        if isTranscription {
            try container.encode(Audio(input: input, output: nil), forKey: .audio)
        } else {
            try encodeConversation(into: &container)
            let output = SessionUpdate.AudioOutput(
                format: outputFormat,
                voice: voice,
                speed: speed,
                voiceIsIdentifier: voiceIsIdentifier
            )
            try container.encode(Audio(input: input, output: output), forKey: .audio)
        }
        var rest = encoder.container(keyedBy: AnyKey.self)
        for (key, value) in other where CodingKeys(rawValue: key) == nil { try rest.encode(value, forKey: AnyKey(key)) }
    }

    /// What only a session that replies has.
    private func encodeConversation(into container: inout KeyedEncodingContainer<CodingKeys>) throws {
        try container.encodeIfPresent(model, forKey: .model)
        try container.encode(outputModalities, forKey: .outputModalities)
        try container.encode(instructions, forKey: .instructions)
        try container.encode(tools, forKey: .tools)
        try container.encode(toolChoice, forKey: .toolChoice)
        try container.encode(maximumOutputTokens, forKey: .maximumOutputTokens)
        try container.encodeIfPresent(truncation, forKey: .truncation)
        try container.encode(prompt, forKey: .prompt)
        try container.encode(tracing, forKey: .tracing)
        try container.encodeIfPresent(reasoning, forKey: .reasoning)
        try container.encodeIfPresent(parallelToolCalls, forKey: .parallelToolCalls)
    }
}
