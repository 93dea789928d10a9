import Foundation

/// The voice: from phonemes to samples. Everything runs on the calling thread.
struct HibariModel: Sendable {
    /// Between the parts of a sentence that was cut: 120 ms, a comma's pause.
    static let clauseGap = 2_880
    static let inputs = ["ids", "speed"]
    static let outputs = ["lh", "theta", "ln", "lr", "phi", "f0"]

    private let session: OnnxSession
    /// Numbers of the phonemes, by Unicode scalar: a combining mark is a phoneme of its own.
    private let vocabulary: [Unicode.Scalar: Int64]

    init(session: OnnxSession, vocabulary file: ModelFile) throws(SpeechModelError) {
        let content = try file.contents()
        let table: [String: Int64]
        do {
            table = try JSONDecoder().decode([String: Int64].self, from: content)
        } catch {
            throw .unusable(file, cause: "\(error)")
        }
        vocabulary = Dictionary(
            table.compactMap { key, number in key.unicodeScalars.first.map { ($0, number) } },
            uniquingKeysWith: { first, _ in first }
        )
        self.session = session
    }

    /// Speaks phonemes of any length; levelled, without silence around. Unknown symbols are left out.
    func speak(_ phonemes: String, speed: Float, options: OnnxRunOptions) throws(SpeechModelError) -> [Int16] {
        var result: [Int16] = []
        for part in SentenceSplitter().pieces(ofPhonemes: phonemes) {
            let samples = SpeechLeveling.finish(try synthesize(part, speed: speed, options: options))
            if !result.isEmpty, !samples.isEmpty { result.append(contentsOf: repeatElement(0, count: Self.clauseGap)) }
            result.append(contentsOf: samples)
        }
        return result
    }

    private func synthesize(_ phonemes: String, speed: Float, options: OnnxRunOptions) throws(SpeechModelError) -> [Float] {
        let known = phonemes.unicodeScalars.filter { vocabulary[$0] != nil }
        // Punctuation alone is nothing to say.
        guard known.contains(where: \.properties.isAlphabetic) else { return [] }
        let ids = [0] + known.compactMap { vocabulary[$0] } + [0]
        let runtime = session.runtime
        let input = try OnnxValue.integers([1, ids.count], runtime: runtime) { _ = $0.initialize(fromContentsOf: ids) }
        let rate = try OnnxValue.floats([1], runtime: runtime) { $0[0] = speed }
        let outputs = try session.run([input, rate], options: options)
        let shapes = try outputs.map { (value) throws(SpeechModelError) in try value.floatDimensions() }
        guard let frames = shapes[5].last, shapes[5] == [1, frames], shapes[..<5].allSatisfy({ $0 == [1, HibariVocoder.bins, frames] })
        else { throw .mismatch("outputs \(shapes)") }
        guard frames > 0 else { return [] }
        let bases = try outputs.map { (value) throws(SpeechModelError) -> UnsafePointer<Float> in
            try value.withFloats { (numbers) throws(SpeechModelError) in
                guard let base = numbers.baseAddress else { throw .mismatch("empty output") }
                return base
            }
        }
        // The pointers stay valid as long as the values do.
        return try withExtendedLifetime(outputs) { () throws(SpeechModelError) in
            try HibariVocoder.samples(
                of: HibariSpectra(
                    frames: frames,
                    harmonic: bases[0],
                    harmonicPhase: bases[1],
                    noise: bases[2],
                    free: bases[3],
                    freePhase: bases[4],
                    frequency: bases[5]
                ),
                options: options
            )
        }
    }
}
