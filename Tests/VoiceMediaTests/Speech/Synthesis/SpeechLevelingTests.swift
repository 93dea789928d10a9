import Foundation
import Testing

@testable import VoiceMedia

@Suite("Speech levelling")
struct SpeechLevelingTests {
    /// A second of tone between half a second of silence before and after.
    private static func sentence(amplitude: Float) -> [Float] {
        let silence = [Float](repeating: 0, count: 12_000)
        return silence + (0..<24_000).map { amplitude * Float(sin(2 * Double.pi * 220 * Double($0) / 24_000)) } + silence
    }

    @Test("silence around a sentence is cut, up to 10 ms before and 60 ms after")
    func trimming() {
        let samples = SpeechLeveling.finish(Self.sentence(amplitude: 0.3))
        #expect(abs(samples.count - (240 + 24_000 + 1_440)) <= 120)
        #expect(samples.prefix(200).allSatisfy { $0 == 0 })
        #expect(samples[240..<600].contains { $0.magnitude > 1_000 })
    }

    @Test("whatever the input's loudness, the output's is the same", arguments: [Float(0.02), 0.1, 0.3, 0.9])
    func loudness(amplitude: Float) {
        let samples = SpeechLeveling.finish(Self.sentence(amplitude: amplitude))[1_200..<22_800]
        let level = (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot() / 32_768
        #expect(abs(20 * log10(level) + 20) < 0.5)
    }

    @Test("a peak does not pass −1 dBFS")
    func peak() {
        var sentence = Self.sentence(amplitude: 0.1)
        sentence[20_000] = 1
        let highest = SpeechLeveling.finish(sentence).map(\.magnitude).max() ?? 0
        #expect(highest <= 29_205)
        #expect(highest > 28_000)
    }

    @Test("the ends are faded: no sample jumps")
    func fades() throws {
        let loud = (0..<24_000).map { Float(0.5 * cos(2 * Double.pi * 100 * Double($0) / 24_000)) }
        let samples = SpeechLeveling.finish(loud)
        #expect(try #require(samples.first).magnitude < 300)
        #expect(try #require(samples.last).magnitude < 300)
    }

    @Test("silence, nothing and what is no number give nothing")
    func nothing() {
        #expect(SpeechLeveling.finish([]).isEmpty)
        #expect(SpeechLeveling.finish([Float](repeating: 0, count: 5_000)).isEmpty)
        #expect(SpeechLeveling.finish([Float](repeating: .nan, count: 5_000)).isEmpty)
        #expect(SpeechLeveling.finish([Float](repeating: .infinity, count: 5_000)).isEmpty)
    }
}
