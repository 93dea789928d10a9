/// Tells listening noises ("mm-hm", "right", "I see") from words that want the floor.
///
/// English. A list and no model: the set is small and closed, and a wrong entry can be found and taken out.
enum Backchannel {
    /// More words than this are a remark, even if each of them alone is none.
    static let mostWords = 6

    private static let phrases: [[String]] = [
        "yeah", "yes", "yep", "yup", "ya", "right", "okay", "ok", "k", "sure", "alright", "all right", "i see", "i understand",
        "understood", "got it", "gotcha", "of course", "exactly", "absolutely", "definitely", "certainly", "indeed", "true", "correct",
        "good", "great", "nice", "cool", "perfect", "fine", "wow", "oh", "ah", "aha", "ooh", "really", "interesting", "fair enough",
        "makes sense", "make sense", "that makes sense", "makes sense to me", "sounds good", "i know", "no problem", "thanks", "thank you",
        "oh i see",
        "ah i see", "very good", "very nice", "that's right", "that is right", "that's true", "for sure", "go on", "uh", "um", "er", "erm",
        // The recogniser's reading of some "mm-hmm". Nobody asks for the floor with it.
        "mama",
    ].map { $0.split(separator: " ").map(String.init) }

    /// Whether the text consists of nothing but listening noises. An empty text is none.
    static func matches(_ text: String) -> Bool {
        let words = SpokenWords(text).words
        guard !words.isEmpty, words.count <= mostWords else { return false }
        var rest = words[...]
        var count = 0
        while !rest.isEmpty {
            guard let length = longestMatch(rest) else { return false }
            rest = rest.dropFirst(length)
            count += 1
        }
        // Several with a question mark are a question. One alone ("Right?") is the recogniser's reading of a rising voice.
        return count == 1 || !text.contains("?")
    }

    private static func longestMatch(_ words: ArraySlice<String>) -> Int? {
        if let first = words.first, isHum(first) { return 1 }
        return phrases.filter { words.starts(with: $0) }.map(\.count).max()
    }

    /// "mm", "hmm", "mhm", "mmhmm", "uhhuh", "huh": what recognisers make of a hum differs, its letters do not.
    private static func isHum(_ word: String) -> Bool {
        word.count <= 7 && word.allSatisfy { "mhu".contains($0) } && word.contains { $0 == "m" || $0 == "h" }
    }
}
