// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Stress and spacing of a word that was looked up in parts.
enum CompoundStress {
    /// Scalars that are silent inside a word.
    static let silent = Set("',-._‘’/".unicodeScalars)

    static func isSilent(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(silent.contains) }

    /// Closes what has no phonemes yet, decides whether the parts are spoken apart, and keeps about half of the main stresses.
    static func resolve(_ tokens: inout [Token]) {
        let text = Token.text(of: tokens[...])
        let kinds = Set(
            text.unicodeScalars.lazy.filter { !silent.contains($0) }.map { $0.isLetter ? 0 : $0.isASCIIDigit ? 1 : 2 }
        )
        let apart = kinds.count > 1 || text.utf8.contains(UInt8(ascii: " ")) || text.utf8.contains(UInt8(ascii: "/"))
        for index in tokens.indices {
            let text = tokens[index].text
            if tokens[index].phonemes != nil {
                if index > 0 { tokens[index].wantsSpaceBefore = apart }
            } else if index == tokens.count - 1, let mark = text.unicodeScalars.first, text.unicodeScalars.count == 1,
                PunctuationMarks.pauses.contains(mark)
            {
                tokens[index].phonemes = text
            } else if isSilent(text) {
                tokens[index].phonemes = ""
            }
        }
        if apart { return }
        let spoken = tokens.indices.compactMap { index -> (isMain: Int, weight: Int, index: Int)? in
            guard let phonemes = tokens[index].phonemes, !phonemes.isEmpty else { return nil }
            return (Stress.hasPrimary(phonemes) ? 1 : 0, Stress.weight(of: phonemes), index)
        }
        var lowered: [Int] = []
        if spoken.count == 2, tokens[spoken[0].index].text.unicodeScalars.count == 1 {
            lowered = [spoken[1].index]
        } else if spoken.count >= 2, spoken.reduce(0, { $0 + $1.isMain }) > (spoken.count + 1) / 2 {
            lowered = spoken.sorted { $0 < $1 }.prefix(spoken.count / 2).map(\.index)
        }
        for index in lowered {
            tokens[index].phonemes = tokens[index].phonemes.map { Stress.apply(-0.5, to: $0) }
        }
    }
}
