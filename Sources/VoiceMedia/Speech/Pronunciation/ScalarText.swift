// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// A text with look-ahead and look-behind per scalar, for hand-written patterns. Positions outside the text match nothing.
struct ScalarText {
    /// A number has at most this many groups of three digits after commas. More than any number that has a name, and a bound for
    /// the search: "1,111,111,…" must not be scanned to the end from every comma.
    static let maximumGroups = 16

    let scalars: [Unicode.Scalar]

    subscript(index: Int) -> Unicode.Scalar? {
        index >= 0 && index < scalars.count ? scalars[index] : nil
    }

    func text(_ range: Range<Int>) -> String { String(scalars: scalars[range]) }

    func isWord(_ index: Int) -> Bool { self[index]?.isWord == true }

    func isDigit(_ index: Int) -> Bool { self[index]?.isASCIIDigit == true }

    func isBlank(_ index: Int) -> Bool { self[index]?.isBlank == true }

    /// `\b`
    func isBoundary(_ index: Int) -> Bool { isWord(index - 1) != isWord(index) }

    /// Past `\s?`
    func skippingBlank(_ index: Int) -> Int { isBlank(index) ? index + 1 : index }

    /// Past a given scalar, if it stands there.
    func skipping(_ scalar: Unicode.Scalar, _ index: Int) -> Int { self[index] == scalar ? index + 1 : index }

    /// End of a run of digits of allowed length that starts at `index`; nil when there are fewer. More digits are left alone.
    func digits(_ index: Int, _ count: ClosedRange<Int>) -> Int? {
        var end = index
        while end - index < count.upperBound, isDigit(end) { end += 1 }
        return end - index >= count.lowerBound ? end : nil
    }

    /// End of `\d+(?:,\d{3})*(?:\.\d+)?`
    func number(_ index: Int) -> Int? {
        guard var end = digits(index, 1...Int.max) else { return nil }
        var groups = 0
        while groups < Self.maximumGroups, self[end] == ",", let next = digits(end + 1, 3...3) {
            end = next
            groups += 1
        }
        if self[end] == ".", let fraction = digits(end + 1, 1...Int.max) { end = fraction }
        return end
    }

    func hasText(_ text: [Unicode.Scalar], at index: Int) -> Bool {
        guard index >= 0, text.count <= scalars.count - index else { return false }
        return scalars[index..<index + text.count].elementsEqual(text)
    }

    /// The value of a short run of digits.
    func value(_ range: Range<Int>) -> Int { scalars[range].reduce(0) { $0 * 10 + Int($1.value) - 0x30 } }

    /// Replaces from left to right every place where `pattern` gives an end and a replacement; looks only at the original text.
    consuming func replacing(_ pattern: (ScalarText, Int) -> (end: Int, replacement: String)?) -> ScalarText {
        var result: [Unicode.Scalar] = []
        var copied = 0
        var index = 0
        while index < scalars.count {
            guard let (end, replacement) = pattern(self, index), end > index else {
                index += 1
                continue
            }
            result.append(contentsOf: scalars[copied..<index])
            result.append(contentsOf: replacement.unicodeScalars)
            index = end
            copied = end
        }
        guard copied > 0 else { return self }
        result.append(contentsOf: scalars[copied...])
        return ScalarText(scalars: result)
    }

    /// Runs of blanks become one space; none at the ends.
    consuming func collapsingBlanks() -> ScalarText {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        for scalar in scalars {
            if !scalar.isBlank {
                result.append(scalar)
            } else if let last = result.last, last != " " {
                result.append(" ")
            }
        }
        if result.last == " " { result.removeLast() }
        return ScalarText(scalars: result)
    }
}

/// One of several words, the longest first.
struct WordChoice: Sendable {
    private let choices: [Unicode.Scalar: [(scalars: [Unicode.Scalar], word: String)]]

    init(_ words: some Sequence<String>) {
        var choices: [Unicode.Scalar: [(scalars: [Unicode.Scalar], word: String)]] = [:]
        for word in words {
            let scalars = Array(word.unicodeScalars)
            guard let first = scalars.first else { continue }
            choices[first, default: []].append((scalars, word))
        }
        self.choices = choices.mapValues { $0.sorted { $0.scalars.count > $1.scalars.count } }
    }

    /// The longest word at `index` for which `accepts` takes its end.
    func match(_ text: ScalarText, _ index: Int, where accepts: (Int) -> Bool = { _ in true }) -> (word: String, end: Int)? {
        guard let first = text[index], let candidates = choices[first] else { return nil }
        for (scalars, word) in candidates where text.hasText(scalars, at: index) && accepts(index + scalars.count) {
            return (word, index + scalars.count)
        }
        return nil
    }
}
