// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Sounds and stress marks of the phoneme alphabet, and the rules that move stress.
enum Stress {
    static let primary: Unicode.Scalar = "ˈ"
    static let secondary: Unicode.Scalar = "ˌ"
    static let vowels = Set("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".unicodeScalars)
    static let consonants = Set("bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ".unicodeScalars)
    private static let long = Set("AIOQWYʤʧ".unicodeScalars)

    /// How heavy a pronunciation is: diphthongs and affricates count double.
    static func weight(of phonemes: String) -> Int {
        phonemes.unicodeScalars.reduce(0) { $0 + (long.contains($1) ? 2 : 1) }
    }

    static func hasPrimary(_ phonemes: String) -> Bool { phonemes.unicodeScalars.contains(primary) }

    private static func hasSecondary(_ phonemes: String) -> Bool { phonemes.unicodeScalars.contains(secondary) }

    /// Raises or lowers the stress of a pronunciation.
    ///
    /// Levels: nil leave; below -1 none; -1 one level down; -0.5 and 0 one level down where there is a primary mark;
    /// 0, 0.5 and 1 a secondary mark where there is none; from 1 secondary to primary; above 1 a primary mark where there is none.
    static func apply(_ level: Double?, to phonemes: String) -> String {
        guard let level else { return phonemes }
        let primaryFound = hasPrimary(phonemes)
        let secondaryFound = hasSecondary(phonemes)
        if level < -1 {
            return String(scalars: phonemes.unicodeScalars.filter { $0 != primary && $0 != secondary })
        }
        if level == -1 || ((level == 0 || level == -0.5) && primaryFound) {
            return String(scalars: phonemes.unicodeScalars.lazy.filter { $0 != secondary }.map { $0 == primary ? secondary : $0 })
        }
        if level == 0 || level == 0.5 || level == 1, !primaryFound, !secondaryFound {
            return inserting(secondary, into: phonemes)
        }
        if level >= 1, !primaryFound, secondaryFound {
            return String(scalars: phonemes.unicodeScalars.lazy.map { $0 == secondary ? primary : $0 })
        }
        if level > 1, !primaryFound, !secondaryFound {
            return inserting(primary, into: phonemes)
        }
        return phonemes
    }

    /// The mark stands directly before the first vowel; without a vowel there is none.
    private static func inserting(_ mark: Unicode.Scalar, into phonemes: String) -> String {
        var scalars = Array(phonemes.unicodeScalars)
        guard let vowel = scalars.firstIndex(where: vowels.contains) else { return phonemes }
        scalars.insert(mark, at: vowel)
        return String(scalars: scalars)
    }
}
