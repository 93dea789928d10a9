public import VoiceEngine

/// English text to speech with hibari's voice `heart` on ONNX Runtime and signal processing of our own.
///
/// The same sentence always gives the same samples. One value serves every call; work runs on own threads.
public struct SpeechSynthesizer: TextToSpeech {
    /// The longest text of one call: about two minutes of speech. `sentences(of:)` returns far shorter pieces.
    public static let longestText = 2_000
    /// Sentences beyond this many characters are cut at a clause: the listener hears the first part sooner, and twenty
    /// seconds in one breath sound like a machine.
    static let longestSentence = 300

    public let voices = ["heart"]

    let model: HibariModel
    private let pronouncer: Pronouncer
    private let workers: SpeechWorkers
    private let cache = SentenceCache()

    init(model: HibariModel, pronouncer: Pronouncer, workers: SpeechWorkers) {
        self.model = model
        self.pronouncer = pronouncer
        self.workers = workers
    }

    /// - Throws: `SpeechModelError`; `.cancelled` soon after the task is cancelled, `.overloaded` when too much waits,
    ///   `.textTooLong` beyond `longestText`.
    public func synthesize(_ sentence: String, voice: String, speed: Double) async throws -> [Int16] {
        guard sentence.unicodeScalars.count <= Self.longestText else {
            throw SpeechModelError(.textTooLong, "A sentence may have at most \(Self.longestText) characters.")
        }
        let rate = Float(speed.isFinite ? min(max(speed, 0.25), 1.5) : 1)
        let key = SentenceCache.Key(sentence: sentence, voice: voices[0], speed: rate)
        if let samples = cache.samples(for: key) { return samples }
        let (model, pronouncer) = (model, pronouncer)
        let samples = try await workers.run { (options) throws(SpeechModelError) in
            try model.speak(pronouncer.phonemes(of: sentence), speed: rate, options: options)
        }
        cache.insert(samples, for: key)
        return samples
    }

    public func sentences(of text: String) -> [String] {
        SentenceSplitter().sentences(of: text).flatMap(Self.clauses)
    }

    /// Cuts a very long sentence behind clause punctuation, else at a space, else anywhere.
    static func clauses(of sentence: String) -> [String] {
        var parts: [String] = []
        var rest = sentence[...]
        while rest.count > longestSentence {
            let window = rest.prefix(longestSentence)
            let late = window.dropFirst(longestSentence / 4)
            let cut = late.lastIndex(where: { ",;:—".contains($0) }) ?? window.lastIndex(where: \.isWhitespace)
            let end = cut.map { rest.index(after: $0) } ?? window.endIndex
            parts.append(String(rest[..<end]))
            rest = rest[end...].drop(while: \.isWhitespace)
        }
        parts.append(String(rest))
        return parts.filter { $0.contains(where: { !$0.isWhitespace }) }
    }
}
