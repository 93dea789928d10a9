import Foundation

/// Cuts the silence around a spoken sentence and brings it to the common loudness. 24 kHz mono.
enum SpeechLeveling {
    /// Energy is measured in windows of 5 ms.
    static let window = 120
    /// A window is speech when it is at most this far (dB) below the sentence's active level. The voice fades into a th or
    /// an f from −120 dB on over 80 ms; what lies further below than this is not heard in a call.
    static let silenceBelowActive: Float = 38
    /// Kept in front of the first window that is speech: 10 ms, so that no consonant is clipped.
    static let lead = 240
    /// Kept behind the last one: 60 ms, in which the last sound dies away.
    static let tail = 1_440
    /// Fades at both ends, 4 ms and 20 ms: a cut must not click.
    static let fadeIn = 96
    static let fadeOut = 480
    /// Root mean square of the active windows, −20 dBFS: loud enough beside a person in a call, with room for peaks.
    static let activeLevel: Float = 0.1
    /// No sample is larger than this: −1 dBFS, so that a lossy codec does not clip.
    static let peak: Float = 0.891
    /// Windows weaker than this part of the loudest one (30 dB below) are pauses and don't count for the level.
    static let activityRatio: Float = 0.001
    /// The gain is limited to +24 dB: what is weaker than that is no speech and should not become a roar.
    static let largestGain: Float = 16

    /// Trims, levels and converts. Empty when there is no sound in it.
    static func finish(_ samples: [Float]) -> [Int16] {
        var energies = [Float]()
        energies.reserveCapacity(samples.count / window + 1)
        var start = 0
        while start < samples.count {
            let end = min(start + window, samples.count)
            var sum: Float = 0
            for index in start..<end { sum += samples[index] * samples[index] }
            energies.append(sum / Float(end - start))
            start = end
        }
        guard let loudest = energies.max(), loudest.isFinite, loudest > 1e-8 else { return [] }
        let active = energies.filter { $0 >= loudest * activityRatio }
        let level = (active.reduce(0, +) / Float(active.count)).squareRoot()
        let threshold = level * level * pow(10, -silenceBelowActive / 10)
        guard let first = energies.firstIndex(where: { $0 > threshold }), let last = energies.lastIndex(where: { $0 > threshold })
        else { return [] }
        let range = max(0, first * window - lead)..<min(samples.count, (last + 1) * window + tail)
        let highest = samples[range].reduce(0) { max($0, $1.magnitude) }
        let gain = min(activeLevel / level, peak / highest, largestGain)
        let count = range.count
        return (0..<count).map { index in
            let fade = min(1, Float(index + 1) / Float(fadeIn), Float(count - index) / Float(fadeOut))
            let sample = samples[range.lowerBound + index] * gain * fade
            return Int16(max(-32_767, min(32_767, (sample * 32_767).rounded())))
        }
    }
}
