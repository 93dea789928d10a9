/// The words of a recognised text, for comparing them with lists: lower case, without punctuation.
struct SpokenWords: Equatable {
    let words: [String]
    /// What stands at the very end: punctuation, or nothing.
    let ending: String

    init(_ text: String) {
        words = Self.words(of: text[...])
        let trimmed = text.reversed().drop(while: \.isWhitespace)
        ending = String(trimmed.prefix { !$0.isLetter && !$0.isNumber }.reversed())
    }

    static func words(of text: Substring) -> [String] {
        text.lowercased()
            .replacing("’", with: "'")
            .split { !($0.isLetter || $0.isNumber || $0 == "'") }
            .map(String.init)
    }

    func ends(with phrase: [String]) -> Bool {
        words.count >= phrase.count && words.suffix(phrase.count).elementsEqual(phrase)
    }

    func begins(with phrase: [String]) -> Bool { words.starts(with: phrase) }
}
