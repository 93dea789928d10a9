/// Finds texts that a recogniser made of noise: words that cannot have been said in the speech that there was.
enum InventedText {
    /// Words a second that no human speaks over a whole utterance. Fast conversational English has 5.
    static let mostWordsPerSecond = 8
    /// Words allowed on top, for rounding on short utterances.
    static let spareWords = 1
    /// Speech detected for less than this (a quarter of a second) holds one syllable or two.
    static let faintWindows = 8
    /// One phrase, so many times in a row, is a decoder in a loop.
    static let mostRepeats = 6
    /// The longest phrase that is looked for.
    static let longestPhrase = 6

    /// What recognisers say when they hear nothing: the ends of the videos that they were trained on.
    private static let phantoms: Set<String> = [
        "you", "thank you", "thanks", "thanks for watching", "thank you for watching", "thank you very much", "bye", "bye bye", "so",
        "the", "please subscribe", "i'm sorry", "oh", "i", "a",
    ]

    /// The text, or "" when it is invented.
    ///
    /// - Parameter voicedWindows: windows of the segment that held speech.
    static func removed(from text: String, voicedWindows: Int) -> String {
        let words = SpokenWords(text).words
        guard !words.isEmpty else { return "" }
        let milliseconds = max(0, voicedWindows) * SpeechWindow.milliseconds
        if words.count > spareWords + 1 + milliseconds * mostWordsPerSecond / 1_000 { return "" }
        if voicedWindows < faintWindows, phantoms.contains(words.joined(separator: " ")) { return "" }
        return isLoop(words) ? "" : text
    }

    /// Whether the whole text is one phrase again and again.
    private static func isLoop(_ words: [String]) -> Bool {
        for length in 1...longestPhrase where words.count >= length * mostRepeats {
            if zip(words, words.dropFirst(length)).allSatisfy(==) { return true }
        }
        return false
    }
}
