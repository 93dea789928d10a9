// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

import Foundation

/// What follows a word: some words sound different before a vowel, a consonant or a pause.
struct SoundContext {
    /// The next sound is a vowel (true), a consonant (false), or nothing or a pause (nil).
    var nextIsVowel: Bool?
    /// The next word is "to".
    var nextIsTo = false

    /// The context for the word before one that is `phonemes`.
    func before(_ phonemes: String?, of token: Token) -> SoundContext {
        var vowel = nextIsVowel
        for scalar in (phonemes ?? "").unicodeScalars {
            if PunctuationMarks.pauses.contains(scalar) {
                vowel = nil
                break
            }
            if Stress.vowels.contains(scalar) || Stress.consonants.contains(scalar) {
                vowel = Stress.vowels.contains(scalar)
                break
            }
        }
        let isTo = token.text == "to" || token.text == "To" || (token.text == "TO" && (token.tag == "TO" || token.tag == "IN"))
        return SoundContext(nextIsVowel: vowel, nextIsTo: isTo)
    }
}

/// Pronunciations of words that are in the dictionaries, also with endings, in capitals or as numbers.
struct Lexicon: Sendable {
    static let currencies = ["$": ("dollar", "cent"), "£": ("pound", "pence"), "€": ("euro", "cent")]
    private static let symbols = ["%": "percent", "&": "and", "+": "plus", "@": "at"]
    private static let addressSymbols = [".": "dot", "/": "slash"]

    let gold: LexiconDictionary
    let silver: LexiconDictionary

    /// The phonemes of a token; nil when neither the dictionaries nor the rules know it.
    func phonemes(of token: Token, context: SoundContext) -> String? {
        var word = (token.alias ?? token.text).replacing(scalar: "‘", with: "'").replacing(scalar: "’", with: "'")
        if !word.utf8.allSatisfy({ $0 < 0x80 }) {
            word = Self.plainDigits(in: word.precomposedStringWithCompatibilityMapping)
        }
        guard
            gold.mayContain(word) || silver.mayContain(word) || Self.symbols[word] != nil || Self.addressSymbols[word] != nil
                || Self.isDotted(word)
        else {
            guard Self.isNumber(word, isHead: token.isHead) else { return nil }
            return phonemes(ofNumber: word, currency: token.currency, isHead: token.isHead)
        }
        let level: Double? = word == word.lowercased() ? nil : word == word.uppercased() ? 2 : 0.5
        if let phonemes = phonemes(ofWord: word, tag: token.tag, level: level, context: context) {
            return appendingCurrency(token.currency, to: phonemes)
        }
        guard Self.isNumber(word, isHead: token.isHead) else { return nil }
        return phonemes(ofNumber: word, currency: token.currency, isHead: token.isHead)
    }

