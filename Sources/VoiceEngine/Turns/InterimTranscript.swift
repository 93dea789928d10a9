/// Turns flickering hypotheses about an unfinished turn into text that only grows: the words on which two successive
/// hypotheses agree. What was shown is never taken back.
struct InterimTranscript {
    private var last: [Substring] = []
    private var shown: [String] = []

    /// - Returns: what can be appended to the text shown so far; nil when nothing is certain enough.
    mutating func update(_ hypothesis: String) -> String? {
        let words = hypothesis.split(separator: " ")
        let agreed = zip(words, last).prefix { Self.key($0) == Self.key($1) }.count
        last = words
        guard agreed > shown.count, continues(words) else { return nil }
        var new = words[shown.count..<agreed].map(String.init)
        // The full stop behind the last word only says that the audio ends there.
        if agreed == words.count, let final = new.popLast() { new.append(Self.withoutStop(final)) }
        return append(new)
    }

    /// The turn has ended.
    ///
    /// - Returns: what is left of the final text behind what was shown; nil when nothing is, or when the final text turned out
    ///   differently (it is sent as a whole in any case).
    mutating func finish(_ final: String) -> String? {
        let words = final.split(separator: " ")
        guard words.count > shown.count, continues(words) else { return nil }
        return append(words[shown.count...].map(String.init))
    }

    var isEmpty: Bool { shown.isEmpty }

    private func continues(_ words: [Substring]) -> Bool {
        words.count >= shown.count && zip(words, shown).allSatisfy { Self.key($0) == Self.key($1) }
    }

    private mutating func append(_ new: [String]) -> String {
        let text = new.joined(separator: " ")
        defer { shown += new }
        return shown.isEmpty ? text : " " + text
    }

    /// Punctuation and capitals depend on what follows; the word does not. A word that is nothing else stands for itself.
    private static func key(_ word: some StringProtocol) -> String {
        let key = word.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "'" }
        return key.isEmpty ? String(word) : key
    }

    private static func withoutStop(_ word: String) -> String {
        let kept = word.reversed().drop { ".,!?…".contains($0) }
        return kept.isEmpty ? word : String(kept.reversed())
    }
}
