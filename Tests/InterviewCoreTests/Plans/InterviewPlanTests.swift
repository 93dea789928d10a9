import Foundation
import InterviewCore
import Testing

@Suite("Interview plans")
struct InterviewPlanTests {
    private func draft(_ change: (inout InterviewPlanDraft) -> Void = { _ in }) -> InterviewPlanDraft {
        var draft = InterviewPlanDraft(id: "plan", title: "Title", role: "Role", questions: [.init(text: "What?")])
        change(&draft)
        return draft
    }

    private func issues(_ change: (inout InterviewPlanDraft) -> Void) -> [String] {
        do {
            _ = try InterviewPlan(checking: draft(change))
            return []
        } catch {
            return error.issues.map(\.description)
        }
    }

    @Test("a plan with only what it needs has sensible defaults")
    func defaults() throws {
        let plan = try InterviewPlan(checking: draft())
        #expect(plan.version == 1)
        #expect(plan.language == "en")
        #expect(plan.interviewerName == "Viva")
        #expect(plan.questions.map(\.id.rawValue) == ["q1"])
        #expect(plan.questions[0].patience == .seconds(12))
        #expect(plan.timeLimit == .seconds(1800))
        #expect(plan.estimatedMinutes == 30)
    }

    @Test("the disclosure and the review by a person cannot be removed")
    func disclosure() throws {
        let plan = try InterviewPlan(
            checking: draft {
                $0.greeting = "Hi, {role}! I am a human being."; $0.closing = "Bye."
            }
        )
        #expect(plan.greetingText == "Hi, Role! I am a human being. " + InterviewPlan.disclosure)
        #expect(plan.closingText.contains(InterviewPlan.reviewNotice))
    }

    @Test("placeholders are filled, unknown ones are an error")
    func placeholders() throws {
        let plan = try InterviewPlan(checking: draft { $0.greeting = "{title}|{role}|{interviewer}|{question_count}|{minutes}" })
        #expect(plan.greetingText.hasPrefix("Title|Role|Viva|1|30 "))
        #expect(issues { $0.closing = "Bye {name}." }.first?.contains("closing has the unknown placeholder {name}") == true)
    }

    @Test("every error is reported with its path")
    func errors() {
        let found = issues { draft in
            draft.id = "Not OK"
            draft.version = 0
            draft.title = "  "
            draft.role = String(repeating: "r", count: 121)
            draft.language = "xx"
            draft.questions = [
                .init(text: "ok?"), .init(id: "q1", text: "\n"),
                .init(id: "é", text: "?!", followUpBudget: 4, patienceSeconds: 2, timeHintSeconds: 5),
            ]
            draft.timeLimitSeconds = 59
            draft.reminders = []
        }
        #expect(
            found == [
                "id must be 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit",
                "version is 0; allowed are 1 to 1000000",
                "title is empty",
                "role has 121 characters; at most 120 are allowed",
                "language is not supported; supported: en",
                "questions[1].id is the same as questions[0].id",
                "questions[1].text is empty",
                "questions[2].id must be 1 to 64 of a-z, 0-9, - and _, beginning with a letter or digit",
                "questions[2].text has no words",
                "questions[2].follow_ups is 4; allowed are 0 to 3",
                "questions[2].patience_seconds is 2; allowed are 3 to 60",
                "questions[2].time_hint_seconds is 5; allowed are 10 to 1800",
                "time_limit_seconds is 59; allowed are 60 to 7200",
                "reminders must have 1 to 5 entries",
            ]
        )
    }

    @Test("limits on questions hold at their edge")
    func limits() {
        #expect(issues { $0.questions = [] } == ["questions is empty; an interview needs at least one question"])
        #expect(issues { $0.questions = (1...40).map { .init(text: "Question \($0)?") } } == [])
        #expect(
            issues { $0.questions = (1...41).map { .init(text: "Question \($0)?") } } == [
                "questions has 41 entries; at most 40 are allowed"
            ]
        )
        #expect(issues { $0.questions = [.init(text: String(repeating: "a", count: 1000))] } == [])
        #expect(
            issues { $0.questions = [.init(text: String(repeating: "a", count: 1001))] } == [
                "questions[0].text has 1001 characters; at most 1000 are allowed"
            ]
        )
    }

    @Test(
        "invisible characters that could carry hidden instructions are refused",
        arguments: ["a\u{E0041}b", "a\u{202E}b", "a\u{0007}b", "a\u{200B}b"]
    )
    func invisible(text: String) {
        #expect(issues { $0.questions = [.init(text: text)] } == ["questions[0].text has an invisible control character"])
    }

    @Test("line breaks of a folded text become single spaces")
    func whiteSpace() throws {
        let plan = try InterviewPlan(checking: draft { $0.questions = [.init(text: " What did\n  you do?\n")] })
        #expect(plan.questions[0].text == "What did you do?")
    }

    @Test("a plan survives coding, and decoding checks it again")
    func coding() throws {
        let plan = try InterviewPlan(
            checking: draft { $0.questions = [.init(id: "a", text: "What?", patienceSeconds: 20, timeHintSeconds: 60)] }
        )
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(InterviewPlan.self, from: data) == plan)
        let broken = Data(String(decoding: data, as: UTF8.self).replacing("What?", with: " ").utf8)
        #expect(throws: PlanValidationError.self) { try JSONDecoder().decode(InterviewPlan.self, from: broken) }
    }
}
