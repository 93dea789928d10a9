// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// A pronunciation written into the text: `[word](/phonemes/)`.
struct PronunciationOverride: Equatable {
    /// Where it stands, brackets included.
    let range: Range<Int>
    let word: String
    /// nil where the parentheses hold something else than `/…/`: then the word is read as usual.
    let phonemes: String?

    /// All of a text, in order. One pass: each closing bracket is searched for once.
    static func all(in text: [Unicode.Scalar]) -> [PronunciationOverride] {
        var result: [PronunciationOverride] = []
        var position = 0
        var close = -1
        var end = -1
        while let open = text[position...].firstIndex(of: "[") {
            position = open + 1
            if close <= open {
                guard let next = text[position...].firstIndex(of: "]") else { break }
                close = next
            }
            guard close > position, close + 1 < text.count, text[close + 1] == "(" else { continue }
            if end <= close {
                guard let next = text[(close + 2)...].firstIndex(of: ")") else { break }
                end = next
            }
            let inside = text[(close + 2)..<end]
            var phonemes: String?
            if inside.count > 1, inside.first == "/", inside.last == "/" {
                let kept = inside.dropFirst()
                phonemes = String(scalars: kept[..<(kept.lastIndex { $0 != "/" }.map { $0 + 1 } ?? kept.startIndex)])
            }
            result.append(PronunciationOverride(range: open..<end + 1, word: String(scalars: text[position..<close]), phonemes: phonemes))
            position = end + 1
        }
        return result
    }
}
