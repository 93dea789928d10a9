import Foundation

/// Turns of people with the pauses that they made themselves (`scripts/fetch-human-turns`).
enum HumanTurns {
    /// 10 ms.
    private static let window = 160
    /// A window is silent below this share of the energy that one window in ten exceeds: 26 dB.
    private static let silent: Float = 0.0025
    /// Shorter silences are stops and breaths, in windows.
    private static let shortestPause = 30
    private static let ending = [Float](repeating: 0, count: 48_000)

    /// The turns in a folder, in the order of their names. A name that ends with "-open" tells that the end of the turn is not known.
    static func read(_ folder: String) throws -> [Recording] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".wav") }.sorted().map { name in
            recording(of: try readWave(folder + "/" + name), hasEnd: !name.hasSuffix("-open.wav"))
        }
    }

    private static func recording(of speech: [Float], hasEnd: Bool) -> Recording {
        let energies = stride(from: 0, to: max(0, speech.count - window), by: window)
            .map { start in speech[start..<start + window].reduce(0) { $0 + $1 * $1 } }
        let floor = silent * (energies.sorted().dropFirst(energies.count * 9 / 10).first ?? 0)
        let loud = energies.indices.filter { energies[$0] > floor }
        let lead = 8_000
        func time(_ index: Int) -> Double { Double(lead + index * window) / 16 }
        var marks: [(start: Double, resumption: Double?)] = []
        for (last, next) in zip(loud, loud.dropFirst()) where next - last > shortestPause { marks.append((time(last + 1), time(next))) }
        marks.append((time((loud.last ?? 0) + 1), nil))
        var recording = Recording(samples: [Float](repeating: 0, count: lead) + speech + ending, pauses: marks, hasEnd: hasEnd)
        recording.addNoise()
        return recording
    }
}
