import InterviewCore

/// What an event of the wire means for the interview: input of the conductor, and lines for the transcript.
enum WireOccurrence: Equatable {
    /// The reply with these words was taken on.
    case replyCreated(utterance: Int)
    /// Its sound has begun. `reply` is a name for it in the order of the transcript.
    case replyAudioStarted(utterance: Int?, reply: String, at: Int64)
    /// It is over, and what was said of it; nil when nothing was heard.
    case replyFinished(utterance: Int?, UtteranceOutcome, reply: String, spoken: SpokenTurn?)
    case speechStarted(itemID: String, at: Int64)
    case speechStopped(itemID: String)
    /// The words of a finished turn, maybe none.
    case candidateTurn(SpokenTurn)
    /// A turn whose words could not be made out.
    case transcriptionFailed(itemID: String, startMilliseconds: Int64, endMilliseconds: Int64)
    /// A turn that the upstream has taken back.
    case turnWithdrawn(itemID: String)
    /// The upstream reports an error; a closed set of its codes may be logged, its text never.
    case upstreamError(code: String?)
}
