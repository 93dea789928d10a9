import Foundation

/// The five spectra and the fundamental frequency that the network predicts, one column per frame of 12.5 ms.
///
/// Each spectrum is 601 rows of `frames` numbers. The pointers are valid during one call.
struct HibariSpectra {
    let frames: Int
    /// Logarithm of the magnitude of the voiced part.
    let harmonic: UnsafePointer<Float>
    /// Phase of the voiced part: π · tanh of it is added.
    let harmonicPhase: UnsafePointer<Float>
    /// Logarithm of the magnitude of the noise.
    let noise: UnsafePointer<Float>
    /// Logarithm of the magnitude, and the phase in radians, of the part with free phase.
    let free: UnsafePointer<Float>
    let freePhase: UnsafePointer<Float>
    /// Fundamental frequency in Hz, one number per frame.
    let frequency: UnsafePointer<Float>
}

/// From predicted spectra to sound: pulse train, short-time Fourier transform, filtering, noise, inverse transform.
///
/// A port of `dsp.py` of hibari-tts 0.2.1 (Apache-2.0; its LICENSE and NOTICE lie in the models directory). Length of the
/// transform 1200, hop 300, periodic Hann window, 24 kHz. Eight frames are worked on at once: four in the lanes, and two
/// sets of four as real and imaginary part of one complex transform.
enum HibariVocoder {
    static let length = 1_200
    static let hop = 300
    static let bins = 601
    private static let block = 8
    /// Exponents are limited to this: an outlier of the network must not become a bang.
    private static let largestExponent: Float = 7

