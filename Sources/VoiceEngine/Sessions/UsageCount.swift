import RealtimeProtocol

/// The `usage` of a response: what the language model counted, else an estimate (``TokenEstimate``).
enum UsageCount {
    /// What a server says about itself is not to be added up unseen.
    private static let mostTokens = 1_000_000_000

    private static func bounded(_ count: Int) -> Int { min(max(count, 0), mostTokens) }

    static func usage(of reply: Reply, items: [RealtimeItem]) -> RealtimeUsage {
        let written = reply.machine.outputText
        var text = TokenEstimate.tokens(in: written)
        let audio = reply.isSpoken ? reply.milliseconds / TokenEstimate.outputMillisecondsPerToken : 0
        var input = 0
        var cached = 0
        if let counted = reply.usage {
            text = bounded(counted.outputTokens)
            input = bounded(counted.inputTokens)
            cached = bounded(counted.cachedTokens)
        } else if !reply.plan.isVerbatim {
            input = (reply.plan.input ?? items).reduce(TokenEstimate.tokens(in: reply.plan.instructions)) {
                $0 + TokenEstimate.tokens(in: $1)
            }
        }
        return RealtimeUsage(
            totalTokens: input + text + audio,
            inputTokens: input,
            outputTokens: text + audio,
            inputTokenDetails: RealtimeUsage.TokenDetails(textTokens: input, audioTokens: 0, cachedTokens: cached),
            outputTokenDetails: RealtimeUsage.TokenDetails(textTokens: text, audioTokens: audio)
        )
    }
}
