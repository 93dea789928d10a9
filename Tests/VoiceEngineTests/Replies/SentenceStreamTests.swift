import Testing

@testable import VoiceEngine

@Suite struct SentenceStreamTests {
    private func sentences(_ pieces: [String]) -> [String] {
        var stream = SentenceStream()
        return pieces.flatMap { stream.add($0) } + [stream.finish()].compactMap(\.self)
    }

    private func sentences(_ text: String) -> [String] { sentences([text]) }

    @Test("a sentence is given as soon as the next one begins, and the last one at the end")
    func early() {
        var stream = SentenceStream()
        #expect(stream.add("Good mor") == [])
        #expect(stream.add("ning. ") == [])
        #expect(stream.add("How") == ["Good morning."])
        #expect(stream.add(" are you? I") == ["How are you?"])
        #expect(stream.add(" am fine") == [])
        #expect(stream.finish() == "I am fine")
        #expect(stream.finish() == nil)
    }

    @Test(
        "a point that ends no sentence does not",
        arguments: [
            "It took 3.5 seconds and cost 1,200.50 in all.",
            "Tools such as e.g. Kafka, i.e. a log, are fine.",
            "I met Dr. Smith and Mrs. Jones there.",
            "The author is J. K. Rowling, I think.",
            "They serve in the U.S. Army today.",
            "See example.com or node.js for it.",
            "Well... maybe that is so.",
            "He asked why? and left.",
            "It is No. 5 on the list.",
            "1. Tell me about your work.",
        ]
    )
    func noEnd(_ text: String) {
        #expect(sentences(text) == [text])
    }

    @Test(
        "all marks that end a sentence do",
        arguments: [
            ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
            ("He said \"no.\" Then he left.", ["He said \"no.\"", "Then he left."]),
            ("(An aside.) Next.", ["(An aside.)", "Next."]),
            ("Well... I think so.", ["Well...", "I think so."]),
            ("That was in 2019. Then came more.", ["That was in 2019.", "Then came more."]),
            ("Version 3. Then 4.", ["Version 3.", "Then 4."]),
            ("**Good.** Next one.", ["**Good.**", "Next one."]),
            ("Really?! Yes.", ["Really?!", "Yes."]),
        ]
    )
    func ends(_ text: String, _ expected: [String]) {
        #expect(sentences(text) == expected)
    }

    @Test("a line break ends a sentence at once, so that list items are spoken one by one")
    func lines() {
        var stream = SentenceStream()
        #expect(stream.add("Two things:\n") == ["Two things:"])
        #expect(stream.add("- first\r\n\n- second\n") == ["- first", "- second"])
        #expect(stream.finish() == nil)
    }

    @Test("blanks at the ends are left out and blanks in the middle are single")
    func blanks() {
        #expect(sentences("  \n\n One  and\ttwo.   Three. \n ") == ["One and two.", "Three."])
        #expect(sentences([" ", "\n", ""]) == [])
    }

    @Test("the first long sentence may end at a comma, so that speech starts")
    func firstClause() {
        let clause = String(repeating: "word ", count: 12) + "and then,"
        let pieces = sentences(clause + " some more words, and others.")
        #expect(pieces == [clause, "some more words, and others."])
    }

    @Test("a sentence without an end is cut at a comma, else at a blank, else anywhere")
    func longest() {
        let limit = SentenceStream.longestCharacters
        let words = String(repeating: "word ", count: limit)
        for piece in sentences(words) {
            #expect(piece.unicodeScalars.count <= limit)
            #expect(piece.split(separator: " ").allSatisfy { $0 == "word" })
        }
        #expect(sentences(words).joined(separator: " ") + " " == words)
        let solid = String(repeating: "x", count: limit * 3 + 1)
        #expect(sentences(solid).map(\.count) == [limit, limit, limit, 1])
        let comma = "so, " + String(repeating: "word ", count: limit / 5)
        #expect(sentences(comma).first == "so,")
    }

    @Test("the pieces in which the text comes make no difference, and no word is lost")
    func pieces() {
        let text = """
            Hello, I am "Ada" (an interviewer). It took 3.5 s, e.g. on Monday… Dr. Who asked: why? Because!
            1. First item, 2. second. **Bold. Text.** Émile’s café 👩‍👩‍👧 is open. \(String(repeating: "on and on, ", count: 60)) end
            """
        let whole = sentences(text)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            var pieces: [String] = []
            var rest = text.unicodeScalars[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...9, using: &generator)
                pieces.append(String(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(sentences(pieces) == whole)
        }
        #expect(whole.joined(separator: " ").split(separator: " ") == text.split(whereSeparator: \.isWhitespace))
    }
}
