import Testing

@testable import VoiceMedia

@Suite("Repetition guard")
struct RepetitionGuardTests {
    @Test("speech without a loop passes")
    func speech() {
        #expect(RepetitionGuard.lengthBeforeLoop(in: Array(0..<200)) == nil)
        #expect(RepetitionGuard.lengthBeforeLoop(in: []) == nil)
    }

    @Test("a few repeated words pass: people repeat themselves")
    func shortRepetition() {
        let tokens = Array(0..<50) + [7, 8, 7, 8, 7, 8, 7, 8]
        #expect(RepetitionGuard.lengthBeforeLoop(in: tokens) == nil)
    }

    @Test("a loop of any period is found and cut after its first round", arguments: 1...12)
    func loop(period: Int) throws {
        let speech = Array(1_000..<1_030)
        var tokens = speech
        while RepetitionGuard.lengthBeforeLoop(in: tokens) == nil, tokens.count < 500 {
            tokens.append((tokens.count - speech.count) % period)
        }
        let kept = try #require(RepetitionGuard.lengthBeforeLoop(in: tokens))
        #expect(kept == speech.count + period)
        #expect(tokens.count <= speech.count + max(RepetitionGuard.fewestTokens, period * RepetitionGuard.fewestRounds))
    }
}
