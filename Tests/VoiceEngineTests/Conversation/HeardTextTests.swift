import Testing

@testable import VoiceEngine

@Suite struct HeardTextTests {
    @Test("whole sentences and the whole words of the one that was cut off were heard")
    func cut() {
        let text = HeardText.cut([("Hello there.", 100, 100), ("How are you today?", 50, 100), ("Never said.", 0, 100)])
        #expect(text == "Hello there. How are")
    }

    @Test(
        "a word that was cut off does not count",
        arguments: [(0.0, ""), (0.3, ""), (0.46, "Hello"), (0.9, "Hello"), (1.0, "Hello world")]
    )
    func words(share: Double, heard: String) {
        #expect(HeardText.words(of: "Hello world", share: share) == heard)
    }

    @Test("shares outside of 0 to 1 are clamped")
    func clamped() {
        #expect(HeardText.words(of: "Hello", share: 7) == "Hello")
        #expect(HeardText.words(of: "Hello", share: -1) == "")
    }

    @Test("nothing was heard of nothing")
    func nothing() {
        #expect(HeardText.cut([]) == "")
        #expect(HeardText.cut([("A", 0, 10)]) == "")
    }

    @Test("the parts of a sentence join to its text, at ascending places of its audio")
    func sentence() {
        let sentence = SpokenSentence(text: "Tell me about a time when you changed your mind.", samples: 48_000)
        #expect(sentence.deltas.joined() == "Tell me about a time when you changed your mind.")
        #expect(sentence.deltas.count == 3)
        #expect(sentence.cues.first == 0)
        #expect(zip(sentence.cues, sentence.cues.dropFirst()).allSatisfy { $0 < $1 })
        #expect(sentence.cues.allSatisfy { $0 < 48_000 })
    }
}
