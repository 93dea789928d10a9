import Testing
import VoiceEngine

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Streaming resampler, 24 to 16 kHz")
struct StreamingResamplerTests {
    /// Half the filter's length, at 48 kHz.
    private static let delay = 71.5 / 48_000

    private static func tone(_ frequency: Double, seconds: Double, amplitude: Double = 0.5) -> [Int16] {
        (0..<Int(seconds * 24_000)).map { Int16((amplitude * 32_768 * sin(2 * .pi * frequency * Double($0) / 24_000)).rounded()) }
    }

    private static func level(_ samples: ArraySlice<Float>) -> Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot()
    }

    @Test("a frame of 480 samples gives exactly 320, every time")
    func frameSizes() {
        var resampler = StreamingResampler()
        for _ in 0..<100 { #expect(resampler.process([Int16](repeating: 7, count: 480)).count == 320) }
    }

    @Test("chunks of any size give the same samples as one piece")
    func chunkBorders() {
        let input = Self.tone(440, seconds: 0.5)
        var whole = StreamingResampler()
        let expected = whole.process(input)
        for size in [1, 2, 7, 100, 479, 480, 1_001] {
            var resampler = StreamingResampler()
            var output: [Float] = []
            var start = 0
            while start < input.count {
                let end = min(start + size, input.count)
                output += resampler.process(Array(input[start..<end]))
                start = end
            }
            #expect(output == expected, "chunks of \(size)")
        }
    }

    @Test("a tone comes out as the same tone, later by the filter's delay", arguments: [100.0, 1_000, 3_000, 6_500])
    func tonesPass(frequency: Double) {
        var resampler = StreamingResampler()
        let output = resampler.process(Self.tone(frequency, seconds: 0.5))
        var error = 0.0
        for index in 1_000..<output.count {
            let expected = 0.5 * sin(2 * .pi * frequency * (Double(index) / 16_000 - Self.delay))
            error = max(error, abs(Double(output[index]) - expected))
        }
        #expect(error < 0.001)
    }

    @Test("a tone that 16 kHz cannot carry does not come back as another one", arguments: [8_900.0, 9_500, 10_400, 11_900])
    func aliasesAreSuppressed(frequency: Double) {
        var resampler = StreamingResampler()
        let output = resampler.process(Self.tone(frequency, seconds: 0.5))
        // −70 dB relative to the tone.
        #expect(Self.level(output[1_000...]) < 0.5 / 2.0.squareRoot() * 3.2e-4)
    }

    @Test("a constant stays constant, full scale stays in range, silence stays silence")
    func extremes() {
        var resampler = StreamingResampler()
        let constant = resampler.process([Int16](repeating: 16_384, count: 4_800))
        #expect(constant[200...].allSatisfy { abs($0 - 0.5) < 1e-5 })
        var square = StreamingResampler()
        let steps = (0..<4_800).map { $0 / 40 % 2 == 0 ? Int16.max : Int16.min }
        #expect(square.process(steps).allSatisfy { $0.magnitude <= 1 })
        var silent = StreamingResampler()
        #expect(silent.process([Int16](repeating: 0, count: 960)).allSatisfy { $0 == 0 })
    }

    @Test("nothing in, nothing out")
    func empty() {
        var resampler = StreamingResampler()
        #expect(resampler.process([]).isEmpty)
    }

    @Test(
        "every conversion keeps time and a constant",
        arguments: [
            (StreamingResampler.Conversion.from24to16, 480, 320), (.from8to16, 160, 320), (.from24to8, 480, 160),
        ]
    )
    func conversions(conversion: StreamingResampler.Conversion, input: Int, output: Int) {
        var resampler = StreamingResampler(conversion)
        var last: [Float] = []
        for _ in 0..<20 {
            last = resampler.process([Int16](repeating: 16_384, count: input))
            #expect(last.count == output)
        }
        #expect(last.allSatisfy { abs($0 - 0.5) < 0.001 })
    }
}
