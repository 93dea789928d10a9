import Foundation

/// Phonemes of words that no lexicon has: a small character network whose output is collapsed as in connectionist
/// temporal classification (repeats once, blanks not at all).
///
/// A port of `oov.py` of hibari-tts 0.2.1 (Apache-2.0; its LICENSE and NOTICE lie in the models directory).
struct UnknownWordNetwork: Sendable {
    private struct Alphabet: Decodable {
        let `in`: [String]
        let out: [String]
        let maxlen: Int
    }

    private let session: OnnxSession
    /// Numbers of the letters; 0 is padding.
    private let letters: [Unicode.Scalar: Int64]
    /// Phonemes by number − 1; 0 is the blank.
    private let phonemes: [String]
    /// Letters after this many are not read.
    private let longest: Int

    init(network: ModelFile, alphabet: ModelFile, runtime: OnnxRuntime) throws(SpeechModelError) {
        let content = try alphabet.contents()
        let decoded: Alphabet
        do {
            decoded = try JSONDecoder().decode(Alphabet.self, from: content)
        } catch {
            throw .unusable(alphabet, cause: "\(error)")
        }
        guard (1...1_000).contains(decoded.maxlen) else { throw .unusable(alphabet, cause: "maxlen \(decoded.maxlen)") }
        letters = Dictionary(
            decoded.in.enumerated().compactMap { index, letter in letter.unicodeScalars.first.map { ($0, Int64(index + 1)) } },
            uniquingKeysWith: { first, _ in first }
        )
        phonemes = decoded.out
        longest = decoded.maxlen
        session = try OnnxSession(network, runtime: runtime, inputs: ["chars"], outputs: Self.outputs)
    }

    static let outputs = ["ids"]

    /// - Returns: nil when the word has no letter the network knows, or the network fails.
    func phonemes(of word: String) -> String? {
        let ids = word.unicodeScalars.compactMap { letters[$0] }.prefix(longest)
        guard !ids.isEmpty else { return nil }
        do {
            let input = try OnnxValue.integers([1, ids.count], runtime: session.runtime) { _ = $0.initialize(fromContentsOf: ids) }
            return try session.run([input])[0].withIntegers { numbers in
                var result = ""
                var previous: Int64 = 0
                for number in numbers {
                    if number != previous, number >= 1, number <= Int64(phonemes.count) { result += phonemes[Int(number) - 1] }
                    previous = number
                }
                return result
            }
        } catch {
            // One word unsaid is better than a sentence unsaid; the caller spells it.
            return nil
        }
    }
}
