import Testing

@testable import VoiceMedia

struct SentenceSplitterTests {
    private let splitter = SentenceSplitter()

    @Test(
        "sentences end after end marks and closing quotes",
        arguments: [
            ("Hello. How are you? Fine!", ["Hello.", "How are you?", "Fine!"]), ("Well… Let me see.", ["Well…", "Let me see."]),
            ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]), ("(Really?) Yes.", ["(Really?)", "Yes."]),
            ("Wait... What?! No way.", ["Wait...", "What?!", "No way."]), ("One line\nand another", ["One line", "and another"]),
            ("No end mark", ["No end mark"]), ("\"Why?\" She asked.", ["\"Why?\"", "She asked."]),
        ]
    )
    func ends(text: String, sentences: [String]) {
        #expect(splitter.sentences(of: text) == sentences)
    }

    @Test(
        "titles, initials, abbreviations, numbers, versions and lower case end no sentence",
        arguments: [
            "Dr. Smith and Mrs. Jones agreed.", "J. K. Rowling wrote it.", "Tools, e.g. Kafka, and i.e. SQL.",
            "It takes 3.5 seconds in version 2.0.1 here.",
            "Really? asked nobody.", "Use tabs vs. Spaces.", "See No. 5 there.", "1. Tell me about Node.js", "It is (cf. Smith) done.",
        ]
    )
    func noEnds(text: String) {
        #expect(splitter.sentences(of: text) == [text])
    }

    @Test("Markdown is gone and no sentence is empty")
    func markdown() {
        let text = "# Topic\n\n- **First.** Next!\n\n---\n  \n> _Quoted_ text."
        #expect(splitter.sentences(of: text) == ["Topic", "First.", "Next!", "Quoted text."])
        #expect(splitter.sentences(of: " \n . \n").joined() == ".")
        #expect(splitter.sentences(of: "").isEmpty)
    }

    @Test("no words get lost")
    func completeness() {
        let text = "Hi there.  “Go on.”  Is it 5.5? A. B. c. 12. Yes (ok.) No…  "
        let kept = splitter.sentences(of: text).joined().filter { !$0.isWhitespace }
        #expect(kept == text.filter { !$0.isWhitespace })
    }

    @Test("a long pronunciation is cut at clauses, then at spaces, then anywhere")
    func pieces() {
        #expect(splitter.pieces(ofPhonemes: "həlˈO ðˈɛɹ.") == ["həlˈO ðˈɛɹ."])
        let clause = String(repeating: "æ", count: 250)
        #expect(splitter.pieces(ofPhonemes: "\(clause), \(clause)") == ["\(clause),", clause])
        #expect(splitter.pieces(ofPhonemes: "\(clause) \(clause)") == [clause, clause])
        let endless = splitter.pieces(ofPhonemes: String(repeating: "æ", count: 1000))
        #expect(endless.map(\.unicodeScalars.count) == [400, 400, 200])
        let exact = String(repeating: "æ", count: 400)
        #expect(splitter.pieces(ofPhonemes: "\(exact) \(clause)") == [exact, clause])
        #expect(splitter.pieces(ofPhonemes: "").isEmpty)
    }
}
