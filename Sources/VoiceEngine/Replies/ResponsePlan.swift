import RealtimeProtocol

/// What one response will be: the session's settings with the overrides of `response.create`.
struct ResponsePlan {
    /// The kind of an input item that names one of the conversation.
    private static let reference: RealtimeItem.Kind = "item_reference"

    var medium: ResponseStateMachine.Medium
    /// It does not join the conversation, and may run beside others.
    var isOutOfBand: Bool
    /// A voice of the local engine.
    var voice: String
    var speed: Double
    var format: AudioFormat
    /// The input of this one response; nil: the conversation.
    var input: [RealtimeItem]?
    var instructions: String
    var metadata: [String: String]
    var tools: [JSONValue]
    var toolChoice: JSONValue
    var maximumOutputTokens: Int?
    var parallelToolCalls: Bool

    /// - Parameter spokenMedium: how a spoken reply reaches this session's client.
    init(
        _ create: ResponseCreate,
        session: SessionConfiguration,
        conversation: Conversation,
        voices: [String],
        spokenMedium: ResponseStateMachine.Medium
    ) throws(RealtimeError) {
        switch create.conversation {
        case nil, "auto": isOutOfBand = false
        case "none": isOutOfBand = true
        default: throw .invalidValue("response.conversation", "Supported are 'auto' and 'none'.")
        }
        let modalities = create.outputModalities ?? session.outputModalities
        guard modalities == ["audio"] || modalities == ["text"] else {
            throw .invalidValue("response.output_modalities", "Supported are [\"audio\"] and [\"text\"].")
        }
        let name = create.audio?.output?.voice ?? session.voice
        guard let voice = VoiceNames.local(name, voices: voices) else {
            throw .invalidValue("response.audio.output.voice", VoiceNames.refusal(voices: voices))
        }
        medium = modalities == ["audio"] ? spokenMedium : .text
        self.voice = voice
        speed = session.speed
        format = create.audio?.output?.format ?? session.outputFormat
        guard WireFormat(format) != nil else {
            throw .invalidValue("response.audio.output.format", "Supported are audio/pcm at 24000, audio/pcmu and audio/pcma.")
        }
        if let items = create.input {
            var input: [RealtimeItem] = []
            for (index, item) in items.enumerated() {
                guard item.type == Self.reference else {
                    input.append(try Self.inputItem(item, index))
                    continue
                }
                guard let id = item.id, let known = conversation.item(id) else {
                    throw .invalidValue("response.input[\(index)].id", "The conversation has no item with this id.")
                }
                input.append(known)
            }
            self.input = input
        }
        instructions = create.instructions ?? session.instructions
        metadata = create.metadata ?? [:]
        tools = create.tools ?? session.tools
        toolChoice = create.toolChoice ?? session.toolChoice
        maximumOutputTokens = (create.maximumOutputTokens ?? session.maximumOutputTokens).integerValue
        parallelToolCalls = create.parallelToolCalls ?? session.parallelToolCalls ?? true
    }

    /// An item that comes with the request. Its audio is not recognised; only what it says in words can be told to the model.
    private static func inputItem(_ item: RealtimeItem, _ index: Int) throws(RealtimeError) -> RealtimeItem {
        let path = "response.input[\(index)]"
        try ItemRules.check(item, at: path)
        var item = item
        for (number, part) in (item.content ?? []).enumerated() {
            guard part.transcript != nil || (part.audio == nil && part.type != .inputAudio) else {
                throw .invalidValue(
                    "\(path).content[\(number)].audio",
                    "Audio is recognised in the conversation only. Create an item with it and refer to that, or send its transcript."
                )
            }
            item.content?[number].audio = nil
        }
        // No result can belong to a call without a name, but the model may know of it.
        if item.type == .functionCall, item.callID?.isEmpty != false { item.callID = "call_input_\(index)" }
        return item
    }

    /// The words are given: no model is asked, and nothing of the conversation is needed.
    var isVerbatim: Bool { metadata[VerbatimReplyModel.metadataKey] != nil }

    /// - Parameter items: the input of the model, already cut to what it takes.
    func request(items: [RealtimeItem], sessionID: String) -> ReplyRequest {
        ReplyRequest(
            instructions: instructions,
            items: items,
            metadata: metadata,
            tools: tools,
            toolChoice: toolChoice,
            maximumOutputTokens: maximumOutputTokens,
            parallelToolCalls: parallelToolCalls,
            sessionID: sessionID,
            isTalk: medium.isSpoken && !isOutOfBand
        )
    }
}

/// Names of voices. Clients ask for OpenAI's by habit; those mean the local voice.
enum VoiceNames {
    static let ofTheAPI: Set<String> = ["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"]

    /// - Returns: nil for a name that neither the engine nor the API knows.
    static func local(_ name: String, voices: [String]) -> String? {
        if voices.contains(name) { return name }
        return ofTheAPI.contains(name) ? voices.first : nil
    }

    static func refusal(voices: [String]) -> String {
        "This voice is not supported. Supported are: \((voices + ofTheAPI.sorted()).joined(separator: ", "))."
    }
}
