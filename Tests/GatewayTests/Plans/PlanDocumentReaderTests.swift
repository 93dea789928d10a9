import Foundation
import InterviewCore
import Testing

@testable import Gateway

@Suite("Reading plan documents")
struct PlanDocumentReaderTests {
    private static let minimal = """
        id: support
        title: Support
        role: Agent
        questions:
          - text: What do you do?
          - Why?
        """

    private func problems(_ text: String) -> [String] {
        do {
            _ = try PlanDocumentReader.read(text)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("a minimal document in YAML is a plan")
    func yaml() throws {
        let plan = try PlanDocumentReader.read(Self.minimal)
        #expect(plan.id.rawValue == "support")
        #expect(plan.questions.map(\.text) == ["What do you do?", "Why?"])
    }

    @Test("the same in JSON is the same plan")
    func json() throws {
        let json = #"{"id":"support","title":"Support","role":"Agent","questions":[{"text":"What do you do?"},"Why?"]}"#
        #expect(try PlanDocumentReader.read(json) == PlanDocumentReader.read(Self.minimal))
        #expect(try PlanDocumentReader.read(Array("\u{FEFF}\(json)".utf8)) == PlanDocumentReader.read(Self.minimal))
    }

    @Test("what a plan is coded as can be read again")
    func roundTrip() throws {
        let plan = try PlanDocumentReader.read(Self.minimal)
        #expect(try PlanDocumentReader.read(JSONEncoder().encode(plan)) == plan)
    }

    @Test("an error of the plan has its line and its path")
    func lines() {
        let text = """
            id: support
            title: Support
            role: Agent
            time_limit_seconds: 5
            questions:
              - text: Fine?
              - id: second
                text: "  "
                patience_seconds: 100
              - patience_seconds: 10
                text: >
                  ?!
            """
        #expect(
            problems(text) == [
                "line 4, column 21: time_limit_seconds is 5; allowed are 60 to 7200",
                "line 8, column 11: questions[1].text is empty",
                "line 9, column 23: questions[1].patience_seconds is 100; allowed are 3 to 60",
                "line 11, column 11: questions[2].text has no words",
            ]
        )
    }

    @Test("unknown keys name the nearest known one")
    func unknownKeys() {
        #expect(problems("titel: x\n" + Self.minimal).first == "line 1, column 1: titel is not a known key; did you mean title?")
        #expect(problems("xyzzy: 1\n" + Self.minimal).first?.contains("xyzzy is not a known key; known: id, version, title") == true)
        let question = Self.minimal.replacing("- Why?", with: "- txt: Why?")
        #expect(
            problems(question) == [
                "line 6, column 5: questions[1].txt is not a known key; did you mean text?",
                "line 6, column 5: questions[1].text is missing",
            ]
        )
    }

    @Test("missing and mistyped parts are named")
    func types() {
        #expect(
            problems("id: a") == [
                "line 1, column 1: title is missing", "line 1, column 1: role is missing", "line 1, column 1: questions is missing",
            ]
        )
        #expect(problems(Self.minimal.replacing("title: Support", with: "title: [a]")).first == "line 2, column 8: title must be text")
        #expect(problems(Self.minimal + "\ntime_limit_seconds: soon").first?.hasSuffix("time_limit_seconds must be a whole number") == true)
        #expect(problems(Self.minimal + "\nreminders: x").first?.hasSuffix("reminders must be a list") == true)
        #expect(problems("- a\n- b").first?.contains("must be a mapping") == true)
        #expect(problems("just words").first?.contains("must be a mapping") == true)
        #expect(problems("") == ["the document is empty"])
        #expect(problems("# only a comment") == ["the document is empty"])
    }

    @Test("broken YAML is reported with its line")
    func broken() {
        let found = problems("id: a\ntitle: \"open\nrole: x\n")
        #expect(found.count == 1)
        #expect(found[0].contains("is not valid YAML"))
        #expect(found[0].hasPrefix("line "))
        #expect(problems("id: a\nid: b\n").first?.contains("has a key twice here: id") == true)
        #expect(problems("id: a\n---\nid: b\n").count == 1)
        #expect(problems("id: *unknown\n").count == 1)
    }

    @Test(
        "anchors are refused wherever they can stand",
        arguments: [
            "id: &a x", "- &a x", "[&a x]", "{a: &a x}", "--- &a\nid: x", "? &a x\n: y", "!!str &a x", "id:\n  &a x", "{\"a\":&a x}",
            "id: x\u{85}b: &a y",
        ]
    )
    func anchors(text: String) {
        #expect(problems(text).first?.contains("has an anchor") == true)
    }

    @Test("an ampersand in a text is no anchor")
    func ampersand() throws {
        let plan = try PlanDocumentReader.read(Self.minimal.replacing("Why?", with: "What do R&D and Q & A do?"))
        #expect(plan.questions[1].text == "What do R&D and Q & A do?")
    }

    @Test("a document of aliases costs nothing")
    func bomb() {
        var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (previous, next) in zip("abcdefgh", "bcdefghi") {
            text += "\(next): &\(next) [" + Array(repeating: "*\(previous)", count: 9).joined(separator: ",") + "]\n"
        }
        #expect(problems(text).first?.contains("has an anchor") == true)
    }

    @Test(
        "deep nesting is refused before it is parsed",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000), String(repeating: "- ", count: 100_000),
            String(repeating: "? ", count: 100_000), (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ]
    )
    func nesting(text: String) {
        #expect(problems(text).count == 1)
        #expect(problems(text)[0].contains("three levels"))
    }

    @Test("size and encoding are limited")
    func size() {
        #expect(
            problems(Self.minimal + "\n#" + String(repeating: "x", count: PlanDocumentReader.longestDocument)) == [
                "the document is larger than 256 KiB"
            ]
        )
        let error = #expect(throws: PlanDocumentError.self) { try PlanDocumentReader.read([0x69, 0x64, 0xFF, 0xFE] as [UInt8]) }
        #expect(error?.description == "the document is not UTF-8 text")
        #expect(problems("id: \u{0}").count == 1)
    }

    @Test("a long list is refused by its length, not read")
    func longList() {
        let text = "id: a\ntitle: t\nrole: r\nquestions:\n" + String(repeating: "- q?\n", count: 1000)
        #expect(problems(text).contains { $0.hasSuffix("questions has 1000 entries; at most 40 are allowed") })
    }

    @Test("random documents never trap")
    func random() {
        let pieces = [
            "id", ": ", "\n", "  ", "- ", "[", "]", "{", "}", "\"", "'", "&a", "*a", "!!int", "|", ">", "questions", "text", ",", "#", "%",
            "\t", "é", "\u{0}", "1", "---", "?", "@",
        ]
        var state: UInt64 = 42
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            _ = problems(text)
        }
    }

    @Test(
        "the sample plans are plans, and every question can be spoken in one breath",
        arguments: ["backend-engineer", "customer-support"]
    )
    func samples(name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let plan = try PlanDocumentReader.read(Data(contentsOf: root.appendingPathComponent("Sources/viva/Plans/\(name).yaml")))
        #expect(plan.id.rawValue == name)
        #expect(plan.questions.count == 5)
        for question in plan.questions { #expect(question.text.split(separator: " ").count <= 35) }
        #expect(!plan.greetingText.contains("{"))
    }
}
