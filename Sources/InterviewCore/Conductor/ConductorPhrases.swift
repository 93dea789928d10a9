/// The interviewer's own short sentences, in English. Neutral by intent: none praises or judges an answer,
/// and which one is used depends only on the place of the question, so every candidate hears the same.
enum ConductorPhrases {
    /// Before a question, after an answer.
    static let acknowledgements = ["Thank you.", "Okay, thank you.", "Thanks.", "Thank you for telling me.", "I see, thank you."]
    /// Before a question, after silence.
    static let movingOn = "Let's go on."
    /// Before a question, after "I don't know".
    static let skipping = "That is fine. Let's go on."
    static let askingAgain = "Let me ask that again."
    static let repeating = "Of course."
    /// The words of a question are the same for everybody, so it cannot be explained.
    static let cannotExplain = "I can only read the question again as it is."
    static let canHear = "Yes, I can hear you."
    static let didNotCatch = "I am sorry, I did not catch that. Please say it once more."
    /// Before the author's closing, when the whole plan was asked.
    static let lastQuestionDone = "That was my last question."
    static let timeOver = "We have reached the end of our time, so I will leave out the remaining questions."
    static let timeOverAfterLast = "We have reached the end of our time."
    static let silentGoodbye = "I cannot hear you, so I will end our talk here."
    static let resumeGreeting = "Welcome back. Let's continue."

    static func timeWarning(remaining: Duration) -> String {
        let minutes = Int((remaining.components.seconds + 30) / 60)
        return switch minutes {
        case ..<1: "We have less than a minute left."
        case 1: "We have about one minute left."
        default: "We have about \(minutes) minutes left."
        }
    }

    static func acknowledgement(beforeQuestion index: Int) -> String { acknowledgements[index % acknowledgements.count] }
}
