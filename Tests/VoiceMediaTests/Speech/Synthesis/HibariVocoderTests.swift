import Foundation
import Testing

@testable import VoiceMedia

@Suite("Vocoder")
struct HibariVocoderTests {
    /// Spectra by formula. `vocoder-reference.f32` holds what the reference implementation (dsp.py of hibari-tts 0.2.1) makes of
    /// those of 13 frames without noise: 3,900 32-bit floating point numbers, little endian. Its pulse train was computed in double
    /// precision: in single precision the quotient near a pulse's peak is off by up to 1 %.
    private struct Spectra {
        let frames: Int
        var rows: [[Float]]
        let frequency: [Float]

        init(frames: Int, noise: Float) {
            self.frames = frames
            func row(_ value: (Double, Double) -> Double) -> [Float] {
                (0..<HibariVocoder.bins).flatMap { bin in (0..<frames).map { Float(value(Double(bin), Double($0))) } }
            }
            rows = [
                row { -3 + 2 * sin(0.013 * $0 * ($1 + 1)) }, row { 1.5 * cos(0.021 * $0 + $1) }, row { _, _ in Double(noise) },
                row { -4 + sin(0.05 * $0 + 0.3 * $1) }, row { 3 * sin(0.37 * $0 * ($1.truncatingRemainder(dividingBy: 5) + 1)) },
            ]
            frequency = (0..<frames).map { $0 < 2 || $0 > 10 ? 0 : 180 + 10 * Float($0) }
        }

        func samples() throws -> [Float] {
            let runtime = try SpeechTestModels.runtime()
            let all = rows.flatMap { $0 } + frequency
            let size = HibariVocoder.bins * frames
            return try all.withUnsafeBufferPointer { all in
                guard let base = all.baseAddress else { return [] }
                return try HibariVocoder.samples(
                    of: HibariSpectra(
                        frames: frames,
                        harmonic: base,
                        harmonicPhase: base + size,
                        noise: base + 2 * size,
                        free: base + 3 * size,
                        freePhase: base + 4 * size,
                        frequency: base + 5 * size
                    ),
                    options: OnnxRunOptions(runtime: runtime)
                )
            }
        }
    }

    private static let present: ConditionTrait = .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence))

    @Test("it makes the same samples as the reference", present)
    func reference() throws {
        let url = try #require(Bundle.module.url(forResource: "vocoder-reference", withExtension: "f32", subdirectory: "Fixtures/Speech"))
        let bytes = [UInt8](try Data(contentsOf: url))
        let expected = stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
        }
        let found = try Spectra(frames: 13, noise: -100).samples()
        #expect(found.count == expected.count)
        let largest = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        // The loudest sample of the reference is 0.04.
        #expect(largest < 1e-5)
    }

    @Test("any number of frames works, and gives 300 samples for each", present, arguments: [3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 40])
    func frameCounts(frames: Int) throws {
        let samples = try Spectra(frames: frames, noise: -3).samples()
        #expect(samples.count == frames * 300)
        #expect(samples.allSatisfy { $0.isFinite })
    }

    @Test("too few frames for one window give nothing", present, arguments: [0, 1, 2])
    func tooFew(frames: Int) throws {
        #expect(try Spectra(frames: frames, noise: -3).samples().isEmpty)
    }

    @Test("noise is the same in every run, and has the power that was asked for", present)
    func noise() throws {
        var spectra = Spectra(frames: 80, noise: 0)
        for row in [0, 3] { spectra.rows[row] = [Float](repeating: -100, count: spectra.rows[row].count) }
        let samples = try spectra.samples()
        #expect(samples == (try spectra.samples()))
        // Parseval: 599 bins of power 2 and their conjugates, divided by 1200 squared; the overlapping windows' squares add up
        // to 1.5, by which the sum is divided.
        let expected = 4 * 599.0 / (1_200 * 1_200) / 1.5
        let power = samples[1_200..<22_800].reduce(0) { $0 + Double($1) * Double($1) } / 21_600
        #expect(abs(power / expected - 1) < 0.1)
    }

    @Test("absurd predictions neither trap nor give anything but numbers", present, arguments: [Float(1e30), -1e30, .infinity])
    func absurd(value: Float) throws {
        var spectra = Spectra(frames: 9, noise: -3)
        spectra.rows[0] = [Float](repeating: value, count: spectra.rows[0].count)
        spectra.rows[2] = spectra.rows[0]
        let samples = try spectra.samples()
        #expect(samples.allSatisfy { $0.isFinite })
    }
}
