/// Goes through a draft once and collects everything that is wrong with it.
struct PlanCheck {
    private(set) var issues: [PlanIssue] = []

    static let defaultGreeting = "Hello, my name is {interviewer}. Welcome to your interview for the position of {role}."
    static let defaultClosing = "Thank you for your time and for your answers."
    static let defaultReminder = "Take your time. If you like, say repeat, and I will ask the question again."

    /// The plan, or nil when a part could not be made. The result counts only while `issues` is empty.
    mutating func plan(from draft: InterviewPlanDraft) -> InterviewPlan? {
        let id = PlanID(rawValue: draft.id)
        if id == nil { report("id", "must be 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit") }
        let version = number(draft.version, default: 1, in: PlanLimits.version, "version")
        let title = line(draft.title, "title")
        let role = line(draft.role, "role")
        let language = self.language(draft.language)
        let interviewerName = line(draft.interviewerName ?? "Viva", "interviewer_name")
        let greeting = speech(draft.greeting ?? Self.defaultGreeting, "greeting")
        let questions = self.questions(draft.questions)
        let closing = speech(draft.closing ?? Self.defaultClosing, "closing")
        let seconds = number(
            draft.timeLimitSeconds,
            default: PlanLimits.defaultTimeLimitSeconds,
            in: PlanLimits.timeLimitSeconds,
            "time_limit_seconds"
        )
        let reminders = self.reminders(draft.reminders ?? [Self.defaultReminder])
        guard let id else { return nil }
        return InterviewPlan(
            id: id,
            version: version,
            title: title,
            role: role,
            language: language,
            interviewerName: interviewerName,
            greeting: greeting,
            questions: questions,
            closing: closing,
            timeLimit: .seconds(seconds),
            reminders: reminders
        )
    }

    private mutating func questions(_ drafts: [InterviewPlanDraft.Question]) -> [InterviewPlan.Question] {
        if drafts.isEmpty { report("questions", "is empty; an interview needs at least one question") }
        if drafts.count > PlanLimits.questions.upperBound {
            report("questions", "has \(drafts.count) entries; at most \(PlanLimits.questions.upperBound) are allowed")
        }
        var seen: [String: Int] = [:]
        var questions: [InterviewPlan.Question] = []
        for (index, draft) in drafts.prefix(PlanLimits.questions.upperBound).enumerated() {
            let path = "questions[\(index)]"
            let name = draft.id ?? "q\(index + 1)"
            let id = QuestionID(rawValue: name)
            if id == nil { report(path + ".id", "must be 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit") }
            if let earlier = seen.updateValue(index, forKey: name) { report(path + ".id", "is the same as questions[\(earlier)].id") }
            let text = words(draft.text, limit: PlanLimits.questionCharacters, path + ".text")
            let budget = number(draft.followUpBudget, default: 0, in: PlanLimits.followUps, path + ".follow_ups")
            let patience = number(
                draft.patienceSeconds,
                default: PlanLimits.defaultPatienceSeconds,
                in: PlanLimits.patienceSeconds,
                path + ".patience_seconds"
            )
            let hint = draft.timeHintSeconds.map {
                number($0, default: $0, in: PlanLimits.timeHintSeconds, path + ".time_hint_seconds")
            }
            guard let id else { continue }
            questions.append(
                InterviewPlan.Question(
                    id: id,
                    text: text,
                    followUpBudget: budget,
                    patience: .seconds(patience),
                    timeHint: hint.map { .seconds($0) }
                )
            )
        }
        return questions
    }

    private mutating func language(_ draft: String?) -> String {
        let tag = draft ?? "en"
        let subtags = tag.split(separator: "-", omittingEmptySubsequences: false)
        let wellFormed = subtags.allSatisfy { subtag in
            (1...8).contains(subtag.utf8.count)
                && subtag.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                }
        }
        if tag.utf8.count > PlanLimits.languageTagCharacters || !wellFormed {
            report("language", "is not a language tag such as en or en-GB")
        } else if let first = subtags.first, !InterviewPlan.supportedLanguages.contains(first.lowercased()) {
            report("language", "is not supported; supported: " + InterviewPlan.supportedLanguages.sorted().joined(separator: ", "))
        }
        return tag
    }

    private mutating func reminders(_ drafts: [String]) -> [String] {
        if !PlanLimits.reminders.contains(drafts.count) {
            report("reminders", "must have \(PlanLimits.reminders.lowerBound) to \(PlanLimits.reminders.upperBound) entries")
        }
        return drafts.prefix(PlanLimits.reminders.upperBound).enumerated().map { index, text in
            words(text, limit: PlanLimits.reminderCharacters, "reminders[\(index)]")
        }
    }

    private mutating func speech(_ text: String, _ path: String) -> String {
        let text = words(text, limit: PlanLimits.speechCharacters, path)
        var reported: Set<String> = []
        for name in PlanTemplate.unknownPlaceholders(in: text) where reported.count < PlanLimits.reportedPlaceholders {
            guard reported.insert(name).inserted else { continue }
            let known = PlanTemplate.placeholders.map { "{" + $0 + "}" }.joined(separator: ", ")
            report(path, "has the unknown placeholder {\(String(name.unicodeScalars.prefix(40)))}; known: \(known)")
        }
        return text
    }

    private mutating func line(_ text: String, _ path: String) -> String { words(text, limit: PlanLimits.lineCharacters, path) }

    /// Words to be spoken or shown: white space made single, nothing invisible in them. Line breaks of a
    /// folded document are layout, not words, and would break "word for word" comparisons later.
    private mutating func words(_ text: String, limit: Int, _ path: String) -> String {
        let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if text.isEmpty {
            report(path, "is empty")
        } else if case let count = text.count, count > limit {
            report(path, "has \(count) characters; at most \(limit) are allowed")
        } else if text.utf8.count > limit * PlanLimits.bytesPerCharacter {
            report(path, "has \(text.utf8.count) bytes; at most \(limit * PlanLimits.bytesPerCharacter) are allowed")
        } else if text.unicodeScalars.contains(where: Self.isInvisible) {
            report(path, "has an invisible control character")
        } else if !text.contains(where: { $0.isLetter || $0.isNumber }) {
            report(path, "has no words")
        }
        return text
    }

    /// Control, format (such as tag characters, a carrier of hidden instructions), private and unassigned scalars.
    /// The joiners between letters of some scripts and emoji are format characters that people do write.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .privateUse, .unassigned, .surrogate: true
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }

    private mutating func number(_ value: Int?, default standard: Int, in range: ClosedRange<Int>, _ path: String) -> Int {
        let number = value ?? standard
        if !range.contains(number) { report(path, "is \(number); allowed are \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    private mutating func report(_ path: String, _ problem: String) { issues.append(PlanIssue(path: path, problem: problem)) }
}
