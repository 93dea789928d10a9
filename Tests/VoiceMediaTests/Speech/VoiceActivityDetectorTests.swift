import Foundation
import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite("Voice activity detector", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct VoiceActivityDetectorTests {
    private static func windows(_ samples: [Float]) -> [[Float]] {
        stride(from: 0, to: samples.count - 511, by: 512).map { Array(samples[$0..<$0 + 512]) }
    }

    private static func probabilities(_ samples: [Float]) async throws -> [Float] {
        var stream = try await SpeechTestModels.speech().voiceActivity.makeStream()
        return try windows(samples).map { try stream.probability(ofSpeechIn: $0) }
    }

    private static func whiteNoise(amplitude: Float, count: Int) -> [Float] {
        var generator = SplitMix64(state: 7)
        return (0..<count).map { _ in Float(2 * generator.unit() - 1) * amplitude }
    }

    @Test("speech is found, and the silence around it is not")
    func speech() async throws {
        let recording = try await SpeechTestModels.recording(of: InterviewSentences.all[0], pause: 1)
        let probabilities = try await Self.probabilities(recording)
        let speaking = probabilities[34..<probabilities.count - 34]
        #expect(speaking.count { $0 > 0.5 } > speaking.count * 7 / 10)
        #expect(probabilities.prefix(28).allSatisfy { $0 < 0.35 })
        #expect(probabilities.suffix(15).allSatisfy { $0 < 0.35 })
    }

    @Test("ten seconds of silence and of white noise are not speech", arguments: [Float(0), 0.005, 0.05])
    func noise(amplitude: Float) async throws {
        let probabilities = try await Self.probabilities(Self.whiteNoise(amplitude: amplitude, count: 160_000))
        // The rule of turns wants two windows in a row above 0.5.
        #expect(!zip(probabilities, probabilities.dropFirst()).contains { $0 > 0.5 && $1 > 0.5 })
    }

    @Test("probabilities equal those of the reference, which sees the end of the previous window too")
    func reference() async throws {
        // A buzz with vibrato and tremolo: 24 windows on which a detector without context is far off.
        let samples = (0..<512 * 24).map { index -> Float in
            let time = Double(index) / 16_000
            let buzz = (1..<20).reduce(0.0) { sum, harmonic in
                let k = Double(harmonic)
                return sum + sin(2 * .pi * 130 * k * time + 0.3 * sin(2 * .pi * 5 * time) * k) / k
            }
            return Float(buzz * 0.1 * (0.6 + 0.4 * sin(2 * .pi * 4 * time)))
        }
        // The same model run by ONNX Runtime's Python package 1.31.1.
        let expected: [Float] = [
            0.1483, 0.1084, 0.0273, 0.0110, 0.0121, 0.0166, 0.0097, 0.0062, 0.0043, 0.0030, 0.0015, 0.0018, 0.0037, 0.0021, 0.0016, 0.0017,
            0.0019, 0.0019, 0.0011, 0.0012, 0.0018, 0.0012, 0.0010, 0.0011,
        ]
        let found = try await Self.probabilities(samples)
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) < 0.002) }
    }

    @Test("streams do not hear each other")
    func independence() async throws {
        let recording = try await SpeechTestModels.recording(of: InterviewSentences.all[1])
        let alone = try await Self.probabilities(recording)
        let detector = try await SpeechTestModels.speech().voiceActivity
        var first = try detector.makeStream()
        var second = try detector.makeStream()
        let noise = Self.windows(Self.whiteNoise(amplitude: 0.3, count: recording.count))
        var together: [Float] = []
        for (window, other) in zip(Self.windows(recording), noise) {
            together.append(try first.probability(ofSpeechIn: window))
            _ = try second.probability(ofSpeechIn: other)
        }
        #expect(together == alone)
    }

    @Test("a window of another size is refused")
    func wrongSize() async throws {
        var stream = try await SpeechTestModels.speech().voiceActivity.makeStream()
        let error = #expect(throws: SpeechModelError.self) { try stream.probability(ofSpeechIn: [0, 0]) }
        #expect(error?.code == .shapeMismatch)
    }

    @Test("samples that are not numbers count as silence, those out of range as the loudest sample")
    func notNumbers() async throws {
        let detector = try await SpeechTestModels.speech().voiceActivity
        let recording = try await SpeechTestModels.recording(of: InterviewSentences.all[0])
        for (value, same) in [(Float.nan, Float(0)), (.infinity, 0), (-.infinity, 0), (1e30, 1), (-7, -1)] {
            var stream = try detector.makeStream()
            var other = try detector.makeStream()
            let probability = try stream.probability(ofSpeechIn: [Float](repeating: value, count: 512))
            #expect(try probability == other.probability(ofSpeechIn: [Float](repeating: same, count: 512)))
            let windows = Self.windows(recording)
            #expect(try windows.map { try stream.probability(ofSpeechIn: $0) } == windows.map { try other.probability(ofSpeechIn: $0) })
        }
    }
}
