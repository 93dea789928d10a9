/// A nullable field of a partial update: left alone, cleared by null, or set.
public enum FieldChange<Value: Sendable & Hashable>: Sendable, Hashable {
    case keep
    case clear
    case set(Value)
}

/// A partial session: the `session` of `session.update`, of `POST /realtime/calls` and of `client_secrets`.
/// Absent members keep what is there; null clears `transcription`, `turn_detection`, `noise_reduction`, `prompt` and `tracing`.
/// A session of type `transcription` takes `audio.input` and `include` alone.
public struct SessionUpdate: Sendable, Hashable {
    public struct AudioInput: Sendable, Hashable {
        public var format: AudioFormat?
        public var transcription: FieldChange<InputTranscription>
        public var noiseReduction: FieldChange<JSONValue>
        public var turnDetection: FieldChange<TurnDetection>

        public init(
            format: AudioFormat? = nil,
            transcription: FieldChange<InputTranscription> = .keep,
            noiseReduction: FieldChange<JSONValue> = .keep,
            turnDetection: FieldChange<TurnDetection> = .keep
        ) {
            self.format = format
            self.transcription = transcription
            self.noiseReduction = noiseReduction
            self.turnDetection = turnDetection
        }
    }

    public struct AudioOutput: Sendable, Hashable, Codable {
        public var format: AudioFormat?
        /// A name, or the identifier of a custom voice.
        public var voice: String?
        /// Whether `voice` is written as `{"id": "voice_…"}`.
        public var voiceIsIdentifier: Bool
        /// 0.25…1.5.
        public var speed: Double?

        public init(format: AudioFormat? = nil, voice: String? = nil, speed: Double? = nil, voiceIsIdentifier: Bool = false) {
            self.format = format
            self.voice = voice
            self.voiceIsIdentifier = voiceIsIdentifier
            self.speed = speed
        }

        private enum CodingKeys: String, CodingKey { case format, voice, speed }
        private enum VoiceKeys: String, CodingKey { case id }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            format = try container.decodeIfPresent(AudioFormat.self, forKey: .format)
            speed = try container.decodeIfPresent(Double.self, forKey: .speed)
            voiceIsIdentifier = false
            guard container.contains(.voice), try !container.decodeNil(forKey: .voice) else { return }
            if let keys = try? container.nestedContainer(keyedBy: VoiceKeys.self, forKey: .voice) {
                voice = try keys.decode(String.self, forKey: .id)
                voiceIsIdentifier = true
            } else {
                voice = try container.decode(String.self, forKey: .voice)
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(format, forKey: .format)
            try container.encodeIfPresent(speed, forKey: .speed)
            if let voice, voiceIsIdentifier {
                var keys = container.nestedContainer(keyedBy: VoiceKeys.self, forKey: .voice)
                try keys.encode(voice, forKey: .id)
            } else {
                try container.encodeIfPresent(voice, forKey: .voice)
            }
        }
    }

    /// `realtime` or `transcription`; required by the API in every `session.update`.
    public var type: String?
    public var model: String?
    /// `["audio"]` or `["text"]`.
    public var outputModalities: [String]?
    /// `""` clears.
    public var instructions: String?
    public var input: AudioInput
    public var output: AudioOutput
    /// `[]` clears.
    public var tools: [JSONValue]?
    public var toolChoice: JSONValue?
    public var maximumOutputTokens: JSONValue?
    public var truncation: Truncation?
    public var prompt: FieldChange<PromptReference>
    public var tracing: FieldChange<Tracing>
    /// What transcription events carry besides the text: `item.input_audio_transcription.logprobs` or nothing.
    public var include: [String]?
    public var reasoning: Reasoning?
    public var parallelToolCalls: Bool?
    /// Further members to write; a newer server may know them. Decoding leaves it empty.
    public var other: [String: JSONValue]
    /// Members that the API does not know, as paths at any depth (`audio.input.foo`), sorted. Decoding survives them; a server
    /// answers `unknown_parameter`.
    public private(set) var unknownParameters: [String] = []

    public init(
        type: String? = "realtime",
        model: String? = nil,
        outputModalities: [String]? = nil,
        instructions: String? = nil,
        input: AudioInput = AudioInput(),
        output: AudioOutput = AudioOutput(),
        tools: [JSONValue]? = nil,
        toolChoice: JSONValue? = nil,
        maximumOutputTokens: JSONValue? = nil,
        other: [String: JSONValue] = [:],
        truncation: Truncation? = nil,
        prompt: FieldChange<PromptReference> = .keep,
        tracing: FieldChange<Tracing> = .keep,
        include: [String]? = nil,
        reasoning: Reasoning? = nil,
        parallelToolCalls: Bool? = nil
    ) {
        self.type = type
        self.model = model
        self.outputModalities = outputModalities
        self.instructions = instructions
        self.input = input
        self.output = output
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
        self.truncation = truncation
        self.prompt = prompt
        self.tracing = tracing
        self.include = include
        self.reasoning = reasoning
        self.parallelToolCalls = parallelToolCalls
        self.other = other
    }
}

