import RealtimeProtocol

/// Tokens by a rule of thumb, where no model counts them: four bytes of English text are about one token. The sound of a reply is counted
/// as the API does it, a token for each 50 ms; what people say goes to the model as text, and counts as that.
enum TokenEstimate {
    static let bytesPerToken = 4
    static let outputMillisecondsPerToken = 50
    /// Role and marks around each item.
    private static let overhead = 4

    static func tokens(in text: String) -> Int {
        (text.utf8.count + bytesPerToken - 1) / bytesPerToken
    }

    static func tokens(in item: RealtimeItem) -> Int {
        let content = (item.content ?? []).reduce(0) { $0 + tokens(in: $1.transcript ?? $1.text ?? "") }
        return overhead + content + tokens(in: item.name ?? "") + tokens(in: item.arguments ?? "") + tokens(in: item.output ?? "")
    }
}
