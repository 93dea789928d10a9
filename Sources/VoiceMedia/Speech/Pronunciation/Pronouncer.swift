// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

import Foundation

/// Spells a text in the phoneme alphabet of the voice (`vocab.json`), American English.
///
/// Immutable after `init`, so it may be called from several threads. A call takes about half a millisecond per sentence, plus what
/// `unknownWord` takes for each word that the lexicon lacks. Symbols that nothing can read are skipped.
///
/// `[word](/phonemes/)` in a text sets a pronunciation by hand. Other Markdown is removed.
struct Pronouncer: Sendable {
    private let normalizer: Normalizer
    private let tokenizer: Tokenizer
    private let tagger: PartOfSpeechTagger
    private let lexicon: Lexicon
    private let unknownWords: UnknownWordReader

    /// Reads about 3 MB of compressed tables: a few hundred milliseconds of work for the calling thread.
    ///
    /// - Parameters:
    ///   - directory: the folder with `normalize.json`, `tokenizer_exceptions.json`, `tagger.json.gz` and the two `lexicon_us_*.json.gz`.
    ///   - unknownWord: phonemes of a word that the lexicon lacks, from the character network; nil to skip the word.
    init(directory: URL, unknownWord: @escaping @Sendable (String) -> String?) throws(PronunciationDataError) {
        let files = PronunciationFiles(directory: directory)
        func load<Value>(
            _ name: String,
            _ make: ([UInt8], String) throws(PronunciationDataError) -> Value
        ) throws(PronunciationDataError) -> Value {
            try make(try files.bytes(of: name), name)
        }
        self.init(
            normalizer: Normalizer(tables: try load("normalize.json", NormalizerTables.init(json:file:))),
            tokenizer: try load("tokenizer_exceptions.json", Tokenizer.init(json:file:)),
            tagger: try load("tagger.json.gz", PartOfSpeechTagger.init(json:file:)),
            lexicon: Lexicon(
                gold: try load("lexicon_us_gold.json.gz", LexiconDictionary.init(json:file:)),
                silver: try load("lexicon_us_silver.json.gz", LexiconDictionary.init(json:file:))
            ),
            unknownWord: unknownWord
        )
    }

    init(
        normalizer: Normalizer,
        tokenizer: Tokenizer,
        tagger: PartOfSpeechTagger,
        lexicon: Lexicon,
        unknownWord: @escaping @Sendable (String) -> String?
    ) {
        self.normalizer = normalizer
        self.tokenizer = tokenizer
        self.tagger = tagger
        self.lexicon = lexicon
        unknownWords = UnknownWordReader(lexicon: lexicon, network: unknownWord)
    }

    /// The phonemes of the whole text, one space where it had one, no blanks at the ends; empty when nothing can be spoken.
    func phonemes(of text: String) -> String {
        let plain = MarkdownStripper.plainText(of: text)
        let normalized = normalizer.normalize(TechnicalTerms.writtenOut(ScalarText(scalars: Array(plain.unicodeScalars))))
        var words = WordGrouping.words(from: tokens(of: normalized))
        // From the end: some words depend on the sound that follows.
        var context = SoundContext()
        for index in words.indices.reversed() {
            if words[index].count == 1 {
                pronounce(&words[index][0], &context)
            } else {
                pronounce(&words[index], &context)
            }
        }
        var result = String.UnicodeScalarView()
        for word in words {
            for scalar in Token.phonemes(of: word).unicodeScalars {
                // The model's alphabet has T for the flap and no glottal stop.
                result.append(scalar == "ɾ" ? "T" : scalar == "ʔ" ? "t" : scalar)
            }
            if word.last?.hasSpaceAfter == true { result.append(" ") }
        }
        let spoken = result.drop(while: \.isBlank)
        let end = spoken.lastIndex { !$0.isBlank }.map(spoken.index(after:)) ?? spoken.startIndex
        return String(spoken[..<end])
    }

    /// Tagged tokens; a hand-set pronunciation is one token.
    private func tokens(of text: ScalarText) -> [Token] {
        var result: [Token] = []
        var position = 0
        for override in PronunciationOverride.all(in: text.scalars) {
            result += taggedTokens(text.scalars[position..<override.range.lowerBound])
            position = override.range.upperBound
            result.append(Token(override.word, tag: "NN", hasSpaceAfter: text.isBlank(position), phonemes: override.phonemes))
        }
        return result + taggedTokens(text.scalars[position...])
    }

    private func taggedTokens(_ text: ArraySlice<Unicode.Scalar>) -> [Token] {
        var tokens = tokenizer.tokens(of: text)
        let tags = tagger.tags(of: tokens.map(\.text))
        for index in tokens.indices { tokens[index].tag = tags[index] }
        return tokens
    }

    private func pronounce(_ token: inout Token, _ context: inout SoundContext) {
        let phonemes = token.phonemes ?? lexicon.phonemes(of: token, context: context) ?? unknownWords.phonemes(of: token.text)
        token.phonemes = phonemes
        context = context.before(phonemes, of: token)
    }

    /// Looks for the longest parts of a word that the lexicon knows, from the right; if a part is unknown, the whole word is.
    private func pronounce(_ word: inout [Token], _ context: inout SoundContext) {
        let filter = SpanFilter(word)
        var left = 0
        var right = word.count
        while left < right {
            let merged = filter.mayBeKnown(left..<right) ? Token.merged(word[left..<right]) : nil
            if let merged, let phonemes = lexicon.phonemes(of: merged, context: context) {
                word[left].phonemes = phonemes
                for index in left + 1..<right { word[index].phonemes = "" }
                context = context.before(phonemes, of: merged)
                right = left
                left = 0
            } else if left + 1 < right {
                left += 1
            } else {
                right -= 1
                left = 0
                guard CompoundStress.isSilent(word[right].text) else {
                    for index in word.indices { word[index].phonemes = "" }
                    word[0].phonemes = unknownWords.phonemes(of: Token.text(of: word[...]))
                    return
                }
                word[right].phonemes = ""
            }
        }
        CompoundStress.resolve(&word)
    }
}
