/// The `response` member of `response.create`: overrides for one reply.
public struct ResponseCreate: Sendable, Hashable, Codable {
    public struct Audio: Sendable, Hashable, Codable {
        public var output: SessionUpdate.AudioOutput?

        public init(output: SessionUpdate.AudioOutput? = nil) {
            self.output = output
        }
    }

    /// `auto` (default: the reply joins the conversation) or `none`.
    public var conversation: String?
    public var input: [RealtimeItem]?
    public var instructions: String?
    /// Echoed in `response.created` and `response.done`. The API takes 16 pairs, keys of 64 and values of 512 characters.
    public var metadata: [String: String]?
    public var outputModalities: [String]?
    public var audio: Audio?
    public var tools: [JSONValue]?
    public var toolChoice: JSONValue?
    /// A number or `"inf"`.
    public var maximumOutputTokens: JSONValue?
    public var prompt: PromptReference?
    public var reasoning: Reasoning?
    public var parallelToolCalls: Bool?

    public init(
        conversation: String? = nil,
        input: [RealtimeItem]? = nil,
        instructions: String? = nil,
        metadata: [String: String]? = nil,
        outputModalities: [String]? = nil,
        audio: Audio? = nil,
        tools: [JSONValue]? = nil,
        toolChoice: JSONValue? = nil,
        maximumOutputTokens: JSONValue? = nil,
        prompt: PromptReference? = nil,
        reasoning: Reasoning? = nil,
        parallelToolCalls: Bool? = nil
    ) {
        self.conversation = conversation
        self.input = input
        self.instructions = instructions
        self.metadata = metadata
        self.outputModalities = outputModalities
        self.audio = audio
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
        self.prompt = prompt
        self.reasoning = reasoning
        self.parallelToolCalls = parallelToolCalls
    }

    private enum CodingKeys: String, CodingKey {
        case conversation, input, instructions, metadata, audio, tools, prompt, reasoning
        case parallelToolCalls = "parallel_tool_calls"
        case outputModalities = "output_modalities"
        case toolChoice = "tool_choice"
        case maximumOutputTokens = "max_output_tokens"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        conversation = try container.decodeIfPresent(String.self, forKey: .conversation)
        input = try container.decodeIfPresent([RealtimeItem].self, forKey: .input)
        instructions = try container.decodeIfPresent(String.self, forKey: .instructions)
        metadata = try container.decodeStringsIfPresent(forKey: .metadata)
        outputModalities = try container.decodeIfPresent([String].self, forKey: .outputModalities)
        audio = try container.decodeIfPresent(Audio.self, forKey: .audio)
        tools = try container.decodeIfPresent([JSONValue].self, forKey: .tools)
        toolChoice = try container.decodeIfPresent(JSONValue.self, forKey: .toolChoice)
        maximumOutputTokens = try container.decodeIfPresent(JSONValue.self, forKey: .maximumOutputTokens)
        prompt = try container.decodeIfPresent(PromptReference.self, forKey: .prompt)
        reasoning = try container.decodeIfPresent(Reasoning.self, forKey: .reasoning)
        parallelToolCalls = try container.decodeIfPresent(Bool.self, forKey: .parallelToolCalls)
    }
}
