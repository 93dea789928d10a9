/// How much of a sentence was heard before it was cut off. Pure.
///
/// Our engine says so itself: the transcript of an interrupted reply holds what was heard. Others send all that was
/// generated, so the text is bounded by the time that was audible.
enum HeardText {
    /// Characters a second at a quick pace (about 270 words a minute). Nothing speaks faster, so a text below this bound
    /// is believed.
    static let fastestCharactersPerSecond = 25
    /// Characters a second at a usual pace (about 170 words a minute), for a text that is known to be longer than heard.
    static let usualCharactersPerSecond = 16

    /// The longest beginning of `text` that ends with a word and fits into `milliseconds`.
    static func prefix(of text: String, milliseconds: Int64, charactersPerSecond: Int) -> String {
        let room = max(0, milliseconds) * Int64(charactersPerSecond) / 1000
        guard Int64(text.count) > room else { return text }
        let cut = text.index(text.startIndex, offsetBy: Int(room))
        // A word that was begun was not heard as a word.
        let wordEnd = text[..<cut].lastIndex(where: \.isWhitespace) ?? text.startIndex
        let atBoundary = text[cut].isWhitespace ? cut : wordEnd
        return String(text[..<atBoundary])
    }

    /// The part of `whole` that `heard` is, from 0 to 1, by length.
    static func fraction(of whole: String, heard: String) -> Double {
        whole.isEmpty ? 0 : min(1, Double(heard.count) / Double(whole.count))
    }
}
