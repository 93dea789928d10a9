/// How urgently a transcription is wanted. Work of a higher urgency is always started first.
public enum SpeechToTextPriority: Int, Sendable, Comparable, CaseIterable {
    /// A look at speech that is still going on. May wait, and may be dropped when the queue is full.
    case interim = 0
    /// A turn that has ended: somebody is waiting for the reply.
    case final = 1

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Turns a segment of speech into text.
///
/// Implementations run on their own threads, never on the cooperative pool, and stop their work soon after the calling
/// task is cancelled (they then throw). One value serves all calls at once.
public protocol SpeechToText: Sendable {
    /// Transcribes a finished segment.
    ///
    /// - Parameter samples: 16 kHz mono in [-1, 1]: one segment found by voice activity detection, any length.
    /// - Returns: the text without leading and trailing space; empty when nothing was understood.
    func transcribe(_ samples: [Float]) async throws -> String

    /// Transcribes a segment with a given urgency. An implementation without a queue may leave this out.
    func transcribe(_ samples: [Float], priority: SpeechToTextPriority) async throws -> String
}

extension SpeechToText {
    public func transcribe(_ samples: [Float], priority: SpeechToTextPriority) async throws -> String {
        try await transcribe(samples)
    }
}
