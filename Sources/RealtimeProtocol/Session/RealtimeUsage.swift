/// Token counts of a response or a transcription. A local engine counts no tokens and leaves it out.
///
/// A transcription is counted in tokens (`type` `tokens`) or by time (`type` `duration`, with `seconds`).
public struct RealtimeUsage: Sendable, Hashable, Codable {
    /// How the tokens of one direction divide. A member that was not counted is nil.
    public struct TokenDetails: Sendable, Hashable, Codable {
        public var textTokens: Int?
        public var audioTokens: Int?
        /// Input only.
        public var imageTokens: Int?
        /// Input only: how many were served from the cache, and of which kind they were.
        public var cachedTokens: Int?
        public var cachedTokensDetails: CachedTokens?
        /// Output only; on the wire of gpt-realtime-2.x, not in the schema.
        public var reasoningTokens: Int?

        public init(
            textTokens: Int? = nil,
            audioTokens: Int? = nil,
            imageTokens: Int? = nil,
            cachedTokens: Int? = nil,
            cachedTokensDetails: CachedTokens? = nil,
            reasoningTokens: Int? = nil
        ) {
            self.textTokens = textTokens
            self.audioTokens = audioTokens
            self.imageTokens = imageTokens
            self.cachedTokens = cachedTokens
            self.cachedTokensDetails = cachedTokensDetails
            self.reasoningTokens = reasoningTokens
        }

        private enum CodingKeys: String, CodingKey {
            case textTokens = "text_tokens"
            case audioTokens = "audio_tokens"
            case imageTokens = "image_tokens"
            case cachedTokens = "cached_tokens"
            case cachedTokensDetails = "cached_tokens_details"
            case reasoningTokens = "reasoning_tokens"
        }
    }

    public struct CachedTokens: Sendable, Hashable, Codable {
        public var textTokens: Int?
        public var audioTokens: Int?
        public var imageTokens: Int?

        public init(textTokens: Int? = nil, audioTokens: Int? = nil, imageTokens: Int? = nil) {
            self.textTokens = textTokens
            self.audioTokens = audioTokens
            self.imageTokens = imageTokens
        }

        private enum CodingKeys: String, CodingKey {
            case textTokens = "text_tokens"
            case audioTokens = "audio_tokens"
            case imageTokens = "image_tokens"
        }
    }

    /// Of transcriptions: `tokens` or `duration`.
    public var type: String?
    public var totalTokens: Int?
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// Of transcriptions that are counted by time.
    public var seconds: Double?
    public var inputTokenDetails: TokenDetails?
    public var outputTokenDetails: TokenDetails?

    public init(
        type: String? = nil,
        totalTokens: Int? = nil,
        inputTokens: Int? = nil,
        outputTokens: Int? = nil,
        seconds: Double? = nil,
        inputTokenDetails: TokenDetails? = nil,
        outputTokenDetails: TokenDetails? = nil
    ) {
        self.type = type
        self.totalTokens = totalTokens
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.seconds = seconds
        self.inputTokenDetails = inputTokenDetails
        self.outputTokenDetails = outputTokenDetails
    }

    /// Usage of a transcription that is counted by time, as a local engine does.
    public static func duration(seconds: Double) -> RealtimeUsage { RealtimeUsage(type: "duration", seconds: seconds) }

    private enum CodingKeys: String, CodingKey {
        case type, seconds
        case totalTokens = "total_tokens"
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case inputTokenDetails = "input_token_details"
        case outputTokenDetails = "output_token_details"
    }
}
