/// A checked plan of an interview: what is asked, in which words, in which order, and for how long.
///
/// A plan never changes after it was checked. Whoever edits a plan makes a ``InterviewPlanDraft`` and a
/// new version of it, so that the words a candidate heard can be found again for ever.
public struct InterviewPlan: Hashable, Sendable {
    /// One core question. Every candidate hears it in exactly these words.
    public struct Question: Hashable, Sendable {
        public let id: QuestionID
        public let text: String
        /// How many follow-up questions a language model may ask. Kept for upstreams that have one.
        public let followUpBudget: Int
        /// How long the candidate may stay silent before the interviewer says something.
        public let patience: Duration
        /// How long a good answer takes, for the estimate shown before the interview. nil: not said.
        public let timeHint: Duration?
    }

    public let id: PlanID
    /// Counts from 1.
    public let version: Int
    public let title: String
    /// The position the interview is for.
    public let role: String
    /// A BCP 47 tag; its first subtag is one of ``supportedLanguages``.
    public let language: String
    public let interviewerName: String
    /// The author's greeting, with placeholders such as `{role}`; see ``PlanTemplate``. What is spoken is ``greetingText``.
    public let greeting: String
    public let questions: [Question]
    /// The author's closing. What is spoken is ``closingText``.
    public let closing: String
    /// Talking time after which no further question is asked.
    public let timeLimit: Duration
    /// Gentle sentences for a long silence; used in turn.
    public let reminders: [String]

    /// Said in every greeting, whatever its author wrote: the candidate talks to a machine, and the talk is kept.
    /// Source: EU AI Act (Regulation 2024/1689), Article 50(1).
    public static let disclosure = "I am an AI interviewer, not a person, and our talk is recorded as text."

    /// Said in every closing, whatever its author wrote.
    public static let reviewNotice = "A person will review our talk and get back to you."

    /// First subtags of the languages in which the interviewer's own short sentences exist.
    public static let supportedLanguages: Set<String> = ["en"]

    /// The words of the greeting, disclosure included.
    public var greetingText: String { PlanTemplate.fill(greeting, for: self) + " " + Self.disclosure }

    /// The words of the goodbye, with what happens next.
    public var closingText: String { PlanTemplate.fill(closing, for: self) + " " + Self.reviewNotice + " Goodbye." }

    /// Minutes to expect, at least 1: the hints when every question has one, otherwise the time limit.
    public var estimatedMinutes: Int {
        let hints = questions.compactMap(\.timeHint)
        let expected = hints.count == questions.count ? min(hints.reduce(.zero, +), timeLimit) : timeLimit
        return max(1, Int((expected.components.seconds + 59) / 60))
    }

    /// Checks the draft completely.
    /// - Throws: everything that is wrong with it, each with its path.
    public init(checking draft: InterviewPlanDraft) throws(PlanValidationError) {
        var check = PlanCheck()
        let plan = check.plan(from: draft)
        guard let plan, check.issues.isEmpty else { throw PlanValidationError(issues: check.issues) }
        self = plan
    }

    init(
        id: PlanID,
        version: Int,
        title: String,
        role: String,
        language: String,
        interviewerName: String,
        greeting: String,
        questions: [Question],
        closing: String,
        timeLimit: Duration,
        reminders: [String]
    ) {
        self.id = id
        self.version = version
        self.title = title
        self.role = role
        self.language = language
        self.interviewerName = interviewerName
        self.greeting = greeting
        self.questions = questions
        self.closing = closing
        self.timeLimit = timeLimit
        self.reminders = reminders
    }

    /// The plan as a document again. Checking it gives an equal plan.
    public var draft: InterviewPlanDraft {
        InterviewPlanDraft(
            id: id.rawValue,
            version: version,
            title: title,
            role: role,
            language: language,
            interviewerName: interviewerName,
            greeting: greeting,
            questions: questions.map { question in
                InterviewPlanDraft.Question(
                    id: question.id.rawValue,
                    text: question.text,
                    followUpBudget: question.followUpBudget,
                    patienceSeconds: Int(question.patience.components.seconds),
                    timeHintSeconds: question.timeHint.map { Int($0.components.seconds) }
                )
            },
            closing: closing,
            timeLimitSeconds: Int(timeLimit.components.seconds),
            reminders: reminders
        )
    }
}

/// Coded as its draft; decoding checks the whole plan again.
extension InterviewPlan: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(checking: InterviewPlanDraft(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws { try draft.encode(to: encoder) }
}
