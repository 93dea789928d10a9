import RealtimeProtocol

/// What one response will be: the session's settings with the overrides of `response.create`.
struct ResponsePlan {
    var isSpoken: Bool
    /// A voice of the local engine.
    var voice: String
    var speed: Double
    var request: ReplyRequest

    init(_ create: ResponseCreate, session: SessionConfiguration, items: [RealtimeItem], voices: [String]) throws(RealtimeError) {
        if let conversation = create.conversation, conversation != "auto" {
            throw .invalidValue("response.conversation", "Only 'auto' is supported: one response at a time joins the conversation.")
        }
        let modalities = create.outputModalities ?? session.outputModalities
        guard modalities == ["audio"] || modalities == ["text"] else {
            throw .invalidValue("response.output_modalities", "Supported are [\"audio\"] and [\"text\"].")
        }
        let name = create.audio?.output?.voice ?? session.voice
        guard let voice = VoiceNames.local(name, voices: voices) else {
            throw .invalidValue("response.audio.output.voice", VoiceNames.refusal(voices: voices))
        }
        isSpoken = modalities == ["audio"]
        self.voice = voice
        speed = session.speed
        request = ReplyRequest(
            instructions: create.instructions ?? session.instructions,
            items: create.input ?? items,
            metadata: create.metadata ?? [:]
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
