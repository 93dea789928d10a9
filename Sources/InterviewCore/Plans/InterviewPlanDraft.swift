/// A plan as its author wrote it, unchecked. nil stands for what the author left out.
///
/// The coded names are those of the plan document.
public struct InterviewPlanDraft: Codable, Hashable, Sendable {
    public struct Question: Codable, Hashable, Sendable {
        /// Default: `q1`, `q2` … by place.
        public var id: String?
        public var text: String
        public var followUpBudget: Int?
        public var patienceSeconds: Int?
        public var timeHintSeconds: Int?

        public init(
            id: String? = nil,
            text: String,
            followUpBudget: Int? = nil,
            patienceSeconds: Int? = nil,
            timeHintSeconds: Int? = nil
        ) {
            self.id = id
            self.text = text
            self.followUpBudget = followUpBudget
            self.patienceSeconds = patienceSeconds
            self.timeHintSeconds = timeHintSeconds
        }

        public enum CodingKeys: String, CodingKey, CaseIterable {
            case id, text
            case followUpBudget = "follow_ups"
            case patienceSeconds = "patience_seconds"
            case timeHintSeconds = "time_hint_seconds"
        }
    }

    public var id: String
    /// Default: 1.
    public var version: Int?
    public var title: String
    public var role: String
    /// Default: `en`.
    public var language: String?
    public var interviewerName: String?
    public var greeting: String?
    public var questions: [Question]
    public var closing: String?
    public var timeLimitSeconds: Int?
    public var reminders: [String]?

    public init(
        id: String,
        version: Int? = nil,
        title: String,
        role: String,
        language: String? = nil,
        interviewerName: String? = nil,
        greeting: String? = nil,
        questions: [Question],
        closing: String? = nil,
        timeLimitSeconds: Int? = nil,
        reminders: [String]? = nil
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
        self.timeLimitSeconds = timeLimitSeconds
        self.reminders = reminders
    }

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, title, role, language, greeting, questions, closing, reminders
        case interviewerName = "interviewer_name"
        case timeLimitSeconds = "time_limit_seconds"
    }
}
