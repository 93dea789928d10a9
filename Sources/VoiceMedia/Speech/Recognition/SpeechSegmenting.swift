/// Cutting a recording where it is quietest, and telling silence from sound. Works on 16 kHz mono samples.
enum SpeechSegmenting {
    /// Length of the windows in which energy is measured: 20 ms.
    static let window = 320
    /// Below this loudness (root mean square, −57 dBFS) in every window a recording is silence. Speech through a
    /// browser's gain control is far louder; the recogniser makes words of digital silence ("You").
    static let silence: Float = 0.0014
    /// A sound that is to be recognised lasts at least this many windows above the limit: 60 ms. A click is shorter.
    static let fewestLoudWindows = 3
    /// A cut is made in a stretch of this many windows (100 ms), the quietest of the allowed ones.
    static let cutWindows = 5

    /// Mean square of each whole window.
    static func energies(_ samples: UnsafeBufferPointer<Float>) -> [Float] {
        (0..<samples.count / window).map { index in
            var sum: Float = 0
            for position in index * window..<(index + 1) * window { sum += samples[position] * samples[position] }
            return sum / Float(window)
        }
    }

    static func isSilent(_ energies: [Float]) -> Bool {
        energies.count { $0 > silence * silence } < fewestLoudWindows
    }

    /// The sample in the middle of the quietest 100 ms of a range.
    static func quietestSample(in range: Range<Int>, energies: [Float]) -> Int {
        let first = range.lowerBound / window
        let last = min(range.upperBound / window, energies.count) - cutWindows
        guard first <= last else { return range.lowerBound + range.count / 2 }
        var best = first
        var lowest = Float.infinity
        for start in first...last {
            let sum = energies[start..<start + cutWindows].reduce(0, +)
            if sum < lowest { (best, lowest) = (start, sum) }
        }
        return best * window + cutWindows * window / 2
    }

    /// Ranges of at most `longest` samples that cover the recording. Each cut is made at the quietest point of the last
    /// third of what a piece may be long, so that pieces stay long: the recogniser needs context.
    static func pieces(count: Int, longest: Int, energies: [Float]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        while count - start > longest {
            let cut = quietestSample(in: start + longest * 2 / 3..<start + longest, energies: energies)
            pieces.append(start..<cut)
            start = cut
        }
        pieces.append(start..<count)
        return pieces
    }
}
