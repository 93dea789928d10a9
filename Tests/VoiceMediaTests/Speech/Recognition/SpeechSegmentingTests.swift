import Testing

@testable import VoiceMedia

@Suite("Speech segmenting")
struct SpeechSegmentingTests {
    private static func energies(_ samples: [Float]) -> [Float] { samples.withUnsafeBufferPointer(SpeechSegmenting.energies) }

    private static func noise(_ count: Int, _ amplitude: Float = 0.1) -> [Float] {
        var generator = SplitMix64(state: 3)
        return (0..<count).map { _ in Float(2 * generator.unit() - 1) * amplitude }
    }

    @Test("silence, faint noise and a click are silent; speech-like sound is not")
    func silence() {
        #expect(SpeechSegmenting.isSilent(Self.energies([Float](repeating: 0, count: 16_000))))
        #expect(SpeechSegmenting.isSilent(Self.energies(Self.noise(16_000, 0.001))))
        var click = [Float](repeating: 0, count: 16_000)
        for index in 8_000..<8_100 { click[index] = 0.8 }
        #expect(SpeechSegmenting.isSilent(Self.energies(click)))
        #expect(!SpeechSegmenting.isSilent(Self.energies(Self.noise(16_000, 0.02))))
        #expect(SpeechSegmenting.isSilent([]))
    }

    @Test("a cut falls into the pause")
    func cutInPause() {
        var samples = Self.noise(160_000)
        for index in 90_000..<93_000 { samples[index] = 0 }
        let cut = SpeechSegmenting.quietestSample(in: 80_000..<120_000, energies: Self.energies(samples))
        #expect((90_000..<93_000).contains(cut))
    }

    @Test("pieces cover the recording without gaps and are never too long", arguments: [1, 99_999, 100_000, 100_001, 350_000, 1_000_003])
    func pieces(count: Int) {
        let energies = Self.energies(Self.noise(count))
        let pieces = SpeechSegmenting.pieces(count: count, longest: 100_000, energies: energies)
        #expect(pieces.first?.lowerBound == 0)
        #expect(pieces.last?.upperBound == count)
        #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= 100_000 })
    }
}
