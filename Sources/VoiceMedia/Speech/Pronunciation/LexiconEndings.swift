// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

// Words with an ending: -s, -ed and -ing after a word that is known.

extension Lexicon {
    /// Sounds after which American English flaps a t.
    private static let flapping = Set("AIOWYiuæɑəɛɪɹʊʌ".unicodeScalars)

    /// The word as a known stem with an ending; nil when there is none.
    func stemmed(_ word: String, tag: String?, level: Double?, ingLevel: Double?, context: SoundContext?) -> String? {
        stemS(word, tag: tag, level: level, context: context)
            ?? stemED(word, tag: tag, level: level, context: context)
            ?? stemING(word, tag: tag, level: ingLevel, context: context)
    }

    func stemS(_ word: String, tag: String?, level: Double?, context: SoundContext?) -> String? {
        let count = word.scalarCount
        guard count >= 3, word.hasSuffix("s") else { return nil }
        let stem: String
        if !word.hasSuffix("ss"), isKnown(word.droppingLast(1)) {
            stem = word.droppingLast(1)
        } else if word.hasSuffix("'s") || (count > 4 && word.hasSuffix("es") && !word.hasSuffix("ies")), isKnown(word.droppingLast(2)) {
            stem = word.droppingLast(2)
        } else if count > 4, word.hasSuffix("ies"), isKnown(word.droppingLast(3) + "y") {
            stem = word.droppingLast(3) + "y"
        } else {
            return nil
        }
        return Self.appendingS(to: lookup(stem, tag: tag, level: level, context: context))
    }

    private func stemED(_ word: String, tag: String?, level: Double?, context: SoundContext?) -> String? {
        let count = word.scalarCount
        guard count >= 4, word.hasSuffix("d") else { return nil }
        let stem: String
        if !word.hasSuffix("dd"), isKnown(word.droppingLast(1)) {
            stem = word.droppingLast(1)
        } else if count > 4, word.hasSuffix("ed"), !word.hasSuffix("eed"), isKnown(word.droppingLast(2)) {
            stem = word.droppingLast(2)
        } else {
            return nil
        }
        return Self.appendingED(to: lookup(stem, tag: tag, level: level, context: context))
    }

    private func stemING(_ word: String, tag: String?, level: Double?, context: SoundContext?) -> String? {
        let count = word.scalarCount
        guard count >= 5, word.hasSuffix("ing") else { return nil }
        let stem: String
        if count > 5, isKnown(word.droppingLast(3)) {
            stem = word.droppingLast(3)
        } else if isKnown(word.droppingLast(3) + "e") {
            stem = word.droppingLast(3) + "e"
        } else if count > 5, Self.doublesConsonant(word), isKnown(word.droppingLast(4)) {
            stem = word.droppingLast(4)
        } else {
            return nil
        }
        return Self.appendingING(to: lookup(stem, tag: tag, level: level, context: context))
    }

    /// "running", "picnicking".
    private static func doublesConsonant(_ word: String) -> Bool {
        let end = word.unicodeScalars.dropLast(3).suffix(2)
        guard let first = end.first, let last = end.last, end.count == 2 else { return false }
        return (first == last && "bcdgklmnprstvxz".unicodeScalars.contains(last)) || (first == "c" && last == "k")
    }

    static func appendingS(to stem: String?) -> String? {
        guard let stem, let last = stem.unicodeScalars.last else { return nil }
        if "ptkfθ".unicodeScalars.contains(last) { return stem + "s" }
        if "szʃʒʧʤ".unicodeScalars.contains(last) { return stem + "ᵻz" }
        return stem + "z"
    }

    static func appendingED(to stem: String?) -> String? {
        guard let stem, let last = stem.unicodeScalars.last else { return nil }
        if "pkfθʃsʧ".unicodeScalars.contains(last) { return stem + "t" }
        if last == "d" { return stem + "ᵻd" }
        if last != "t" { return stem + "d" }
        guard let before = stem.unicodeScalars.dropLast().last else { return stem + "ɪd" }
        return flapping.contains(before) ? stem.droppingLast(1) + "ɾᵻd" : stem + "ᵻd"
    }

    static func appendingING(to stem: String?) -> String? {
        guard let stem, let last = stem.unicodeScalars.last else { return nil }
        if last == "t", let before = stem.unicodeScalars.dropLast().last, flapping.contains(before) {
            return stem.droppingLast(1) + "ɾɪŋ"
        }
        return stem + "ɪŋ"
    }
}
