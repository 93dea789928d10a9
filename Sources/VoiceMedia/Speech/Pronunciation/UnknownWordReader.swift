// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Reads a word that the lexicon doesn't know: letters go to the network, digits to the number reader, symbols to a small table.
/// What none of them can read is silent.
struct UnknownWordReader: Sendable {
    private static let symbols: [Unicode.Scalar: String] = [
        "/": "slˈæʃ", "=": "ˈikwᵊlz", "+": "plˈʌs", "&": "ænd", "@": "æt", "%": "pəɹsˈɛnt", "#": "hˈæʃ", "*": "ˈæstəɹˌɪsk",
        "~": "tˈɪldə", "^": "kˈɛɹət", "<": "lˈɛs ðən", ">": "ɡɹˈATəɹ ðən", "—": "—",
    ]

    let lexicon: Lexicon
    let network: @Sendable (String) -> String?

    func phonemes(of text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result: [String] = []
        var position = 0
        while position < scalars.count {
            let start = position
            let first = scalars[start]
            var phonemes: String?
            if first.isWordLetter {
                position = Self.endOfWord(scalars, start)
                let word = String(scalars: scalars[start..<position])
                // Superscripts and the like count as word letters; only what is a letter has a sound.
                phonemes = first.isLetter ? network(word) : nil
            } else if first.isDecimalDigit {
                position = Self.endOfNumber(scalars, start)
                let number = String(scalars: scalars[start..<position])
                phonemes = number.utf8.allSatisfy { $0 < 0x80 } ? lexicon.phonemes(ofNumber: number, currency: nil, isHead: false) : nil
            } else {
                while position < scalars.count, !scalars[position].isWord, !scalars[position].isBlank { position += 1 }
                phonemes = scalars[start..<position].compactMap { Self.symbols[$0] }.joined()
                if position == start { position += 1 }
            }
            if let phonemes, !phonemes.isEmpty { result.append(phonemes) }
        }
        return result.joined(separator: " ")
    }

    /// Letters, with apostrophes inside.
    private static func endOfWord(_ text: [Unicode.Scalar], _ start: Int) -> Int {
        var end = start
        while end < text.count {
            if text[end].isWordLetter {
                end += 1
            } else if text[end] == "'" || text[end] == "’", end + 1 < text.count, text[end + 1].isWordLetter {
                end += 2
            } else {
                break
            }
        }
        return end
    }

    /// Digits, with single commas and points inside.
    private static func endOfNumber(_ text: [Unicode.Scalar], _ start: Int) -> Int {
        var end = start
        while end < text.count {
            if text[end].isDecimalDigit {
                end += 1
            } else if text[end] == "," || text[end] == ".", end + 1 < text.count, text[end + 1].isDecimalDigit {
                end += 2
            } else {
                break
            }
        }
        return end
    }
}
