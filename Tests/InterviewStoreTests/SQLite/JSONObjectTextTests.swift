import Foundation
import InterviewCore
import Testing

@testable import InterviewStore

@Suite("Text of JSON objects")
struct JSONObjectTextTests {
    private struct Members: Codable, Equatable {
        var count: Int64
        var fraction: Double
        var text: String
    }

    /// As the store writes all else.
    private func encoded(_ members: Members) throws -> String { try SQLiteCoding.encode(members) }

    @Test(
        "it is what an encoder with sorted keys writes",
        arguments: [
            "", "plain", #"quoted "words" and \\ slashes / too"#, "lines\nand\r\ttabs", "\u{0}\u{1}\u{8}\u{B}\u{C}\u{1F}\u{7F}",
            "Grüße, 你好, \u{1F600}, \u{2028}",
        ]
    )
    func text(_ text: String) throws {
        for (count, fraction) in [(0, 0), (-1, 0.5), (Int64.max, 1), (Int64.min, 0.1), (7, 1e-9), (7, 1e300), (7, 1.0 / 3)] {
            var object = JSONObjectText()
            object.add("count", count)
            object.add("fraction", fraction)
            object.add("text", text)
            #expect(try object.text == encoded(Members(count: count, fraction: fraction, text: text)))
        }
    }

    @Test("nothing in it is an empty object")
    func empty() { #expect(JSONObjectText().text == "{}") }
}
