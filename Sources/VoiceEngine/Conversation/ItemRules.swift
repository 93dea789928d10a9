import RealtimeProtocol

/// What an item of a client must have to be part of a conversation, or of the input of a response. An item that the language model could
/// not be shown is refused, so that nobody takes it for told.
enum ItemRules {
    /// - Parameter path: where the item stands in its event.
    static func check(_ item: RealtimeItem, at path: String) throws(RealtimeError) {
        switch item.type {
        case .message:
            guard let role = item.role, [.user, .system, .assistant].contains(role) else {
                throw .invalidValue("\(path).role", "Supported are 'system', 'user' and 'assistant'.")
            }
            guard let content = item.content, !content.isEmpty else {
                throw .invalidValue("\(path).content", "A message has at least one part.")
            }
            guard content.allSatisfy({ $0.imageURL == nil && $0.type != .inputImage }) else {
                throw .invalidValue("\(path).content", "This engine takes text and audio; it cannot see images.")
            }
        case .functionCall:
            guard item.name?.isEmpty == false else { throw .missingParameter("\(path).name") }
        case .functionCallOutput:
            // Whether its call is there is not asked: who restores a history may bring the call later.
            guard item.callID?.isEmpty == false else { throw .missingParameter("\(path).call_id") }
            guard item.output != nil else { throw .missingParameter("\(path).output") }
        default:
            throw .invalidValue("\(path).type", "Supported are 'message', 'function_call' and 'function_call_output'.")
        }
    }
}
