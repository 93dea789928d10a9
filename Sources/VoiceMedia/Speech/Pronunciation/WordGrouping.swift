// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Cuts tokens into sub-tokens and groups those that stand without a blank between them: what is looked up together.
enum WordGrouping {
    /// A longer group is divided: the look-up starts again at the end of a group for each word that it finds. Only long addresses have more.
    static let maximumParts = 32

    private static let punctuationTags: Set<String> = [".", ",", "-LRB-", "-RRB-", "``", "\"\"", "''", ":", "$", "#", "NFP"]
    private static let punctuationPhonemes = ["-LRB-": "(", "-RRB-": ")", "``": "“", "\"\"": "”", "''": "”"]

    /// One or more sub-tokens per word; punctuation and set pronunciations stand alone.
    static func words(from tokens: [Token]) -> [[Token]] {
        var words: [[Token]] = []
        var isOpen = false
        var currency: String?
        for (index, token) in tokens.enumerated() {
            let parts = subtokens(of: token)
            for (offset, subtoken) in parts.enumerated() {
                var part = subtoken
                if part.phonemes != nil {
                    // Set by hand in the text.
                } else if part.tag == "$", Lexicon.currencies[part.text] != nil {
                    currency = part.text
                    part.phonemes = ""
                } else if part.tag == ":", part.text == "-" || part.text == "–" {
                    part.phonemes = "—"
                } else if punctuationTags.contains(part.tag), !part.text.unicodeScalars.allSatisfy(\.isASCIILetter) {
                    part.phonemes =
                        punctuationPhonemes[part.tag] ?? String(scalars: part.text.unicodeScalars.filter(PunctuationMarks.all.contains))
                } else if currency != nil {
                    if part.tag != "CD" {
                        currency = nil
                    } else if offset + 1 == parts.count, index + 1 == tokens.count || tokens[index + 1].tag != "CD" {
                        part.currency = currency
                    }
                } else if part.text == "2", offset > 0, offset + 1 < parts.count, joinsLetters(parts[offset - 1], parts[offset + 1]) {
                    part.alias = "to"
                }
                if part.alias != nil || part.phonemes != nil {
                    words.append([part])
                    isOpen = false
                } else if isOpen, words[words.count - 1].count < maximumParts {
                    part.isHead = false
                    words[words.count - 1].append(part)
                    isOpen = !part.hasSpaceAfter
                } else {
                    words.append([part])
                    isOpen = !part.hasSpaceAfter
                }
            }
        }
        return words
    }

    private static func subtokens(of token: Token) -> [Token] {
        guard token.alias == nil, token.phonemes == nil else { return [token] }
        var parts = SubtokenSplitter.parts(of: token.text).map { text in
            var part = token
            part.text = text
            part.hasSpaceAfter = false
            part.isHead = true
            part.wantsSpaceBefore = false
            return part
        }
        if !parts.isEmpty { parts[parts.count - 1].hasSpaceAfter = token.hasSpaceAfter }
        return parts
    }

    /// "peer2peer"
    private static func joinsLetters(_ before: Token, _ after: Token) -> Bool {
        before.text.unicodeScalars.last?.isLetter == true && after.text.unicodeScalars.first?.isLetter == true
    }
}
