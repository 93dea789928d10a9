import Foundation

/// Puts pauses into recordings of people who read without any. Where they are put is silent, but not where a speaker would pause.
struct HumanPauses {
    /// 10 ms.
    private static let window = 160
    /// A place is quiet when it has less than this share of the recording's median energy over 30 ms: between words, or in a stop.
    private static let quiet: Float = 0.05
    /// From the beginning to the first pause, between two, and behind the last, in windows.
    private static let distance = 120
    private static let tail = 60
    /// Seconds, one after another over all recordings.
    private static let lengths = [0.3, 0.9, 0.5, 1.3, 0.7, 1.5, 1.1]

    /// Pauses made so far.
    private(set) var count = 0

    /// - Parameter speech: 16 kHz; what is faint at both ends is left out.
    mutating func recording(of speech: [Float]) -> Recording {
        let first = speech.firstIndex { abs($0) > 0.02 } ?? speech.startIndex
        let last = speech.lastIndex { abs($0) > 0.02 } ?? speech.endIndex - 1
        let voice = Array(speech[first..<last + 1])
        var samples = [Float](repeating: 0, count: 8_000)
        var marks: [(start: Double, resumption: Double?)] = []
        var start = 0
        for place in Self.places(in: voice) {
            samples += voice[start..<place]
            let pause = Self.lengths[count % Self.lengths.count]
            count += 1
            marks.append((Double(samples.count) / 16, Double(samples.count) / 16 + pause * 1_000))
            samples += [Float](repeating: 0, count: Int(pause * 16_000))
            start = place
        }
        samples += voice[start...]
        marks.append((Double(samples.count) / 16, nil))
        samples += [Float](repeating: 0, count: 48_000)
        var recording = Recording(samples: samples, pauses: marks)
        recording.addNoise()
        return recording
    }

    /// The quietest place of each stretch that is long enough.
    private static func places(in voice: [Float]) -> [Int] {
        let energies = stride(from: 0, to: max(0, voice.count - 3 * window), by: window)
            .map { start in voice[start..<start + 3 * window].reduce(0) { $0 + $1 * $1 } }
        guard let median = energies.sorted().dropFirst(energies.count / 2).first else { return [] }
        var places: [Int] = []
        var from = distance
        while from < energies.count - tail {
            let stretch = from..<min(from + distance, energies.count - tail)
            guard let quietest = stretch.min(by: { energies[$0] < energies[$1] }) else { break }
            guard energies[quietest] < quiet * median else {
                from = stretch.upperBound
                continue
            }
            // The middle of its 30 ms.
            places.append((quietest * window) + 3 * window / 2)
            from = quietest + distance
        }
        return places
    }
}
