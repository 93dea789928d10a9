// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// A word list with pronunciations, some of which depend on the part of speech.
///
/// A lower-case key also answers to its capitalised form and the reverse, unless that form has its own entry.
struct LexiconDictionary: Sendable {
    /// "-ing" after a doubled consonant.
    private static let longestEnding = 4
    private static let end: UInt8 = 0
    private static let startsTagged: UInt8 = 1
    private static let separator: UInt8 = 2
    private static let absent: UInt8 = 3

    /// Key → offset in `pronunciations`.
    private var table = ByteKeyTable()
    /// One after another: the phonemes and `end`; or `startsTagged`, then per tag its name, `separator`, the phonemes or `absent`,
    /// `separator`, and `end` after the last.
    private var pronunciations: [UInt8] = []

    /// - Parameters:
    ///   - json: one object, word → phonemes or → object of tag → phonemes or null.
    ///   - file: name for the error.
    init(json: [UInt8], file: String) throws(PronunciationDataError) {
        do {
            try read(json)
        } catch {
            throw PronunciationDataError(file: file, reason: .unexpectedContent)
        }
        table.index()
        pronunciations = Array(pronunciations)
    }

    private mutating func read(_ json: [UInt8]) throws(JSONByteScanner.Malformed) {
        var scanner = JSONByteScanner(json)
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            try table.appendKey { keys throws(JSONByteScanner.Malformed) in try scanner.string(into: &keys) }
            try scanner.expect(":")
            table.commit(value: UInt32(truncatingIfNeeded: pronunciations.count))
            if scanner.peek() == UInt8(ascii: "{") {
                try readTagged(&scanner)
            } else {
                try scanner.string(into: &pronunciations)
            }
            pronunciations.append(Self.end)
        }
        try scanner.end()
    }

    private mutating func readTagged(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) {
        try scanner.expect("{")
        pronunciations.append(Self.startsTagged)
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            try scanner.string(into: &pronunciations)
            try scanner.expect(":")
            pronunciations.append(Self.separator)
            if scanner.peek() == UInt8(ascii: "n") {
                try scanner.null()
                pronunciations.append(Self.absent)
            } else {
                try scanner.string(into: &pronunciations)
            }
            pronunciations.append(Self.separator)
        }
    }

    /// The entry as stored, before any choice by part of speech.
    enum Entry: Equatable {
        case plain(String)
        /// Tag → phonemes, or nil where the word has to be spelt for that tag.
        case tagged([String: String?])

        /// What the dictionary gives for a tag it names, else its default.
        func phonemes(for tag: String) -> String? {
            switch self {
            case .plain(let phonemes): phonemes
            case .tagged(let choices): choices[tag] ?? choices["DEFAULT"] ?? nil
            }
        }
    }

    func entry(_ word: String) -> Entry? { offset(of: word).map(entry(at:)) }

    func contains(_ word: String) -> Bool { offset(of: word) != nil }

    /// False when neither the word nor the word with an ending can be here. Quick, for the many spans of a word that are no words.
    func mayContain(_ word: String) -> Bool { table.mayContain(word, slack: Self.longestEnding) }

    private func offset(of word: String) -> Int? {
        if let found = table.value(for: word) { return Int(found) }
        guard word.utf8.count > 1 else { return nil }
        let lower = word.lowercased()
        let capitalized = lower.capitalizedOnce
        if word == lower {
            return capitalized == word ? nil : table.value(for: capitalized).map(Int.init)
        }
        return word == capitalized ? table.value(for: lower).map(Int.init) : nil
    }

    private func entry(at offset: Int) -> Entry {
        let bytes = pronunciations[offset...].prefix { $0 != Self.end }
        guard bytes.first == Self.startsTagged else { return .plain(String(decoding: bytes, as: UTF8.self)) }
        let fields = bytes.dropFirst().split(separator: Self.separator, omittingEmptySubsequences: false)
        var choices: [String: String?] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let value = fields[index + 1]
            let phonemes: String? = value.first == Self.absent ? nil : String(decoding: value, as: UTF8.self)
            choices.updateValue(phonemes, forKey: String(decoding: fields[index], as: UTF8.self))
        }
        return .tagged(choices)
    }
}
