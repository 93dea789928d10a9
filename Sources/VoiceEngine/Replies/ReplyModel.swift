public import RealtimeProtocol

/// What a reply model is asked for.
public struct ReplyRequest: Sendable {
    /// The session's instructions, or those of this one response.
    public var instructions: String
    /// The conversation so far, or the input of this one response.
    public var items: [RealtimeItem]
    /// The metadata of `response.create`.
    public var metadata: [String: String]
    /// Function tools in the API's form: `{"type":"function","name","description","parameters"}`.
    public var tools: [JSONValue]
    /// `"auto"`, `"none"`, `"required"`, or `{"type":"function","name"}`.
    public var toolChoice: JSONValue
    /// nil: no limit.
    public var maximumOutputTokens: Int?
    /// Whether one reply may call several functions.
    public var parallelToolCalls: Bool
    /// The session; endpoints with a prompt cache may use it as a key.
    public var sessionID: String
    /// Whether the reply is spoken into the conversation, where a sentence that stands for it is better than silence. Others are read by
    /// programs, to which such a sentence would be the reply: without a reply they must fail.
    public var isTalk: Bool

    public init(
        instructions: String,
        items: [RealtimeItem],
        metadata: [String: String] = [:],
        tools: [JSONValue] = [],
        toolChoice: JSONValue = "auto",
        maximumOutputTokens: Int? = nil,
        parallelToolCalls: Bool = true,
        sessionID: String = "",
        isTalk: Bool = true
    ) {
        self.instructions = instructions
        self.items = items
        self.metadata = metadata
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
        self.parallelToolCalls = parallelToolCalls
        self.sessionID = sessionID
        self.isTalk = isTalk
    }
}

/// A piece of a reply, in the order in which it was made.
public enum ReplyPart: Sendable, Equatable {
    /// More words; may be any part of a sentence.
    case text(String)
    /// A function call begins; numbered from 0 within the reply.
    case functionCall(index: Int, callID: String, name: String)
    /// More of the arguments of a call that has begun: JSON text written by a model, never trusted.
    case functionArguments(index: Int, delta: String)
    /// What the reply cost, once it is known.
    case usage(ReplyUsage)
    /// The last part.
    case finished(ReplyEnd)
}

/// Tokens that a reply took, as the model's server counts them.
public struct ReplyUsage: Sendable, Equatable {
    public var inputTokens: Int
    /// Of the input tokens: those that the server had worked out before.
    public var cachedTokens: Int
    public var outputTokens: Int

    public init(inputTokens: Int, cachedTokens: Int = 0, outputTokens: Int) {
        self.inputTokens = inputTokens
        self.cachedTokens = cachedTokens
        self.outputTokens = outputTokens
    }
}

/// How a reply ended.
public enum ReplyEnd: Sendable, Equatable {
    case completed
    /// The limit of `maximumOutputTokens`, or of the model, cut it off.
    case maximumOutputTokens
    /// The model's server refused to go on.
    case contentFilter
}

/// Decides what the assistant says.
public protocol ReplyModel: Sendable {
    /// The reply in pieces, as they are made. Cancelling the reading task, or letting go of the stream, stops the model.
    func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error>
}
