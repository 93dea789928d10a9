import Foundation

/// The log-mel spectrogram that OpenAI's Whisper models hear, for the last 8 s of a recording.
///
/// 80 mel bands (Slaney's scale and area normalisation, 0 to 8 kHz), Hann windows of 400 samples every 160, centred, with
/// reflected ends; base-10 logarithm, at most 8 below the maximum. As Smart Turn's authors feed their model: a shorter
/// recording gets silence in front, and the padded recording is brought to mean 0 and variance 1 before the transform.
struct WhisperFeatures: Sendable {
    static let sampleRate = 16_000
    /// 8 s.
    static let samples = 128_000
    static let bands = 80
    static let frames = samples / hop
    private static let hop = 160
    private static let frameLength = 400
    private static let bins = frameLength / 2 + 1
    /// Real sequences that one call of the transform takes: four lanes, two in each as real and imaginary part.
    private static let framesPerTransform = 8

    private struct Band {
        let firstBin: Int
        let weights: [Float]
    }

    /// 400 is no power of two. Padding to 512 would move every bin away from those that the model was trained on; 400 is
    /// 4·4·5·5, which the mixed-radix transform of the voice takes as it is.
    private let transform = FourierTransform(radices: [4, 4, 5, 5])
    private let window: [Float]
    private let filters: [Band]

    init() {
        window = (0..<Self.frameLength).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(Self.frameLength))) }
        filters = Self.makeFilters()
    }

    /// Calculates the features.
    ///
    /// - Parameters:
    ///   - recording: any length; of a longer one the last 8 s are used. Samples that are no numbers count as silence.
    ///   - features: room for 80 × 800 numbers, band by band.
    func calculate(_ recording: [Float], into features: UnsafeMutableBufferPointer<Float>) {
        precondition(features.count == Self.bands * Self.frames)
        let padding = max(0, Self.samples - recording.count)
        let audio = Self.normalised(recording.suffix(Self.samples), padding: padding)
        // Frames that see nothing but the padding are all the same: one of them is calculated.
        let firstSpoken = max(0, (padding - Self.frameLength / 2) / Self.hop)
        let first = max(0, firstSpoken - 1)
        audio.withUnsafeBufferPointer { audio in
            withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 4 * Self.frameLength) { memory in
                memory.initialize(repeating: Lanes())
                guard let base = memory.baseAddress else { return }
                let data = FourierTransform.Buffer(real: base, imaginary: base + Self.frameLength)
                let scratch = FourierTransform.Buffer(real: base + 2 * Self.frameLength, imaginary: base + 3 * Self.frameLength)
                var power = [Float](repeating: 0, count: Self.bins)
                for start in stride(from: first, to: Self.frames, by: Self.framesPerTransform) {
                    load(start, audio, into: data)
                    let spectrum = transform.transform(data, scratch: scratch)
                    for offset in 0..<min(Self.framesPerTransform, Self.frames - start) {
                        Self.power(of: offset, spectrum, into: &power)
                        project(power, frame: start + offset, into: features)
                    }
                }
            }
        }
        for band in 0..<Self.bands {
            for frame in 0..<first { features[band * Self.frames + frame] = features[band * Self.frames + first] }
        }
        let floor = (features.max() ?? 0) - 8
        for index in features.indices { features[index] = (max(features[index], floor) + 4) / 4 }
    }

    /// Mean 0, variance 1, over padding and recording together, plus the reflected ends.
    private static func normalised(_ recording: ArraySlice<Float>, padding: Int) -> [Float] {
        func sane(_ sample: Float) -> Float { sample.isFinite ? min(max(sample, -1), 1) : 0 }
        let mean = recording.reduce(0.0) { $0 + Double(sane($1)) } / Double(samples)
        let silence = Double(padding) * mean * mean
        let variance = (recording.reduce(silence) { $0 + (Double(sane($1)) - mean) * (Double(sane($1)) - mean) }) / Double(samples)
        let scale = 1 / (variance + 1e-7).squareRoot()
        let edge = frameLength / 2
        var audio = [Float](repeating: Float(-mean * scale), count: samples + 2 * edge)
        for (index, sample) in recording.enumerated() { audio[edge + padding + index] = Float((Double(sane(sample)) - mean) * scale) }
        for index in 0..<edge {
            audio[index] = audio[2 * edge - index]
            audio[edge + samples + index] = audio[edge + samples - 2 - index]
        }
        return audio
    }

    private func load(_ start: Int, _ audio: UnsafeBufferPointer<Float>, into data: FourierTransform.Buffer) {
        for index in 0..<Self.frameLength {
            var (real, imaginary) = (Lanes(), Lanes())
            for lane in 0..<4 {
                let one = (start + 2 * lane) * Self.hop + index
                let other = one + Self.hop
                if one < audio.count { real[lane] = audio[one] }
                if other < audio.count { imaginary[lane] = audio[other] }
            }
            data.real[index] = real * window[index]
            data.imaginary[index] = imaginary * window[index]
        }
    }

    /// The power spectrum of one of the two real sequences of a lane.
    private static func power(of offset: Int, _ spectrum: FourierTransform.Buffer, into power: inout [Float]) {
        let lane = offset / 2
        for bin in 0..<bins {
            let mirror = (frameLength - bin) % frameLength
            let (re, im) = (spectrum.real[bin][lane], spectrum.imaginary[bin][lane])
            let (mirrorRe, mirrorIm) = (spectrum.real[mirror][lane], spectrum.imaginary[mirror][lane])
            let (x, y) = offset.isMultiple(of: 2) ? (re + mirrorRe, im - mirrorIm) : (im + mirrorIm, mirrorRe - re)
            power[bin] = (x * x + y * y) / 4
        }
    }

    private func project(_ power: [Float], frame: Int, into features: UnsafeMutableBufferPointer<Float>) {
        for band in 0..<Self.bands {
            let filter = filters[band]
            var sum: Float = 0
            for (offset, weight) in filter.weights.enumerated() { sum += weight * power[filter.firstBin + offset] }
            features[band * Self.frames + frame] = log10(max(sum, 1e-10))
        }
    }

    /// Triangles with equal distances on Slaney's mel scale, each with area 2 / width.
    private static func makeFilters() -> [Band] {
        // Linear below 1 kHz (15 mel), logarithmic above.
        let step = log(6.4) / 27
        let highest = 15 + log(Double(sampleRate) / 2 / 1_000) / step
        let corners = (0..<bands + 2).map { index -> Double in
            let mel = highest * Double(index) / Double(bands + 1)
            return mel < 15 ? mel * 200 / 3 : 1_000 * exp(step * (mel - 15))
        }
        return (0..<bands).map { band in
            let (low, centre, high) = (corners[band], corners[band + 1], corners[band + 2])
            var firstBin = 0
            var weights: [Float] = []
            for bin in 0..<bins {
                let frequency = Double(bin) * Double(sampleRate) / Double(frameLength)
                let weight = min((frequency - low) / (centre - low), (high - frequency) / (high - centre)) * 2 / (high - low)
                guard weight > 0 else { continue }
                if weights.isEmpty { firstBin = bin }
                weights.append(Float(weight))
            }
            return Band(firstBin: firstBin, weights: weights)
        }
    }
}
