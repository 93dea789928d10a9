/// The proof that a core question was put to the candidate, for the record of the interview.
public struct QuestionCoverage: Codable, Hashable, Sendable {
    public enum Outcome: String, Codable, Hashable, Sendable, CaseIterable {
        /// Spoken to its end, or all but the last tenth.
        case asked
        /// Cut off each time; the candidate heard a part of it.
        case askedInPart = "asked_in_part"
        /// The time was over before.
        case leftOutForTime = "left_out_for_time"
        /// The interview ended before.
        case leftOutAtEnd = "left_out_at_end"
    }

    public let questionID: QuestionID
    /// Counts from 1.
    public let number: Int
    public let outcome: Outcome
    /// All words in which it was asked; empty when it was left out.
    public let exactWords: String
    /// When its sound began, since the interview first went live. nil when it was left out.
    public let askedAtMilliseconds: Int64?
    /// How much of it was heard, 0 to 1.
    public let heardFraction: Double
    /// How often its sound began.
    public let attempts: Int

    public init(
        questionID: QuestionID,
        number: Int,
        outcome: Outcome,
        exactWords: String,
        askedAtMilliseconds: Int64?,
        heardFraction: Double,
        attempts: Int
    ) {
        self.questionID = questionID
        self.number = number
        self.outcome = outcome
        self.exactWords = exactWords
        self.askedAtMilliseconds = askedAtMilliseconds
        self.heardFraction = heardFraction
        self.attempts = attempts
    }
}
