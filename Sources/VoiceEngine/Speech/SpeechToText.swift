/// How urgently a transcription is wanted. Work of a higher urgency is always started first.
public enum SpeechToTextPriority: Int, Sendable, Comparable, CaseIterable {
    /// A look at speech that is still going on. May wait, and may be dropped when the queue is full.
    case interim = 0
    /// A turn that has ended: somebody is waiting for the reply.
    case final = 1

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What was understood in a segment of speech.
public struct Transcription: Sendable, Equatable {
    /// Without leading and trailing space; empty when nothing was understood.
    public var text: String
    /// The text in the recogniser's own numbers, as a draft for a longer segment with the same beginning. Empty when it has no use
    /// for drafts.
    public var tokens: [Int]

    public init(text: String, tokens: [Int] = []) {
        self.text = text
        self.tokens = tokens
    }
}

/// Turns a segment of speech into text.
///
/// Implementations run on their own threads, never on the cooperative pool, and stop their work soon after the calling
/// task is cancelled (they then throw). One value serves all calls at once.
public protocol SpeechToText: Sendable {
    /// Transcribes a finished segment.
    ///
    /// - Parameters:
    ///   - samples: 16 kHz mono in [-1, 1]: one segment found by voice activity detection, any length.
    ///   - draft: tokens of earlier transcriptions of the beginning, in order; empty when there are none. A draft makes the work
    ///     shorter and must not change what is understood.
    func transcribe(_ samples: [Float], priority: SpeechToTextPriority, draft: [Int]) async throws -> Transcription
}

extension SpeechToText {
    /// The text of a segment of which nothing is known yet, as urgent as the end of a turn.
    public func transcribe(_ samples: [Float], priority: SpeechToTextPriority = .final) async throws -> String {
        try await transcribe(samples, priority: priority, draft: []).text
    }
}
