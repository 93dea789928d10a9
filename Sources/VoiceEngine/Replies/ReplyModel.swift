public import RealtimeProtocol

/// What a reply model is asked for.
public struct ReplyRequest: Sendable {
    /// The session's instructions, or those of this one response.
    public var instructions: String
    /// The conversation so far, or the input of this one response.
    public var items: [RealtimeItem]
    /// The metadata of `response.create`.
    public var metadata: [String: String]

    public init(instructions: String, items: [RealtimeItem], metadata: [String: String]) {
        self.instructions = instructions
        self.items = items
        self.metadata = metadata
    }
}

/// Decides what the assistant says.
public protocol ReplyModel: Sendable {
    /// The words of the reply, in pieces of one or more whole sentences, so that the first can be spoken while the next is
    /// still being written. Cancelling the reading task stops the model.
    func reply(to request: ReplyRequest) -> AsyncThrowingStream<String, any Error>
}

/// Says exactly what the caller supplied, word for word.
public struct VerbatimReplyModel: ReplyModel {
    /// The metadata key that carries the exact words.
    public static let metadataKey = "viva_say"
    /// Longest text in characters: about eight minutes of speech, below what the playback queue takes.
    public static let maximumCharacters = 6_000
    /// Said when a reply is asked for that nobody wrote.
    public static let withoutModel = "No language model is configured, so I can only say what I am given."

    public init() {}

    public func reply(to request: ReplyRequest) -> AsyncThrowingStream<String, any Error> {
        let words = request.metadata[Self.metadataKey].map { String($0.prefix(Self.maximumCharacters)) } ?? Self.withoutModel
        return AsyncThrowingStream { continuation in
            continuation.yield(words)
            continuation.finish()
        }
    }
}