    private static let transform = FourierTransform(radices: [4, 4, 3, 5, 5])
    private static let window: [Float] = (0..<length).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length))) }

    /// Frames times hop samples, 24 kHz, peaks around 0.3.
    static func samples(of spectra: HibariSpectra, options: OnnxRunOptions) throws(SpeechModelError) -> [Float] {
        let frames = spectra.frames
        let count = frames * hop
        // Reflection at the ends needs more than half a window.
        guard count > length / 2 else { return [] }
        let padded = paddedPulses(spectra)
        let workspace = Workspace()
        var noise = SeededNoise()
        var sum = [Float](repeating: 0, count: count + length)
        var first = 0
        while first < frames {
            try options.checkCancellation()
            padded.withUnsafeBufferPointer { pulses in
                sum.withUnsafeMutableBufferPointer { sum in
                    synthesize(first, spectra, pulses, workspace, &noise, sum)
                }
            }
            first += block
        }
        return normalized(sum, frames: frames)
    }

    /// The pulse train, mirrored by half a window at both ends, with zeros for the frames that fill the last block.
    private static func paddedPulses(_ spectra: HibariSpectra) -> [Float] {
        let half = length / 2
        let count = spectra.frames * hop
        var padded = [Float](repeating: 0, count: count + length + block * hop)
        padded.withUnsafeMutableBufferPointer { buffer in
            let inner = UnsafeMutableBufferPointer(rebasing: buffer[half..<half + count])
            PulseTrain.write(UnsafeBufferPointer(start: spectra.frequency, count: spectra.frames), to: inner)
            for offset in 1...half {
                buffer[half - offset] = inner[offset]
                buffer[half + count - 1 + offset] = inner[count - 1 - offset]
            }
        }
        return padded
    }

    /// Adds eight frames to the sum.
    private static func synthesize(
        _ first: Int,
        _ spectra: HibariSpectra,
        _ pulses: UnsafeBufferPointer<Float>,
        _ workspace: Workspace,
        _ noise: inout SeededNoise,
        _ sum: UnsafeMutableBufferPointer<Float>
    ) {
        let (scale, inverseScale) = (1 / Float(hop), 1 / Float(length))
        let (a, b) = (first * hop, (first + 4) * hop)
        window.withUnsafeBufferPointer { window in
            for n in 0..<length {
                let factor = window[n] * scale
                workspace.data.real[n] = gather(pulses, a + n) * factor
                workspace.data.imaginary[n] = gather(pulses, b + n) * factor
            }
            let spectrum = transform.transform(workspace.data, scratch: workspace.scratch)
            filter(spectrum, first, spectra, &noise)
            // Exchanging the parts before and after makes the transform its own inverse.
            let other = spectrum.real == workspace.data.real ? workspace.scratch : workspace.data
            let signal = transform.transform(spectrum.exchanged, scratch: other.exchanged).exchanged
            let valid = min(block, spectra.frames - first)
            for n in 0..<length {
                let factor = window[n] * inverseScale
                let (early, late) = (signal.real[n] * factor, signal.imaginary[n] * factor)
                for lane in 0..<min(4, valid) { sum[a + lane * hop + n] += early[lane] }
                for lane in 0..<max(0, valid - 4) { sum[b + lane * hop + n] += late[lane] }
            }
        }
    }

    /// One number for each of four frames.
    @inline(__always)
    private static func gather(_ samples: UnsafeBufferPointer<Float>, _ place: Int) -> Lanes {
        Lanes(samples[place], samples[place + hop], samples[place + 2 * hop], samples[place + 3 * hop])
    }

    /// Replaces the spectrum of the pulses by the spectrum of the speech.
    ///
    /// With Z the transform of (frames a) + i (frames b), bin k of a is (Z[k] + Z*[n−k]) / 2, of b (Z[k] − Z*[n−k]) / 2i.
    private static func filter(
        _ buffer: FourierTransform.Buffer,
        _ first: Int,
        _ spectra: HibariSpectra,
        _ noise: inout SeededNoise
    ) {
        let (re, im) = (buffer.real, buffer.imaginary)
        for bin in 0..<bins {
            let mirror = bin == 0 ? 0 : length - bin
            let (zr, zi, mr, mi) = (re[bin], im[bin], re[mirror], im[mirror])
            var (ar, ai) = voice((zr + mr) * 0.5, (zi - mi) * 0.5, bin, first, spectra, &noise)
            var (br, bi) = voice((zi + mi) * 0.5, (mr - zr) * 0.5, bin, first + 4, spectra, &noise)
            if bin == 0 || bin == bins - 1 { (ai, bi) = (Lanes(), Lanes()) }
            // And back: Z = a + i b, with the mirrored bins as conjugates.
            re[mirror] = ar + bi
            im[mirror] = br - ai
            re[bin] = ar - bi
            im[bin] = ai + br
        }
    }

    /// S = pulses · e^lh · e^(iπ tanh θ) + e^ln · noise + e^lr · e^(iφ), for one bin of four frames.
    @inline(__always)
    private static func voice(
        _ re: Lanes,
        _ im: Lanes,
        _ bin: Int,
        _ frame: Int,
        _ spectra: HibariSpectra,
        _ noise: inout SeededNoise
    ) -> (Lanes, Lanes) {
        let row = bin * spectra.frames
        let valid = min(4, spectra.frames - frame)
        guard valid > 0 else { return (Lanes(), Lanes()) }
        let harmonic = magnitude(load(spectra.harmonic + row + frame, valid))
        let turn = LaneMath.cosineAndSine(turns: LaneMath.tanh(load(spectra.harmonicPhase + row + frame, valid)) * 0.5)
        let hiss = magnitude(load(spectra.noise + row + frame, valid))
        let free = magnitude(load(spectra.free + row + frame, valid))
        let phase = LaneMath.cosineAndSine(turns: load(spectra.freePhase + row + frame, valid) * 0.159_154_94)
        let (cosine, sine) = (turn.cosine * harmonic, turn.sine * harmonic)
        return (
            re * cosine - im * sine + hiss * noise.next() + free * phase.cosine,
            re * sine + im * cosine + hiss * noise.next() + free * phase.sine
        )
    }

    @inline(__always)
    private static func magnitude(_ exponent: Lanes) -> Lanes {
        let limit = Lanes(repeating: largestExponent)
        return LaneMath.exp(LaneMath.select(exponent .> limit, limit, exponent))
    }

    @inline(__always)
    private static func load(_ numbers: UnsafePointer<Float>, _ valid: Int) -> Lanes {
        if valid == 4 { return UnsafeRawPointer(numbers).loadUnaligned(as: Lanes.self) }
        var lanes = Lanes()
        for lane in 0..<valid { lanes[lane] = numbers[lane] }
        return lanes
    }

    /// Divides by the summed squared windows and drops the half window in front.
    private static func normalized(_ sum: [Float], frames: Int) -> [Float] {
        var weights = [Float](repeating: 0, count: sum.count)
        for frame in 0..<frames {
            for n in 0..<length { weights[frame * hop + n] += window[n] * window[n] }
        }
        let half = length / 2
        return (half..<half + frames * hop).map { sum[$0] / max(weights[$0], 1e-11) }
    }

    /// Room for one block, allocated once per sentence.
    private final class Workspace {
        private let memory: UnsafeMutablePointer<Lanes>
        let data: FourierTransform.Buffer
        let scratch: FourierTransform.Buffer

        init() {
            memory = .allocate(capacity: 4 * HibariVocoder.length)
            memory.initialize(repeating: Lanes(), count: 4 * HibariVocoder.length)
            data = .init(real: memory, imaginary: memory + HibariVocoder.length)
            scratch = .init(real: memory + 2 * HibariVocoder.length, imaginary: memory + 3 * HibariVocoder.length)
        }

        deinit { memory.deallocate() }
    }
}
