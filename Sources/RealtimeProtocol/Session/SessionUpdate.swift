/// A nullable field of a partial update: left alone, cleared by null, or set.
public enum FieldChange<Value: Sendable & Hashable>: Sendable, Hashable {
    case keep
    case clear
    case set(Value)
}

/// A partial session: the `session` of `session.update`, of `POST /realtime/calls` and of `client_secrets`.
/// Absent members keep what is there; null clears `transcription`, `turn_detection` and `noise_reduction`.
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
        /// A name, or `{"id": "voice_…"}`, of which only the id is kept.
        public var voice: String?
        /// 0.25…1.5.
        public var speed: Double?

        public init(format: AudioFormat? = nil, voice: String? = nil, speed: Double? = nil) {
            self.format = format
            self.voice = voice
            self.speed = speed
        }

        private enum CodingKeys: String, CodingKey { case format, voice, speed }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            format = try container.decodeIfPresent(AudioFormat.self, forKey: .format)
            speed = try container.decodeIfPresent(Double.self, forKey: .speed)
            switch try container.decodeIfPresent(JSONValue.self, forKey: .voice) {
            case .string(let name): voice = name
            case .object(let members): voice = members["id"]?.stringValue
            default: voice = nil
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
    /// `truncation`, `tracing`, `prompt`, `include`, `reasoning`, `parallel_tool_calls` as they came.
    public var other: [String: JSONValue]
    /// Members that the API does not know, as paths. Decoding survives them; a server answers `unknown_parameter`.
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
        other: [String: JSONValue] = [:]
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
        self.other = other
    }
}

extension SessionUpdate: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case type, model, instructions, audio, tools
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

    private static let passedThrough: Set<String> = ["truncation", "tracing", "prompt", "include", "reasoning", "parallel_tool_calls"]
    /// Sent back by clients that echo the session they got.
    private static let serverOnly: Set<String> = ["id", "object", "expires_at", "client_secret"]

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            type: try container.decodeIfPresent(String.self, forKey: .type),
            model: try container.decodeIfPresent(String.self, forKey: .model),
            outputModalities: try container.decodeIfPresent([String].self, forKey: .outputModalities),
            instructions: try container.decodeIfPresent(String.self, forKey: .instructions),
            tools: try container.decodeIfPresent([JSONValue].self, forKey: .tools),
            toolChoice: try container.decodeIfPresent(JSONValue.self, forKey: .toolChoice),
            maximumOutputTokens: try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens)
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
        let all = try decoder.container(keyedBy: AnyKey.self)
        for key in all.allKeys where CodingKeys(rawValue: key.stringValue) == nil && !Self.serverOnly.contains(key.stringValue) {
            if Self.passedThrough.contains(key.stringValue) {
                other[key.stringValue] = try all.decode(JSONValue.self, forKey: key)
            } else {
                unknownParameters.append(key.stringValue)
            }
        }
        unknownParameters.sort()
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
