import Testing

@testable import VoiceMedia

struct TokenizerTests {
    private let tokenizer = Tokenizer(special: PronunciationTestData.special)

    private func split(_ text: String) -> [String] { tokenizer.split(Array(text.unicodeScalars)) }

    @Test(
        "a chunk is split as spaCy splits it",
        arguments: [
            ("you've", ["you", "'ve"]), ("(you've)", ["(", "you", "'ve", ")"]), ("10am,", ["10", "am", ","]),
            ("team's", ["team", "'s"]),
            ("“Hello,”", ["“", "Hello", ",", "”"]), ("$5.", ["$", "5", "."]), ("US$5", ["US$", "5"]), ("15%", ["15", "%"]),
            ("5km", ["5", "km"]), ("20+", ["20", "+"]), ("+5", ["+5"]), ("well...", ["well", "..."]),
            ("well-known", ["well", "-", "known"]),
            ("yes/no", ["yes", "/", "no"]), ("a--b", ["a", "--", "b"]), ("a----b", ["a----b"]),
            ("2+2", ["2", "+", "2"]), ("end.Next", ["end", ".", "Next"]),
            ("one,two", ["one", ",", "two"]), ("1,000", ["1,000"]), ("e.g.,", ["e.g.", ","]), ("C++", ["C++"]), ("USA.", ["USA", "."]),
            ("U.S.", ["U.S."]), ("A.", ["A."]), ("Sept.)", ["Sept.", ")"]), ("Node.js", ["Node.js"]),
        ]
    )
    func chunks(text: String, tokens: [String]) {
        #expect(split(text) == tokens)
    }

    @Test(
        "addresses stay whole",
        arguments: ["https://example.org/docs", "www.example.com", "john.doe@example.com", "example.com", "medium.com/@user"]
    )
    func addresses(text: String) {
        #expect(split(text) == [text])
    }

    @Test("each token tells whether blank space followed")
    func blanks() {
        let tokens = tokenizer.tokens(of: "Hi, you've won ".unicodeScalars)
        #expect(tokens.map(\.text) == ["Hi", ",", "you", "'ve", "won"])
        #expect(tokens.map(\.hasSpaceAfter) == [false, true, false, true, true])
    }

    @Test("an endless chunk is cut and nothing is lost")
    func endlessChunk() {
        let tokens = tokenizer.tokens(of: String(repeating: "x", count: 1000).unicodeScalars)
        #expect(tokens.map(\.text.utf8.count) == [256, 256, 256, 232])
        #expect(tokens.allSatisfy { !$0.hasSpaceAfter })
    }

    @Test(
        "a token falls into sub-tokens where its reading changes",
        arguments: [
            ("GitHub", ["Git", "Hub"]), ("GraphQL", ["Graph", "QL"]), ("NoSQL", ["No", "SQL"]),
            ("XMLHttpRequest", ["XMLHttp", "Request"]),
            ("you've", ["you'v", "e"]), ("node.js", ["node", ".", "js"]), ("K8s", ["K", "8", "s"]), ("3.11.4", ["3.11.4"]), ("-5", ["-5"]),
            ("snake_case", ["snake", "_", "case"]), ("'tis", ["'", "tis"]), ("dogs'", ["dogs", "'"]), ("C#", ["C", "#"]),
            ("5'9", ["5", "9"]),
            ("1,2,x", ["1,2", ",", "x"]), ("don'tDo", ["don't", "Do"]), ("O'Reilly", ["O'R", "eilly"]),
        ]
    )
    func subtokens(text: String, parts: [String]) {
        #expect(SubtokenSplitter.parts(of: text) == parts)
    }
}
