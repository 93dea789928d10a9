/// Who speaks.
public enum Speaker: String, Codable, Hashable, Sendable, CaseIterable {
    case interviewer
    case candidate
}

/// What was said in one turn, before the store has given it a place in the transcript.
///
/// The text is personal data: printing, dumping and interpolating a segment show everything but the words.
public struct SpokenTurn: Codable, Hashable, Sendable {
    public var speaker: Speaker
    public var text: String
    /// Since the interview first went live.
    public var startMilliseconds: Int64
    /// Since the interview first went live; not before the start.
    public var endMilliseconds: Int64
    /// The conversation item of the upstream that the words came with. Makes a retry recognisable.
    public var itemID: String
    /// The core question that this asks or answers, when there is one.
    public var questionID: QuestionID?
    /// The speaker was cut off; the text is what was heard.
    public var interrupted: Bool

    public init(
        speaker: Speaker,
        text: String,
        startMilliseconds: Int64,
        endMilliseconds: Int64,
        itemID: String,
        questionID: QuestionID? = nil,
        interrupted: Bool = false
    ) {
        self.speaker = speaker
        self.text = text
        self.startMilliseconds = startMilliseconds
        self.endMilliseconds = endMilliseconds
        self.itemID = itemID
        self.questionID = questionID
        self.interrupted = interrupted
    }
}

extension SpokenTurn: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "turn of the \(speaker.rawValue), \(text.utf8.count) bytes" }
    public var debugDescription: String { description }
    public var customMirror: Mirror {
        Mirror(self, children: ["speaker": speaker, "startMilliseconds": startMilliseconds, "endMilliseconds": endMilliseconds])
    }
}

/// One line of the durable transcript.
public struct TranscriptSegment: Codable, Hashable, Sendable {
    public let sequence: SegmentSequence
    public let turn: SpokenTurn

    public init(sequence: SegmentSequence, turn: SpokenTurn) {
        self.sequence = sequence
        self.turn = turn
    }

    public var speaker: Speaker { turn.speaker }
    public var text: String { turn.text }
    public var startMilliseconds: Int64 { turn.startMilliseconds }
    public var endMilliseconds: Int64 { turn.endMilliseconds }
    public var itemID: String { turn.itemID }
    public var questionID: QuestionID? { turn.questionID }
    public var interrupted: Bool { turn.interrupted }
}

extension TranscriptSegment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "segment \(sequence), \(turn)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["sequence": sequence, "turn": turn]) }
}
