public import RealtimeProtocol
public import ServerEdge

/// Where a language model answers, and how long it may take. Any server of the chat completions API: llama.cpp, Ollama, vLLM, a cloud.
public struct ChatCompletionsConfiguration: Sendable {
    /// Said when the model has said nothing within its time: it asks for the words again, so that the call goes on.
    public static let defaultFallback = "Sorry, I lost my thread for a moment. Could you say that again?"

    /// The address up to and including `/v1`, without a trailing slash; `http` or `https`. Certificates are verified.
    public let baseURL: String
    /// The model's name as the endpoint knows it.
    public var model: String
    /// Sent as a bearer token to this endpoint and nowhere else; redirects are not followed.
    public var apiKey: Secret<String>?
    /// From the request to the first word or function call. After so much silence a caller believes that the line is dead.
    public var firstTokenDeadline = Duration.seconds(8)
    /// From the request to the end. A reply of a minute's writing is longer than anyone listens to.
    public var replyDeadline = Duration.seconds(60)
    /// Longest silence between two pieces. What was spoken so far bridges about as much.
    public var stallLimit = Duration.seconds(5)
    /// A server that does not even accept the connection in this time is not there.
    public var connectTimeout = Duration.seconds(3)
    /// The longest `Retry-After` that is worth waiting for; the first word is due soon.
    public var longestRetryAfter = Duration.seconds(2)
    /// A piece of one token has about 300 bytes: this is 25,000 tokens, hidden reasoning included. It bounds what waits for a slow reader, too.
    public var maximumResponseBytes = 8 * 1_024 * 1_024
    /// Of one event, and of an answer in one piece. Whole arguments of a function may come in one event.
    public var maximumEventBytes = 256 * 1_024
    /// Said in a talk instead of a reply of which no word came; nil: the reply fails. One that nobody listens to always fails.
    public var fallback: String? = Self.defaultFallback
    /// nil: as the endpoint likes.
    public var temperature: Double?
    /// More members of the request, for what only some endpoints know. They replace none of ours.
    public var extra: [String: JSONValue] = [:]

    /// - Returns: nil when `baseURL` is not an http or https address with a host and without a query.
    public init?(baseURL: String, model: String, apiKey: Secret<String>? = nil) {
        var text = Substring(baseURL)
        while text.hasSuffix("/") { text = text.dropLast() }
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        // A name or password in the address would end up in logs.
        let refused: Set<Character> = ["?", "#", "@", "\\"]
        guard let first = rest.first, first != "/", first != ":", !rest.contains(where: { $0.isWhitespace || refused.contains($0) }) else {
            return nil
        }
        self.baseURL = String(text)
        self.model = model
        self.apiKey = apiKey
    }

    var completionsURL: String { "\(baseURL)/chat/completions" }
    var modelsURL: String { "\(baseURL)/models" }

    var dialect: ChatDialect {
        let host = baseURL.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != ":" }
        return host == "openai.com" || host.hasSuffix(".openai.com") ? .openAI : .common
    }
}

/// What the servers of one API do not have in common.
enum ChatDialect: Sendable {
    /// OpenAI's own: `max_completion_tokens`, `prompt_cache_key`, messages in any order.
    case openAI
    /// All others: `max_tokens`, and messages that every chat template takes. Many templates refuse a system message that is not the
    /// first, two messages of one role in a row, a conversation that the assistant begins, or one without a word of the user.
    case common
}
