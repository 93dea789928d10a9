// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Splits a text into sentences that are spoken one after another, and long pronunciations into pieces that the network takes.
///
/// A sentence ends after . ! ? or … and closing quotes or brackets, before a blank. Not after a title ("Dr. Smith"), an initial ("J. K."),
/// an abbreviation that goes on ("e.g. Kafka") or the number of a list item, and not before a lower-case word. A line break ends one, too.
struct SentenceSplitter: Sendable {
    /// The package feeds its network at most this many phoneme characters at once.
    static let maximumPhonemes = 400

    /// The titles of `normalize.json`.
    static let titles: Set<String> = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "Ft", "Gen", "Gov", "Sen", "Rep", "Capt", "Lt", "Col", "Sgt", "Cmdr", "Rev", "Hon",
        "Pres", "Supt", "Cpl", "Maj", "Adm", "Fr", "Msgr",
    ]
    /// Never the last word of a sentence that an interviewer says.
    private static let unfinished: Set<String> = ["e.g", "i.e", "vs", "cf", "approx", "No", "Nos"]

    private static let closing = Set("\"”'’)]".unicodeScalars)
    private static let opening = Set("(\"“'‘[".unicodeScalars)

    /// The sentences of a text, Markdown removed, in order, without blanks at the ends; none is empty.
    func sentences(of text: String) -> [String] {
        MarkdownStripper.plainText(of: text).split(whereSeparator: \.isNewline).flatMap { line in
            sentences(ofLine: Array(line.unicodeScalars))
        }
    }

    private func sentences(ofLine line: [Unicode.Scalar]) -> [String] {
        var result: [String] = []
        var start = 0
        var index = 0
        func append(_ range: Range<Int>) {
            let kept = line[range].drop(while: \.isBlank)
            guard let last = kept.lastIndex(where: { !$0.isBlank }) else { return }
            result.append(String(scalars: kept[...last]))
        }
        while index < line.count {
            defer { index += 1 }
            guard ".!?…".unicodeScalars.contains(line[index]) else { continue }
            var end = index + 1
            while end < line.count, Self.closing.contains(line[end]) { end += 1 }
            guard end < line.count, line[end].isBlank else { continue }
            var next = end
            while next < line.count, line[next].isBlank { next += 1 }
            guard next < line.count, endsSentence(line, from: start, mark: index, next: next) else { continue }
            append(start..<end)
            start = next
            index = next - 1
        }
        append(start..<line.count)
        return result
    }

    private func endsSentence(_ line: [Unicode.Scalar], from start: Int, mark: Int, next: Int) -> Bool {
        if line[next].properties.isLowercase { return false }
        guard line[mark] == "." else { return true }
        // Long "words" need not be searched: none of those that matter has more scalars.
        let recent = line[max(start, mark - 16)..<mark]
        let wordStart = recent.lastIndex(where: \.isBlank).map { $0 + 1 } ?? recent.startIndex
        let word = String(scalars: recent[wordStart...].drop(while: Self.opening.contains))
        if Self.titles.contains(word) || Self.unfinished.contains(word) { return false }
        if word.unicodeScalars.count == 1, word.isUppercased { return false }
        // "1. Tell me about …"
        return !(wordStart == start && word.isASCIIDigits && word.utf8.count <= 2)
    }

    /// Pieces of at most `maximumPhonemes` scalars: cut at clause punctuation, else at a space, else anywhere.
    func pieces(ofPhonemes phonemes: String) -> [String] {
        let scalars = Array(phonemes.unicodeScalars)
        var result: [String] = []
        var rest = scalars[...]
        while rest.count > Self.maximumPhonemes {
            let window = rest.prefix(Self.maximumPhonemes + 1)
            let cut =
                window.indices.last { $0 > window.startIndex && window[$0] == " " && ",;:—".unicodeScalars.contains(window[$0 - 1]) }
                ?? window.indices.last { $0 > window.startIndex && window[$0] == " " }
                ?? window.endIndex - 1
            result.append(String(scalars: rest[..<cut]))
            rest = rest[cut...].drop { $0 == " " }
        }
        if !rest.isEmpty { result.append(String(scalars: rest)) }
        return result
    }
}
