// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// A piece of text on its way to phonemes.
struct Token: Sendable, Equatable {
    var text: String
    /// Part of speech, Penn Treebank.
    var tag: String
    /// The text had blank space after this token.
    var hasSpaceAfter: Bool
    /// Set once the pronunciation is known; empty for what is silent.
    var phonemes: String?
    /// First of the sub-tokens of a word: decides how digits are read.
    var isHead = true
    /// Read this instead of the text.
    var alias: String?
    /// Sign of the currency that the number counts.
    var currency: String?
    /// Separate from the pronunciation of the token before.
    var wantsSpaceBefore = false

    init(_ text: String, tag: String = "", hasSpaceAfter: Bool = false, phonemes: String? = nil) {
        self.text = text
        self.tag = tag
        self.hasSpaceAfter = hasSpaceAfter
        self.phonemes = phonemes
    }

    /// The text as it stood, without the space after the last token.
    static func text(of tokens: ArraySlice<Token>) -> String {
        var text = ""
        for (offset, token) in tokens.enumerated() {
            text += token.text
            if token.hasSpaceAfter, offset + 1 < tokens.count { text += " " }
        }
        return text
    }

    /// One token for several, for the look-up; phonemes open. `tokens` must not be empty.
    static func merged(_ tokens: ArraySlice<Token>) -> Token {
        var tag = ""
        var heaviest = -1
        for token in tokens {
            // Capitals weigh double: the tag of the most prominent part wins.
            let weight = token.text.unicodeScalars.reduce(0) { $0 + ($1.isChangedByLowercasing ? 2 : 1) }
            if weight > heaviest { (heaviest, tag) = (weight, token.tag) }
        }
        var result = Token(text(of: tokens), tag: tag, hasSpaceAfter: tokens.last?.hasSpaceAfter ?? false)
        result.isHead = tokens.first?.isHead ?? true
        result.currency = tokens.compactMap(\.currency).max()
        result.wantsSpaceBefore = tokens.first?.wantsSpaceBefore ?? false
        return result
    }

    /// The pronunciation of a finished word.
    static func phonemes(of tokens: [Token]) -> String {
        var result = ""
        for token in tokens {
            guard let phonemes = token.phonemes, !phonemes.isEmpty else { continue }
            if token.wantsSpaceBefore, let last = result.unicodeScalars.last, !last.isBlank { result += " " }
            result += phonemes
        }
        return result
    }
}
