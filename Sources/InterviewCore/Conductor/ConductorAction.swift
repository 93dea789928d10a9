/// Something for the interviewer to say, in exact words.
public struct Utterance: Hashable, Sendable {
    public enum Purpose: Hashable, Sendable {
        /// Welcome and disclosure, or the disclosure alone when the welcome was cut off.
        case greeting
        /// A core question, first time or again because it was not heard.
        case question(QuestionID)
        /// The same question on request.
        case repeatQuestion(QuestionID)
        /// After a long silence.
        case reminder
        /// The words of the candidate could not be made out.
        case didNotCatch
        case timeWarning
        /// The time is over; the rest of the questions is left out.
        case wrapUp
        case goodbye
        /// The candidate is back after a lost call.
        case resumeGreeting
    }

    /// Counts from 1 through the life of one conductor. Events about this utterance name it.
    public let number: Int
    public let purpose: Purpose
    /// All words, in order. Contains `questionText` unchanged and in one piece.
    public let text: String
    /// The core question inside `text`, word for word, when this asks one.
    public let questionText: String?

    /// The core question that this asks, when it asks one.
    public var questionID: QuestionID? {
        switch purpose {
        case .question(let id), .repeatQuestion(let id): id
        case .greeting, .reminder, .didNotCatch, .timeWarning, .wrapUp, .goodbye, .resumeGreeting: nil
        }
    }
}

/// What became of an utterance.
public enum UtteranceOutcome: Hashable, Sendable {
    /// Spoken to its end and played.
    case completed
    /// Cut off; `heardFraction` of it, from 0 to 1, reached the candidate.
    case interrupted(heardFraction: Double)
    /// The engine could not speak it.
    case failed
}

/// What the shell around the conductor has to do, in this order.
public enum ConductorAction: Hashable, Sendable {
    /// Have this spoken now. No other utterance is under way.
    case say(Utterance)
    /// Stop this utterance if it is still under way; its outcome is not needed any more.
    case stopSpeaking(utterance: Int)
    /// Call `timerFired` at this moment (time base of the events). Replaces the earlier timer.
    case waitUntil(Duration)
    /// There is nothing to wait for.
    case cancelTimer
    /// This turn of the candidate belongs to that question (nil: to none, such as an answer to the greeting).
    case attributeTurn(itemID: String, QuestionID?)
    /// Proof for the record: this question was put in these words, or was left out and why.
    case recordCoverage(QuestionCoverage)
    /// The question is done with.
    case closeQuestion(QuestionID, AnswerOutcome)
    /// For the candidate's screen. `number` counts from 1.
    case progress(number: Int, count: Int)
    /// The interview is complete. Hang up. Nothing follows but `attributeTurn` for turns that were under way.
    case complete
    /// The interview ends early. Hang up. Nothing follows but `attributeTurn` for turns that were under way.
    case end(EndReason)
}

/// Why an interview ended before its plan was through.
public enum EndReason: String, Codable, Hashable, Sendable, CaseIterable {
    /// The candidate hung up.
    case candidateLeft = "candidate_left"
    /// No word for several questions; the goodbye was said.
    case candidateSilent = "candidate_silent"
    /// The call was lost and the candidate did not come back in time.
    case candidateDidNotReturn = "candidate_did_not_return"
    /// The engine failed to speak again and again.
    case interviewerUnavailable = "interviewer_unavailable"

    /// The status that the interview gets.
    public var status: InterviewStatus {
        switch self {
        case .candidateLeft, .candidateSilent: .ended
        case .candidateDidNotReturn: .abandoned
        case .interviewerUnavailable: .failed
        }
    }
}

/// How the candidate dealt with a question.
public enum AnswerOutcome: String, Codable, Hashable, Sendable, CaseIterable {
    case answered
    /// "I don't know", "next question".
    case declined
    /// Nothing was said in spite of a reminder.
    case silent
    /// Something was said that could not be turned into text.
    case notUnderstood = "not_understood"
    /// The interview ended first.
    case cutShort = "cut_short"
}
