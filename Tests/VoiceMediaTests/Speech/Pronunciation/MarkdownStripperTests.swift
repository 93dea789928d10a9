import Testing

@testable import VoiceMedia

struct MarkdownStripperTests {
    @Test(
        "the marks of Markdown are removed",
        arguments: [
            ("**Great**, *thanks* and __well__ _done_.", "Great, thanks and well done."), ("## Heading", "Heading"),
            ("> quoted", "quoted"),
            ("- one\n* two\n+ three", "one\ntwo\nthree"), ("- > nested", "nested"), ("use `let`", "use let"),
            ("```swift\nlet x\n```", "let x"),
            ("a\n---\nb", "a\nb"), ("[docs](https://example.org)", "docs"), ("see ![a cat](cat.png) here", "see a cat here"),
            ("~~old~~ new", "old new"), (#"\*literal\*"#, "*literal*"), ("un**frigging**believable", "unfriggingbelievable"),
        ]
    )
    func marks(text: String, plain: String) {
        #expect(MarkdownStripper.plainText(of: text) == plain)
    }

    @Test(
        "what only looks like Markdown stays",
        arguments: [
            "3 * 4 and 2*3", "snake_case_name", "C# and F#", "#1 priority", "~5 minutes", "-5 degrees", "a - b", "x[0] = y[1]", "a > b",
            "[Siobhan](/ʃəvˈɔn/)", "5. Next", "--dry-run", "C++",
        ]
    )
    func lookalikes(text: String) {
        #expect(MarkdownStripper.plainText(of: text) == text)
    }

    @Test("pronunciations are found in a text")
    func overrides() {
        let text = Array("Say [GIF](/ʤˈɪf/) or [this](that) [x] [a]( [b](/c/".unicodeScalars)
        let found = PronunciationOverride.all(in: text)
        #expect(found.map(\.word) == ["GIF", "this"])
        #expect(found.map(\.phonemes) == ["ʤˈɪf", nil])
        #expect(found.first?.range == 4..<17)
    }
}
