import RealtimeProtocol

/// A response that is being made, and what is known about its audio. Lives inside its session.
final class Reply {
    var machine: ResponseStateMachine
    let plan: ResponsePlan
    let askedAt: UInt64
    var sentences: [SpokenSentence] = []
    var samples = 0
    /// The model's function calls by their number: their places among the outputs.
    var calls: [Int: Int] = [:]
    var usage: ReplyUsage?
    /// Set when the model is through.
    var end: ReplyEnd?
    /// The words of an earlier turn are awaited; a model that answers must know them.
    var waitsForText = false
    /// Milliseconds after which the client cut it while it was still active.
    var truncatedAt: Int?
    /// What was made before the response was begun; nil once it is.
    var held: [ReplyProgress]?
    var task: Task<Void, Never>?

    init(machine: consuming ResponseStateMachine, plan: ResponsePlan, askedAt: UInt64) {
        self.machine = machine
        self.plan = plan
        self.askedAt = askedAt
    }

    var id: String { machine.id }
    var isSpoken: Bool { plan.medium.isSpoken }
    var isOutOfBand: Bool { plan.isOutOfBand }
    /// Length of its audio, with the pauses between the sentences.
    var milliseconds: Int {
        let pauses = max(0, sentences.count - 1) * PlaybackQueue.sentenceGapSamples
        return (samples + pauses) / (PlaybackQueue.sampleRate / 1_000)
    }
    /// All words of a spoken reply.
    var text: String? {
        isSpoken && !sentences.isEmpty ? sentences.map(\.text).joined(separator: " ") : nil
    }
}
