import InterviewCore
import Testing

@Suite("Word error rate")
struct WordErrorRateTests {
    @Test("the same words in another writing have no error")
    func writing() {
        let rate = WordErrorRate(
            reference: "I'm 21 years old; we had 1,200 users, 50% of them new.",
            hypothesis: "i’m twenty-one years old we had one thousand two hundred users fifty percent of them new"
        )
        #expect(rate.errors == 0)
        #expect(rate.rate == 0)
    }

    @Test("substitutions, insertions and deletions are counted apart")
    func kinds() {
        let rate = WordErrorRate(reference: "the quick brown fox jumps over", hypothesis: "the quack brown jumps over it")
        #expect(rate.substitutions == 1)
        #expect(rate.deletions == 1)
        #expect(rate.insertions == 1)
        #expect(rate.referenceWords == 6)
        #expect(rate.rate == 0.5)
    }

    @Test("nothing heard is one error per word, and nothing said is one error per word heard")
    func empty() {
        #expect(WordErrorRate(reference: "one two three", hypothesis: "").rate == 1)
        #expect(WordErrorRate(reference: "", hypothesis: "").rate == 0)
        #expect(WordErrorRate(reference: "", hypothesis: "thank you").insertions == 2)
    }

    @Test(
        "numbers are spelled out",
        arguments: [
            ("0", "zero"), ("13", "thirteen"), ("40", "forty"), ("99", "ninety nine"), ("305", "three hundred five"),
            ("12000", "twelve thousand"), ("2024", "two thousand twenty four"),
        ]
    )
    func numbers(digits: String, words: String) {
        #expect(WordErrorRate.normalizedWords(of: digits).joined(separator: " ") == words)
    }

    @Test("words with digits inside, long numbers and quotes stay one word")
    func oddWords() {
        #expect(WordErrorRate.normalizedWords(of: "HTTP2 'quoted' 12345678 don't") == ["http2", "quoted", "12345678", "don't"])
    }
}
