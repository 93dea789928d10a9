import RealtimeProtocol
import VoiceEngine

/// The settings of the language model, `VIVA_LLM_…`.
enum LanguageModelSettings {
    /// - Returns: nil when no language model is set: the engine then says only what it is given.
    static func configuration(_ settings: Settings) throws -> ChatCompletionsConfiguration? {
        guard let address = settings.text("viva.llm.url") else { return nil }
        guard let model = settings.text("viva.llm.model") else {
            throw CommandFailure("VIVA_LLM_MODEL must name the model that VIVA_LLM_URL is to use, such as qwen2.5:7b")
        }
        guard
            var configuration = ChatCompletionsConfiguration(
                baseURL: address,
                model: model,
                apiKey: try settings.secret("viva.llm.api.key")
            )
        else {
            throw CommandFailure("VIVA_LLM_URL must be a web address such as http://127.0.0.1:8080/v1, without a query or a password")
        }
        if let milliseconds = try settings.number("viva.llm.timeout.ms", in: 1_000...600_000) {
            configuration.replyDeadline = .milliseconds(milliseconds)
        }
        if let milliseconds = try settings.number("viva.llm.first.token.ms", in: 100...600_000) {
            configuration.firstTokenDeadline = .milliseconds(milliseconds)
        }
        guard configuration.firstTokenDeadline <= configuration.replyDeadline else {
            throw CommandFailure("VIVA_LLM_FIRST_TOKEN_MS must not be longer than VIVA_LLM_TIMEOUT_MS (default 60000)")
        }
        if let extra = settings.text("viva.llm.extra") {
            guard let members = try? RealtimeCoding.decode([String: JSONValue].self, from: extra) else {
                throw CommandFailure(#"VIVA_LLM_EXTRA must be a JSON object, such as {"temperature":0.7}"#)
            }
            configuration.extra = members
        }
        return configuration
    }
}