    private static func plainDigits(in word: String) -> String {
        var result = ""
        for scalar in word.unicodeScalars {
            if scalar.isDigit, let value = scalar.properties.numericValue, value >= 0, value == value.rounded(), value < 10 {
                result += String(Int(value))
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The letters of a word by name, the last one stressed; nil when a letter has no name.
    func spelling(of word: String) -> String? {
        var phonemes = ""
        for scalar in word.unicodeScalars where scalar.isLetter {
            guard case .plain(let name)? = gold.entry(scalar.properties.uppercaseMapping) else { return nil }
            phonemes += name
        }
        let lowered = Array(Stress.apply(0, to: phonemes).unicodeScalars)
        guard let last = lowered.lastIndex(of: Stress.secondary) else { return String(scalars: lowered) }
        var result = lowered
        result[last] = Stress.primary
        return String(scalars: result)
    }

    private func defaultPhonemes(of word: String) -> String? { gold.entry(word)?.phonemes(for: "DEFAULT") }

    private static func parent(of tag: String?) -> String? {
        guard let tag else { return nil }
        if tag.hasPrefix("VB") { return "VERB" }
        if tag.hasPrefix("NN") { return "NOUN" }
        if tag.hasPrefix("ADV") || tag.hasPrefix("RB") { return "ADV" }
        if tag.hasPrefix("ADJ") || tag.hasPrefix("JJ") { return "ADJ" }
        return tag
    }

    /// "U.S.", "e.g": dots inside, letters else, no part longer than two.
    private static func isDotted(_ word: String) -> Bool {
        guard word.utf8.contains(UInt8(ascii: ".")) else { return false }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        let inner = parts.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }
        return inner.count > 1 && word.replacing(scalar: ".", with: "").isLetters && parts.allSatisfy { $0.unicodeScalars.count < 3 }
    }

    /// Function words that depend on tag and context, symbols, dotted abbreviations.
    private func special(_ word: String, tag: String?, level: Double?, context: SoundContext) -> String? {
        // Nothing below is longer than "used", apart from dotted abbreviations.
        guard word.utf8.count <= 4 else { return Self.isDotted(word) ? spelling(of: word) : nil }
        if tag == "ADD", let name = Self.addressSymbols[word] { return lookup(name, tag: nil, level: -0.5, context: context) }
        if let name = Self.symbols[word] { return lookup(name, tag: nil, level: nil, context: context) }
        if Self.isDotted(word) { return spelling(of: word) }
        switch word {
        case "a", "A":
            return tag == "DT" ? "ɐ" : "ˈA"
        case "am", "Am", "AM":
            if tag?.hasPrefix("NN") == true { return spelling(of: word) }
            return context.nextIsVowel == nil || word != "am" || (level ?? 0) > 0 ? defaultPhonemes(of: "am") : "ɐm"
        case "an", "An", "AN":
            return word == "AN" && tag?.hasPrefix("NN") == true ? spelling(of: word) : "ɐn"
        case "I" where tag == "PRP":
            return "ˌI"
        case "by", "By", "BY":
            return Self.parent(of: tag) == "ADV" ? "bˈI" : nil
        case "to", "To", "TO":
            if word == "TO", tag != "TO", tag != "IN" { return nil }
            guard let vowel = context.nextIsVowel else { return defaultPhonemes(of: "to") }
            return vowel ? "tʊ" : "tə"
        case "in", "In", "IN":
            if word == "IN", tag == "NNP" { return nil }
            return context.nextIsVowel == nil || tag != "IN" ? "ˈɪn" : "ɪn"
        case "the", "The", "THE":
            if word == "THE", tag != "DT" { return nil }
            return context.nextIsVowel == true ? "ði" : "ðə"
        case "used", "Used", "USED":
            let past = (tag == "VBD" || tag == "JJ") && context.nextIsTo
            return gold.entry("used")?.phonemes(for: past ? "VBD" : "DEFAULT")
        default:
            guard tag == "IN", word.utf8.count <= 3 else { return nil }
            let lower = word.lowercased()
            return lower == "vs" || lower == "vs." ? lookup("versus", tag: nil, level: nil, context: context) : nil
        }
    }

    func isKnown(_ word: String) -> Bool {
        if gold.contains(word) || Self.symbols[word] != nil || silver.contains(word) { return true }
        guard !word.isEmpty, word.unicodeScalars.allSatisfy(\.isASCIILetter) else { return false }
        if word.utf8.count == 1 { return true }
        if word == word.uppercased(), gold.contains(word.lowercased()) { return true }
        return word.utf8.dropFirst().allSatisfy { $0 < 0x61 }
    }

    func lookup(_ word: String, tag: String?, level: Double?, context: SoundContext?) -> String? {
        var word = word
        var isName = false
        if word == word.uppercased(), !gold.contains(word) {
            word = word.lowercased()
            isName = tag == "NNP"
        }
        let entry = gold.entry(word) ?? (isName ? nil : silver.entry(word))
        var phonemes: String?
        switch entry {
        case .plain(let only): phonemes = only
        case .tagged(let choices):
            var key = tag
            if let context, context.nextIsVowel == nil, choices.keys.contains("None") {
                key = "None"
            } else if key.map(choices.keys.contains) != true {
                key = Self.parent(of: tag)
            }
            phonemes = entry?.phonemes(for: key ?? "DEFAULT")
        case nil: phonemes = nil
        }
        guard let phonemes, !isName || Stress.hasPrimary(phonemes) else { return spelling(of: word) }
        return Stress.apply(level, to: phonemes)
    }

    private func phonemes(ofWord original: String, tag: String?, level: Double?, context: SoundContext) -> String? {
        if let phonemes = special(original, tag: tag, level: level, context: context) { return phonemes }
        var word = original
        let lower = word.lowercased()
        if word != lower, word.scalarCount > 1, word.replacing(scalar: "'", with: "").isLetters,
            tag != "NNP" || word.scalarCount > 7, !gold.contains(word), !silver.contains(word),
            word == word.uppercased() || word.droppingFirst(1) == word.droppingFirst(1).lowercased(),
            gold.contains(lower) || silver.contains(lower)
                || stemmed(lower, tag: tag, level: level, ingLevel: level, context: context) != nil
        {
            word = lower
        }
        if isKnown(word) { return lookup(word, tag: tag, level: level, context: context) }
        if word.hasSuffix("s'"), isKnown(word.droppingLast(2) + "'s") {
            return lookup(word.droppingLast(2) + "'s", tag: tag, level: level, context: context)
        }
        if word.hasSuffix("'"), isKnown(word.droppingLast(1)) {
            return lookup(word.droppingLast(1), tag: tag, level: level, context: context)
        }
        return stemmed(word, tag: tag, level: level, ingLevel: level ?? 0.5, context: context)
    }
}
