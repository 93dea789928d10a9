/// A recognised turn cut into sentences and plain words, for the matchers of what a candidate wants.
struct SpokenWords {
    struct Sentence {
        /// Lower case, apostrophes straight, no other punctuation.
        var words: [String]
        /// The sign it ends with, if it ends with one.
        var end: Character?
    }

    let sentences: [Sentence]
    var words: [String] { sentences.flatMap(\.words) }

    /// Unicode scalars that are looked at, counted from the end. Characters are no measure: one can be of any length.
    private static let longest = 4000

    /// Looks at the end of the text only: whatever a candidate wants now stands at the end.
    init(_ text: String) {
        var sentences: [Sentence] = []
        var current = Sentence(words: [])
        var word = ""
        func finishWord() {
            if !word.isEmpty { current.words.append(word) }
            word = ""
        }
        for character in String(text.unicodeScalars.suffix(Self.longest)) {
            switch character {
            case _ where character.isLetter || character.isNumber:
                word += character.lowercased()
            case "'", "’":
                if !word.isEmpty { word += "'" }
            case ".", "!", "?", "…", "。", "？":
                finishWord()
                if current.words.isEmpty {
                    // "…" and "..." end the sentence before them openly.
                    if let last = sentences.indices.last, character == "." || character == "…" { sentences[last].end = "…" }
                } else {
                    current.end = character
                    sentences.append(current)
                    current = Sentence(words: [])
                }
            case ",", ";", ":", "-", "–", "—":
                finishWord()
                current.end = current.words.isEmpty ? nil : character
                continue
            default:
                finishWord()
                continue
            }
            if current.words.isEmpty == false || !word.isEmpty { current.end = nil }
        }
        finishWord()
        if !current.words.isEmpty { sentences.append(current) }
        self.sentences = sentences
    }
}

extension Array where Element == String {
    /// Whether the phrase occurs in one piece.
    func contains(phrase: [String]) -> Bool { range(of: phrase) != nil }

    /// Where the phrase first occurs.
    func range(of phrase: [String]) -> Range<Int>? {
        guard !phrase.isEmpty, phrase.count <= count else { return nil }
        for start in 0...(count - phrase.count) where self[start..<(start + phrase.count)].elementsEqual(phrase) {
            return start..<(start + phrase.count)
        }
        return nil
    }
}
