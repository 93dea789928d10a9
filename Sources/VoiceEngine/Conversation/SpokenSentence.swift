/// A sentence of a reply with its place in the audio, so that its words can be shown as they are spoken.
struct SpokenSentence: Equatable {
    /// Words per transcript delta: about one and a half seconds of speech.
    static let wordsPerDelta = 4

    var text: String
    /// Consecutive parts of the text; each but the first begins with a space.
    private(set) var deltas: [String] = []
    /// Sample offset at which each part begins, by its share of the characters.
    private(set) var cues: [Int] = []

    init(text: String, samples: Int) {
        self.text = text
        var characters = 0
        let words = text.split(separator: " ")
        for start in stride(from: 0, to: words.count, by: Self.wordsPerDelta) {
            let group = words[start..<min(start + Self.wordsPerDelta, words.count)].joined(separator: " ")
            cues.append(text.isEmpty ? 0 : samples * characters / text.count)
            deltas.append(deltas.isEmpty ? group : " " + group)
            characters += group.count + 1
        }
    }
}
