import RealtimeProtocol

/// Time and randomness of a language model's shell.
struct ChatCompletionsEnvironment: Sendable {
    /// Of a monotonic clock, since any fixed moment.
    var now: @Sendable () -> Duration
    var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 to below 1.
    var random: @Sendable () -> Double
    /// Begins the identifiers of function calls to which the endpoint gave none.
    var identifierPrefix: @Sendable () -> String

    static func system() -> ChatCompletionsEnvironment {
        let start = ContinuousClock.now
        return ChatCompletionsEnvironment(
            now: { start.duration(to: .now) },
            sleep: { try await Task.sleep(for: $0) },
            random: { Double.random(in: 0..<1) },
            identifierPrefix: {
                var generator = SystemRandomNumberGenerator()
                return "call_" + RealtimeIdentifier.suffix(using: &generator)
            }
        )
    }
}
