/// Where the words of a reply come from: word for word from the caller, or from the language model.
public struct ReplySource: Sendable {
    private let verbatim = VerbatimReplyModel()
    private let languageModel: (any ReplyModel)?

    /// - Parameter languageModel: writes the replies that nobody supplied; nil: the engine says that there is none, and replies that
    ///   are no talk fail.
    public init(languageModel: (any ReplyModel)? = nil) {
        self.languageModel = languageModel
    }

    /// Words that the caller supplied are never given to a language model, which might change them.
    func model(for request: ReplyRequest) -> any ReplyModel {
        if request.metadata[VerbatimReplyModel.metadataKey] != nil { return verbatim }
        return languageModel ?? verbatim
    }

    /// See ``ReplyModel/reply(to:)``.
    func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error> {
        model(for: request).reply(to: request)
    }
}
