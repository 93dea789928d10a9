import Foundation
import InterviewCore
import Testing

@Suite("Identifiers, names and moments")
struct IdentifiersTests {
    @Test("random identifiers come from the generator handed in and read back")
    func random() {
        var generator = SeededGenerator(seed: 1)
        let id = InterviewID.random(using: &generator)
        #expect(id.rawValue.hasPrefix("int_"))
        #expect(id.rawValue.utf8.count == 36)
        #expect(InterviewID(rawValue: id.rawValue) == id)
        #expect(InterviewID.random(using: &generator) != id)
        var again = SeededGenerator(seed: 1)
        #expect(InterviewID.random(using: &again) == id)
    }

    @Test(
        "what is not an identifier is refused",
        arguments: [
            "", "int_", "call_00000000000000000000000000000000", "int_0000000000000000000000000000000",
            "int_000000000000000000000000000000000", "int_0000000000000000000000000000000G", "int_0000000000000000000000000000000A",
            "int_../../etc/passwd000000000000000",
        ]
    )
    func notAnInterviewID(text: String) {
        #expect(InterviewID(rawValue: text) == nil)
    }

    @Test("chosen identifiers are short, plain names")
    func chosen() {
        for good in ["a", "backend-engineer", "q1", "0_x", String(repeating: "a", count: 64)] { #expect(PlanID(rawValue: good) != nil) }
        for bad in ["", "-a", "_a", "A", "a b", "ä", "a/b", String(repeating: "a", count: 65)] { #expect(PlanID(rawValue: bad) == nil) }
    }

    @Test("a malformed identifier in a document is a decoding error")
    func decoding() {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([InterviewID].self, from: Data(#"["int_x"]"#.utf8)) }
    }

    @Test("a candidate's name does not print")
    func nameDoesNotPrint() throws {
        let name = try #require(CandidateName("  Ada Lovelace "))
        #expect(name.value == "Ada Lovelace")
        var dumped = ""
        dump(["name": name], to: &dumped)
        for shown in ["\(name)", String(reflecting: name), String(describing: Optional(name)), dumped] { #expect(!shown.contains("Ada")) }
        #expect(CandidateName(" ") == nil)
        #expect(CandidateName("a\nb") == nil)
        #expect(CandidateName(String(repeating: "n", count: 201)) == nil)
    }

    @Test(
        "moments are written as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096_789, "2024-02-29T12:34:56.789Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (253_402_300_799_000, "9999-12-31T23:59:59.000Z"),
        ] as [(Int64, String)]
    )
    func rfc3339(milliseconds: Int64, text: String) {
        #expect(Timestamp(millisecondsSince1970: milliseconds).rfc3339 == text)
    }

    @Test("a moment made from a date of any kind does not trap")
    func extremeDates() {
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)).rfc3339.hasPrefix("9999-12-31"))
        #expect(Timestamp(Date(timeIntervalSince1970: -1e300)).rfc3339.hasPrefix("0001-01-01"))
        #expect((Timestamp(millisecondsSince1970: 500) + .seconds(2)).millisecondsSince1970 == 2500)
    }
}
