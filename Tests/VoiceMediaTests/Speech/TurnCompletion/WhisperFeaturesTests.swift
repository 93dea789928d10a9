import Foundation
import Testing

@testable import VoiceMedia

@Suite("Whisper features")
struct WhisperFeaturesTests {
    /// A buzz with vibrato and tremolo: every band has something to say.
    static func buzz(seconds: Int) -> [Float] {
        (0..<seconds * 16_000).map { index in
            let time = Double(index) / 16_000
            let sum = (1..<20).reduce(0.0) { sum, harmonic in
                let k = Double(harmonic)
                return sum + sin(2 * .pi * 130 * k * time + 0.3 * sin(2 * .pi * 5 * time) * k) / k
            }
            return Float(sum * 0.1 * (0.6 + 0.4 * sin(2 * .pi * 4 * time)))
        }
    }

    private static func features(_ samples: [Float]) -> [Float] {
        var numbers = [Float](repeating: .nan, count: WhisperFeatures.bands * WhisperFeatures.frames)
        numbers.withUnsafeMutableBufferPointer { WhisperFeatures().calculate(samples, into: $0) }
        return numbers
    }

    /// Features of the reference (pipecat 1.14.0's extractor, double precision in numpy): band, frame, value.
    static let short: [(Int, Int, Float)] = [
        (0, 0, -0.20465), (0, 799, 1.06687), (3, 500, 1.53058), (3, 799, 1.61005), (10, 520, 1.23379), (20, 640, 1.17642),
        (40, 700, 1.10839), (55, 501, 0.21598), (79, 600, -0.20465), (79, 799, 0.02111), (5, 0, -0.20465), (30, 798, 1.11331),
    ]
    static let long: [(Int, Int, Float)] = [
        (0, 0, 1.53112), (0, 799, 0.96038), (3, 500, 1.54511), (3, 799, 1.50357), (10, 520, 1.12730), (20, 640, 1.06994),
        (40, 700, 1.00190), (55, 501, -0.31114), (79, 600, -0.31114), (79, 799, -0.08538), (5, 0, 1.27408), (30, 798, 1.00682),
    ]

    /// Ten times the largest difference over all 64,000 features of both recordings, which single precision costs.
    private static let tolerance: Float = 0.000_1

    @Test("a recording of 3 s gets 5 s of silence in front, and its features equal the reference's")
    func padded() {
        let found = Self.features(Self.buzz(seconds: 3))
        for (band, frame, value) in Self.short {
            #expect(abs(found[band * WhisperFeatures.frames + frame] - value) < Self.tolerance, "band \(band), frame \(frame)")
        }
        #expect(abs(found.reduce(0, +) / Float(found.count) - 0.126_151) < 0.000_5)
    }

    @Test("of a recording of 10 s the last 8 s count, and their features equal the reference's")
    func truncated() {
        let found = Self.features(Self.buzz(seconds: 10))
        for (band, frame, value) in Self.long {
            #expect(abs(found[band * WhisperFeatures.frames + frame] - value) < Self.tolerance, "band \(band), frame \(frame)")
        }
        #expect(abs(found.reduce(0, +) / Float(found.count) - 0.568_326) < 0.000_5)
    }

    @Test("silence, an empty recording and samples that are no numbers give finite features")
    func hostile() {
        #expect(Self.features([]).allSatisfy { $0 == -1.5 })
        #expect(Self.features([Float](repeating: 0, count: 5_000)).allSatisfy { $0 == -1.5 })
        #expect(Self.features([.nan, .infinity, -.infinity, 1e30, 0.5] + Self.buzz(seconds: 1)).allSatisfy { $0.isFinite })
    }
}
