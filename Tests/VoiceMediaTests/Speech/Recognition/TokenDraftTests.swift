import Testing

@testable import VoiceMedia

@Suite("Token draft")
struct TokenDraftTests {
    /// Decodes as a decoder that would say `truth` does.
    ///
    /// - Returns: what comes out, and the number of guesses in each step.
    private static func decode(_ truth: [Int], draft guessed: [Int]) -> (tokens: [Int], steps: [Int]) {
        var draft = TokenDraft(guessed)
        var tokens = [truth[0]]
        var steps: [Int] = []
        while tokens.count < truth.count {
            let guesses = Array(draft.guesses(after: tokens[tokens.count - 1]))
            steps.append(guesses.count)
            let confirmed = zip(guesses, truth[tokens.count...]).prefix { $0 == $1 }.count
            draft.confirmed(confirmed, of: guesses.count)
            tokens = Array(truth[..<min(truth.count, tokens.count + confirmed + 1)])
        }
        return (tokens, steps)
    }

    private static let truth = Array(100..<120)

    @Test("a text that is known comes in one step, and one that is not known in as many as it has tokens")
    func known() {
        #expect(Self.decode(Self.truth, draft: Self.truth).steps == [19])
        #expect(Self.decode(Self.truth, draft: []).steps == Array(repeating: 0, count: 19))
    }

    @Test("where the beginning is known, only the rest is decoded by single tokens")
    func beginning() {
        #expect(Self.decode(Self.truth, draft: Array(Self.truth[..<12])).steps == [11] + Array(repeating: 0, count: 7))
    }

    @Test(
        "a token too many, too few or changed is passed over, and the guesses after it are used",
        arguments: [
            // What a full stop that was none, two words that were one, and another word look like.
            Array(100..<106) + [7] + Array(106..<120), Array(100..<105) + Array(106..<120), Array(100..<105) + [7] + Array(106..<120),
        ]
    )
    func changed(_ draft: [Int]) {
        let (tokens, steps) = Self.decode(Self.truth, draft: draft)
        #expect(tokens == Self.truth)
        #expect(steps.count <= 6)
    }

    @Test("a draft about something else is given up after two steps")
    func other() {
        let (tokens, steps) = Self.decode(Self.truth, draft: Array(0..<50))
        #expect(tokens == Self.truth)
        #expect(steps.filter { $0 > 0 }.count == 2)
    }

    @Test("no step has more guesses than pay")
    func longest() {
        let truth = Array(0..<80)
        #expect(Self.decode(truth, draft: truth).steps.max() == TokenDraft.longestRun)
    }

    @Test("nothing comes out that the decoder would not say, whatever the draft")
    func truthful() {
        var generator = SplitMix64(state: 5)
        for _ in 0..<2_000 {
            let truth = (0..<(1 + Int(generator.unit() * 30))).map { _ in Int(generator.unit() * 5) }
            // Among the guesses are some that are no tokens.
            let draft = (0..<Int(generator.unit() * 40)).map { _ in [0, 1, 2, 3, 4, -1, 40_000][Int(generator.unit() * 7)] }
            #expect(Self.decode(truth, draft: draft).tokens == truth)
        }
    }
}
