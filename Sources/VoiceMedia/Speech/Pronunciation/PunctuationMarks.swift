// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Punctuation that the phoneme alphabet knows.
enum PunctuationMarks {
    /// Spoken as a pause or a change of pitch.
    static let pauses = Set(";:,.!?—…".unicodeScalars)
    static let all = Set(";:,.!?—…\"“”".unicodeScalars)
}
