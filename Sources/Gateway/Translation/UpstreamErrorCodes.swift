/// The error codes of Realtime servers that may stand in a log. Anything else a server puts there could be a key, or
/// what somebody said.
enum UpstreamErrorCodes {
    /// OpenAI's (realtime-api.md, section 7) and our engine's.
    static let known: Set<String> = [
        "account_deactivated", "beta_api_shape_disabled", "billing_hard_limit_reached", "call_id_not_found", "cannot_update_voice",
        "context_length_exceeded", "conversation_already_has_active_response", "conversation_too_large", "credit_balance_exhausted",
        "event_not_allowed", "input_audio_buffer_commit_empty", "insufficient_quota", "invalid_api_key", "invalid_event", "invalid_json",
        "invalid_model", "invalid_value", "item_create_duplicate_item_id", "item_create_invalid_previous_item_id",
        "item_delete_invalid_item_id", "item_retrieve_invalid_item_id", "item_truncate_invalid_item_id", "message_too_large",
        "missing_required_parameter", "model_not_found", "rate_limit_exceeded", "response_cancel_not_active", "server_error",
        "session_expired", "too_many_responses", "transcription_failed", "unknown_parameter", "unsupported_content_type",
    ]

    /// What the log says for a code.
    static func loggable(_ code: String?) -> String {
        code.flatMap { self.known.contains($0) ? $0 : nil } ?? "other"
    }
}
