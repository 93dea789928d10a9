/// Says exactly what the caller supplied, word for word.
public struct VerbatimReplyModel: ReplyModel {
    /// The metadata key that carries the exact words.
    public static let metadataKey = "viva_say"
    /// Longest text in characters: about eight minutes of speech, below what the playback queue takes.
    public static let maximumCharacters = 6_000
    /// Said when a reply is asked for that nobody wrote.
    public static let withoutModel = "No language model is configured, so I can only say what I am given."

    /// Nobody wrote the reply, and nobody listens who could be told so.
    struct NoWords: Error {}

    public init() {}

    public func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error> {
        let supplied = request.metadata[Self.metadataKey].map { String($0.prefix(Self.maximumCharacters)) }
        return AsyncThrowingStream { continuation in
            guard let words = supplied ?? (request.isTalk ? Self.withoutModel : nil) else {
                continuation.finish(throwing: NoWords())
                return
            }
            continuation.yield(.text(words))
            continuation.yield(.finished(.completed))
            continuation.finish()
        }
    }
}
