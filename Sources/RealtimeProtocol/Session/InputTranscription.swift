/// How the speaker's audio is turned into text (`audio.input.transcription`).
public struct InputTranscription: Sendable, Hashable, Codable {
    /// How long a streaming model waits for more audio before it commits to words.
    public struct Delay: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let minimal: Delay = "minimal"
        public static let low: Delay = "low"
        public static let medium: Delay = "medium"
        public static let high: Delay = "high"
        public static let extraHigh: Delay = "xhigh"
    }

    /// Most languages and keywords that a session may name: a hint longer than this guides no recogniser.
    public static let maximumLanguages = 32
    public static let maximumKeywords = 256

    public var model: String?
    /// ISO 639-1, for example `en`.
    public var language: String?
    public var prompt: String?
    /// Languages that may be spoken.
    public var languages: [String]?
    /// Words that the recogniser should expect, for example names.
    public var keywords: [String]?
    public var delay: Delay?

    public init(
        model: String? = nil,
        language: String? = nil,
        prompt: String? = nil,
        languages: [String]? = nil,
        keywords: [String]? = nil,
        delay: Delay? = nil
    ) {
        self.model = model
        self.language = language
        self.prompt = prompt
        self.languages = languages
        self.keywords = keywords
        self.delay = delay
    }

    private enum CodingKeys: String, CodingKey { case model, language, prompt, languages, keywords, delay }

    /// `language` and `prompt` are echoed as null, as recorded.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encode(language, forKey: .language)
        try container.encode(prompt, forKey: .prompt)
        try container.encodeIfPresent(languages, forKey: .languages)
        try container.encodeIfPresent(keywords, forKey: .keywords)
        try container.encodeIfPresent(delay, forKey: .delay)
    }
}