extension SessionUpdate: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case type, model, instructions, audio, tools, truncation, prompt, tracing, include, reasoning
        case parallelToolCalls = "parallel_tool_calls"
        case outputModalities = "output_modalities"
        case toolChoice = "tool_choice"
        case maximumOutputTokens = "max_output_tokens"
    }

    private enum AudioKeys: String, CodingKey { case input, output }

    private enum InputKeys: String, CodingKey {
        case format, transcription
        case noiseReduction = "noise_reduction"
        case turnDetection = "turn_detection"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            type: try container.decodeIfPresent(String.self, forKey: .type),
            model: try container.decodeIfPresent(String.self, forKey: .model),
            outputModalities: try container.decodeIfPresent([String].self, forKey: .outputModalities),
            instructions: try container.decodeIfPresent(String.self, forKey: .instructions),
            tools: try container.decodeIfPresent([JSONValue].self, forKey: .tools),
            toolChoice: try container.decodeIfPresent(JSONValue.self, forKey: .toolChoice),
            maximumOutputTokens: try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens),
            truncation: try container.decodeIfPresent(Truncation.self, forKey: .truncation),
            prompt: try container.decodeChange(forKey: .prompt),
            tracing: try container.decodeChange(forKey: .tracing),
            include: try container.decodeIfPresent([String].self, forKey: .include),
            reasoning: try container.decodeIfPresent(Reasoning.self, forKey: .reasoning),
            parallelToolCalls: try container.decodeIfPresent(Bool.self, forKey: .parallelToolCalls)
        )
        if container.contains(.audio), try !container.decodeNil(forKey: .audio) {
            let audio = try container.nestedContainer(keyedBy: AudioKeys.self, forKey: .audio)
            if audio.contains(.input), try !audio.decodeNil(forKey: .input) {
                let keys = try audio.nestedContainer(keyedBy: InputKeys.self, forKey: .input)
                input.format = try keys.decodeIfPresent(AudioFormat.self, forKey: .format)
                input.transcription = try keys.decodeChange(forKey: .transcription)
                input.noiseReduction = try keys.decodeChange(forKey: .noiseReduction)
                input.turnDetection = try keys.decodeChange(forKey: .turnDetection)
            }
            output = try audio.decodeIfPresent(AudioOutput.self, forKey: .output) ?? AudioOutput()
        }
        unknownParameters = SessionMembers.realtime.unknownPaths(in: try JSONValue(from: decoder))
            .filter { !SessionMembers.serverOnly.contains($0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(type, forKey: .type)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(outputModalities, forKey: .outputModalities)
        try container.encodeIfPresent(instructions, forKey: .instructions)
        try container.encodeIfPresent(tools, forKey: .tools)
        try container.encodeIfPresent(toolChoice, forKey: .toolChoice)
        try container.encodeIfPresent(maximumOutputTokens, forKey: .maximumOutputTokens)
        try container.encodeIfPresent(truncation, forKey: .truncation)
        try container.encodeChange(prompt, forKey: .prompt)
        try container.encodeChange(tracing, forKey: .tracing)
        try container.encodeIfPresent(include, forKey: .include)
        try container.encodeIfPresent(reasoning, forKey: .reasoning)
        try container.encodeIfPresent(parallelToolCalls, forKey: .parallelToolCalls)
        let hasInput = input != AudioInput()
        let hasOutput = output != AudioOutput()
        if hasInput || hasOutput {
            var audio = container.nestedContainer(keyedBy: AudioKeys.self, forKey: .audio)
            if hasInput {
                var keys = audio.nestedContainer(keyedBy: InputKeys.self, forKey: .input)
                try keys.encodeIfPresent(input.format, forKey: .format)
                try keys.encodeChange(input.transcription, forKey: .transcription)
                try keys.encodeChange(input.noiseReduction, forKey: .noiseReduction)
                try keys.encodeChange(input.turnDetection, forKey: .turnDetection)
            }
            if hasOutput { try audio.encode(output, forKey: .output) }
        }
        var rest = encoder.container(keyedBy: AnyKey.self)
        for (key, value) in other { try rest.encode(value, forKey: AnyKey(key)) }
    }
}

extension KeyedDecodingContainer {
    fileprivate func decodeChange<Value: Decodable & Sendable & Hashable>(forKey key: Key) throws -> FieldChange<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(try decode(Value.self, forKey: key))
    }
}

extension KeyedEncodingContainer {
    fileprivate mutating func encodeChange<Value: Encodable>(_ change: FieldChange<Value>, forKey key: Key) throws {
        switch change {
        case .keep: break
        case .clear: try encodeNil(forKey: key)
        case .set(let value): try encode(value, forKey: key)
        }
    }
}
