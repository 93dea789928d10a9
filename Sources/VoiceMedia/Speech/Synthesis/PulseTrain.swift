/// The sound of the vocal cords: a train of band-limited pulses at the given fundamental frequency.
enum PulseTrain {
    static let sampleRate = 24_000
    /// Samples of one frame: 12.5 ms.
    static let hop = 300
    /// At or below this frequency (Hz) there is no voice.
    static let lowestVoice = 40.0
    /// Harmonics are added up to this frequency (Hz).
    static let highestHarmonic = 11_000.0

    /// Writes `frequencies.count × hop` samples.
    ///
    /// The frequency is interpolated linearly between the middles of frames. The sum of the cosines of H harmonics has the
    /// closed form sin((H + ½)t) / (2 sin(t/2)) − ½ (Dirichlet kernel).
    static func write(_ frequencies: UnsafeBufferPointer<Float>, to samples: UnsafeMutableBufferPointer<Float>) {
        let count = frequencies.count
        guard count > 0, samples.count >= count * hop else { return }
        // In turns. Single precision would drift audibly over a long sentence.
        var phase = 0.0
        var sample = 0
        while sample < count * hop {
            var turns = Lanes()
            var kernelTurns = Lanes()
            var harmonics = Lanes()
            var voiced = Lanes()
            // 300 is a multiple of four, so the four samples belong to one frame.
            let frame = sample / hop
            for lane in 0..<4 {
                let position = (Double(sample + lane - frame * hop) + 0.5) / Double(hop) - 0.5
                let neighbour = position < 0 ? max(frame - 1, 0) : min(frame + 1, count - 1)
                let weight = position.magnitude
                let frequency = Double(frequencies[frame]) * (1 - weight) + Double(frequencies[neighbour]) * weight
                let isVoiced = frequency > lowestVoice
                let limited = isVoiced ? min(frequency, highestHarmonic) : lowestVoice
                phase += limited / Double(sampleRate)
                if phase >= 1 { phase -= 1 }
                // Around zero, where single precision is finest: the quotient's divisor vanishes there.
                let centred = phase > 0.5 ? phase - 1 : phase
                let harmonic = Double(Int(highestHarmonic / limited)) + 0.5
                let product = centred * harmonic
                turns[lane] = Float(centred)
                kernelTurns[lane] = Float(product - Double(Int(product)))
                harmonics[lane] = Float(harmonic)
                voiced[lane] = isVoiced ? 1 : 0
            }
            let divisor = LaneMath.cosineAndSine(turns: turns * 0.5).sine * 2
            let kernel = LaneMath.cosineAndSine(turns: kernelTurns).sine
            // Near whole turns both are almost zero; the limit of the quotient is H + ½.
            let isNear = (divisor .<= 2e-3) .& (divisor .>= -2e-3)
            let quotient = kernel / LaneMath.select(isNear, Lanes(repeating: 1), divisor)
            let value = (LaneMath.select(isNear, harmonics, quotient) - 0.5) * voiced
            for lane in 0..<4 { samples[sample + lane] = value[lane] }
            sample += 4
        }
    }
}
