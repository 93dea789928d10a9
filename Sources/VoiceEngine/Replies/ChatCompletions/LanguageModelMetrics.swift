import ServerEdge

/// What is counted about a language model's endpoint.
struct LanguageModelMetrics: Sendable {
    enum Result: String { case completed, fallback, failed, cancelled }

    let firstWord: MetricsRegistry.Histogram
    let replies: MetricsRegistry.Counter
    let failures: MetricsRegistry.Counter
    let retries: MetricsRegistry.Counter
    let tokens: MetricsRegistry.Counter

    init(registry: MetricsRegistry) {
        firstWord = registry.histogram(
            "viva_engine_language_model_first_word_seconds",
            help: "From the request to the first word or function call.",
            buckets: [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 4, 8, 16]
        )
        replies = registry.counter(
            "viva_engine_language_model_replies_total",
            help: "Replies asked of the language model.",
            labels: ["result"]
        )
        failures = registry.counter(
            "viva_engine_language_model_failures_total",
            help: "Replies that never came or broke off.",
            labels: ["code"]
        )
        retries = registry.counter("viva_engine_language_model_retries_total", help: "Requests that were made a second time.")
        tokens = registry.counter("viva_engine_language_model_tokens_total", help: "Tokens as the endpoint counts them.", labels: ["kind"])
    }

    func count(_ usage: ReplyUsage) {
        tokens.increment(by: Double(usage.inputTokens), ["input"])
        tokens.increment(by: Double(usage.cachedTokens), ["cached"])
        tokens.increment(by: Double(usage.outputTokens), ["output"])
    }
}
