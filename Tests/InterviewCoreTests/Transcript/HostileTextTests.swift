import Foundation
import InterviewCore
import Testing

@Suite("Texts and numbers that nobody would write")
struct HostileTextTests {
    private static let texts = [
        "", " ", "\u{0}", "\r\n\r\n", "\u{301}\u{301}", "🇩🇪🇩", "👩‍👩‍👧‍👦", "\u{202E}txet", "\u{FFFD}", "İI ß ﬁ ①²½", "١٢٣ 一二三", "'’'’", ",,,1,,1,",
        "%&%",
        String(repeating: "é", count: 20_000), String(repeating: "a\u{301}\u{302}", count: 5000),
        "e" + String(repeating: "\u{301}", count: 50_000),
        String(repeating: "🇩", count: 20_000), String(repeating: "9", count: 20_000), String(repeating: "a. ", count: 20_000),
    ]

    private func segment(_ text: String, start: Int64, end: Int64) -> TranscriptSegment {
        let turn = SpokenTurn(speaker: .candidate, text: text, startMilliseconds: start, endMilliseconds: end, itemID: "a")
        return TranscriptSegment(sequence: SegmentSequence(rawValue: .max), turn: turn)
    }

    @Test("every text has words, and none differs from itself", arguments: texts)
    func wordErrorRate(text: String) {
        let words = WordErrorRate.normalizedWords(of: text)
        #expect(words.allSatisfy { !$0.isEmpty })
        let rate = WordErrorRate(reference: String(text.prefix(2000)), hypothesis: String(text.prefix(2000)))
        #expect(rate.errors == 0)
        #expect(WordErrorRate(reference: "", hypothesis: text).insertions == min(words.count, WordErrorRate.longest))
    }

    @Test("what is behind the longest text is not compared")
    func longest() {
        let long = String(repeating: "word 21 ", count: WordErrorRate.longest)
        #expect(WordErrorRate(reference: "", hypothesis: long).insertions == WordErrorRate.longest)
        #expect(WordErrorRate(reference: long, hypothesis: "").deletions == WordErrorRate.longest)
    }

    @Test(
        "every text stays in one line of the transcript, without a sign that a player reads",
        arguments: texts + ["<\u{301}b>\u{301}--\u{2028}>\u{20D2}&\u{301}"]
    )
    func transcript(text: String) {
        let segments = [segment(text, start: 0, end: 10)]
        #expect(TranscriptText.plain(segments, title: text, interviewerName: text).split(separator: "\n").count == 2)
        let captions = TranscriptText.webVTT(segments, interviewerName: text).split(separator: "\n")
        #expect(captions.count == 4)
        #expect(captions.last?.unicodeScalars.count { $0 == "<" || $0 == ">" } == 4)
        let subtitles = TranscriptText.subRip(segments, interviewerName: "Viva").split(separator: "\n")
        #expect(subtitles.count == 3)
        #expect(subtitles.last?.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0.properties.generalCategory == .control } == false)
    }

    @Test("no time traps, and no caption ends before it begins", arguments: [Int64.min, -1, 0, .max - 1, .max])
    func times(moment: Int64) {
        let segments = [segment("Hello.", start: moment, end: moment), segment("Hello.", start: moment, end: .min)]
        #expect(!TranscriptText.webVTT(segments, interviewerName: "Viva").contains("-->  "))
        #expect(TranscriptText.subRip(segments, interviewerName: "Viva").contains(" --> "))
        #expect(!TranscriptText.plain(segments, title: "Title", interviewerName: "Viva").isEmpty)
        #expect(!Timestamp(millisecondsSince1970: moment).rfc3339.isEmpty)
        #expect((Timestamp(millisecondsSince1970: moment) + .seconds(Int64.max)).millisecondsSince1970 >= -1)
    }

    @Test("a caption before the beginning lasts a second from the beginning")
    func negativeTime() {
        #expect(
            TranscriptText.webVTT([segment("Hello.", start: -5, end: -2)], interviewerName: "Viva").contains(
                "00:00:00.000 --> 00:00:01.000"
            )
        )
    }

    @Test("a span too long for milliseconds becomes the longest there is, and a date without a number 1970")
    func spans() {
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
        #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(Int64.max - 1).wholeMilliseconds == .max - 1)
        #expect(Duration.microseconds(1_234_567).wholeMilliseconds == 1234)
        #expect(Duration.microseconds(-1_234_567).wholeMilliseconds == -1234)
        #expect(Timestamp(Date(timeIntervalSince1970: .nan)).millisecondsSince1970 == 0)
        #expect(Timestamp(Date(timeIntervalSince1970: .infinity)).rfc3339 == "9999-12-31T23:59:59.000Z")
    }

    // MARK: Plans

    private func issues(_ change: (inout InterviewPlanDraft) -> Void) -> [PlanIssue] {
        var draft = InterviewPlanDraft(id: "plan", title: "Title", role: "Role", questions: [.init(text: "What?")])
        change(&draft)
        do {
            _ = try InterviewPlan(checking: draft)
            return []
        } catch {
            return error.issues
        }
    }

    @Test("every text as every part of a plan is taken or refused, with few and short issues", arguments: texts)
    func plan(text: String) {
        let found = issues { draft in
            draft.id = text
            draft.version = .min
            draft.title = text
            draft.role = text
            draft.language = text
            draft.interviewerName = text
            draft.greeting = "{" + text + "}{}" + text
            draft.closing = text
            draft.questions = [.init(id: text, text: text, followUpBudget: .max, patienceSeconds: .min, timeHintSeconds: .max)]
            draft.timeLimitSeconds = .max
            draft.reminders = Array(repeating: text, count: 100)
        }
        #expect(found.count < 50)
        #expect(found.allSatisfy { $0.description.utf8.count < 400 })
    }

    @Test("a character of any length does not pass for one")
    func longCharacter() {
        let text = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(
            issues { $0.questions = [.init(text: text)] }.map(\.description) == [
                "questions[0].text has 20001 bytes; at most 8000 are allowed"
            ]
        )
    }

    @Test("a language tag has a length")
    func longLanguageTag() {
        #expect(issues { $0.language = "en" + String(repeating: "-a", count: 1000) }.map(\.path) == ["language"])
        #expect(issues { $0.language = "en-Latn-GB" }.isEmpty)
    }

    @Test("unknown placeholders are reported once each, and not without end")
    func placeholders() {
        #expect(issues { $0.greeting = "Hi " + String(repeating: "{a}", count: 400) }.count == 1)
        #expect(issues { $0.greeting = "Hi " + (0..<200).map { "{a\($0)}" }.joined() }.count == PlanLimits.reportedPlaceholders)
    }
}
