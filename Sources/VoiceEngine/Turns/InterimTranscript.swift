/// Turns flickering hypotheses about an unfinished turn into text that only grows: the words on which two successive
/// hypotheses agree.
struct InterimTranscript {
    private var last: [Substring] = []
    private var shown: [Substring] = []

    /// - Returns: what can be appended to the text shown so far; nil when nothing is certain enough.
    mutating func update(_ hypothesis: String) -> String? {
        let words = hypothesis.split(separator: " ")
        let stable = zip(words, last).prefix { $0 == $1 }.map(\.0)
        last = words
        guard stable.count > shown.count, stable.starts(with: shown) else { return nil }
        let new = stable.dropFirst(shown.count).joined(separator: " ")
        defer { shown = Array(stable) }
        return shown.isEmpty ? new : " " + new
    }

    var isEmpty: Bool { shown.isEmpty }
}
