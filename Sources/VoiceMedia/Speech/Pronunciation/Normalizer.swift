// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Writes out what the lexicon can't read by rule: times, dates, units, abbreviations, other currencies, symbols, ranges, Roman numerals.
///
/// Plain numbers (cardinals, ordinals, years, decimals, amounts in $, £, €, percents) are left to the lexicon.
struct Normalizer: Sendable {
    let tables: NormalizerTables
    let monthNames: WordChoice
    let units: WordChoice
    let titles: WordChoice
    let abbreviations: WordChoice
    let cardinalContexts: WordChoice
    let ordinalContexts: WordChoice
    let currencyCodes = WordChoice(["¥", "₹", "₩", "Rs.", "Rs", "USD", "EUR", "GBP"])
    let magnitudes = WordChoice(["hundred", "thousand", "million", "billion", "trillion"])

    init(tables: NormalizerTables) {
        self.tables = tables
        monthNames = WordChoice(tables.months + tables.months.map { String($0.prefix(3)) } + ["Sept"])
        units = WordChoice(tables.units.keys)
        titles = WordChoice(tables.titles.keys)
        abbreviations = WordChoice(tables.abbreviations.keys)
        cardinalContexts = WordChoice(tables.cardinalContexts)
        ordinalContexts = WordChoice(tables.ordinalContexts)
    }

    func normalize(_ text: String) -> String {
        String(scalars: normalize(ScalarText(scalars: Array(text.unicodeScalars))).scalars)
    }

    func normalize(_ text: ScalarText) -> ScalarText {
        var text = ScalarText(
            scalars: text.collapsingBlanks().scalars.map { scalar in
                switch scalar {
                case "’": "'"
                case "‒": "-"
                case "―": "—"
                default: scalar
                }
            }
        )
        // The order matters: each step relies on what the ones before have written out.
        for pattern in [
            time, isoDate, slashDate, largeAmount, cents, foreignAmount, degrees, unit, monthAndDay, dayAndMonth, title, abbreviation,
            numberSign, hash, romanCardinal, romanOrdinal, telephone, fraction, range, plus,
        ] {
            text = text.replacing(pattern)
        }
        for (symbol, word) in tables.symbols where text.scalars.contains(symbol) {
            text = replacing(symbol, by: word, in: text)
        }
        return text.collapsingBlanks().replacing { text, index in
            guard text[index] == " ", let next = text[index + 1], ",.;:!?".unicodeScalars.contains(next) else { return nil }
            return (index + 1, "")
        }
    }

    private func replacing(_ symbol: Unicode.Scalar, by word: String, in text: ScalarText) -> ScalarText {
        let replacement = word.isEmpty ? " " : " " + word + " "
        guard "=<>~".unicodeScalars.contains(symbol) else {
            return text.replacing { text, index in text[index] == symbol ? (index + 1, replacement) : nil }
        }
        // Comparisons are read only between two things.
        return text.replacing { text, index in
            guard let before = text[index - 1], !before.isBlank else { return nil }
            let sign = text.skipping(" ", index)
            guard text[sign] == symbol else { return nil }
            let end = text.skipping(" ", sign + 1)
            guard let after = text[end], !after.isBlank else { return nil }
            return (end, replacement)
        }
    }

    /// "Dr. Smith", "St Paul": only before a capital.
    private func title(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isBoundary(index) else { return nil }
        var end = index
        guard
            let match = titles.match(
                text,
                index,
                where: { wordEnd in
                    end = text.skipping(".", wordEnd)
                    return text[end] == " " && text[end + 1]?.isASCIIUppercase == true
                }
            )
        else { return nil }
        return (end + 1, (tables.titles[match.word] ?? match.word) + " ")
    }

    /// The full stop of a sentence stays.
    private func abbreviation(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard !text.isWord(index - 1), text[index - 1] != ".",
            let match = abbreviations.match(text, index, where: { !text.isWord($0) })
        else { return nil }
        let stop = match.end == text.scalars.count && match.word.hasSuffix(".") ? "." : ""
        return (match.end, (tables.abbreviations[match.word] ?? match.word) + stop)
    }

    /// "No. 5"
    private func numberSign(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text[index] == "N", text[index + 1] == "o", text.isBoundary(index) else { return nil }
        let plural = text[index + 2] == "s"
        let point = index + (plural ? 3 : 2)
        let end = text.skipping(" ", point + 1)
        guard text[point] == ".", text.isDigit(end) else { return nil }
        return (end, plural ? "Numbers " : "Number ")
    }

    /// "#1"
    private func hash(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text[index] == "#", text.isDigit(index + 1), !text.isWord(index - 1), text[index - 1] != "&" else { return nil }
        return (index + 1, "number ")
    }

    private func romanCardinal(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        roman(text, index, after: cardinalContexts).map { ($0.end, "\($0.word) \($0.value)") }
    }

    private func romanOrdinal(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        roman(text, index, after: ordinalContexts).map { ($0.end, "\($0.word) the \(NumberWords.ordinal($0.value))") }
    }

    private func roman(_ text: ScalarText, _ index: Int, after contexts: WordChoice) -> (word: String, value: Int, end: Int)? {
        guard text.isBoundary(index) else { return nil }
        var numeral: (value: Int, end: Int)?
        let match = contexts.match(
            text,
            index,
            where: { end in
                guard text[end] == " " else { return false }
                numeral = RomanNumeral.read(text, end + 1)
                return numeral != nil
            }
        )
        guard let match, let numeral else { return nil }
        return (match.word, numeral.value, numeral.end)
    }

    private func plus(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text[index] == "+", text.isDigit(index + 1), !text.isWord(index - 1), text[index - 1] != "+" else { return nil }
        return (index + 1, "plus ")
    }
}

/// Roman numerals up to 3999 that begin with I, V, X, L or C and fill a word.
///
/// Two departures from the reference: it takes an empty numeral for zero ("type ID" became "type 0 ID"), and a single C or L for a hundred
/// or fifty ("Type C", "Part C", "Level L"), which in an interview are letters.
enum RomanNumeral {
    private static let values: [Unicode.Scalar: Int] = ["I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000]

    static func read(_ text: ScalarText, _ start: Int) -> (value: Int, end: Int)? {
        guard let first = text[start], "IVXLC".unicodeScalars.contains(first) else { return nil }
        var end = start
        // No numeral is longer than MMMDCCCLXXXVIII.
        while end - start <= 15, text.isWord(end) { end += 1 }
        if end == start + 1, first == "C" || first == "L" { return nil }
        guard let value = value(of: Array(text.scalars[start..<end])) else { return nil }
        if let next = text[end], next == "." || next == "'" || next == "’", text.isWord(end + 1) { return nil }
        return (value, end)
    }

    private static func value(of numeral: [Unicode.Scalar]) -> Int? {
        var total = 0
        for (index, scalar) in numeral.enumerated() {
            guard let value = values[scalar] else { return nil }
            let next = index + 1 < numeral.count ? values[numeral[index + 1]] ?? 0 : 0
            total += next > value ? -value : value
        }
        return total > 0 && written(total).elementsEqual(numeral) ? total : nil
    }

    private static func written(_ value: Int) -> String.UnicodeScalarView {
        var rest = value
        var result = ""
        for (amount, letters) in [
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
            (5, "V"), (4, "IV"), (1, "I"),
        ] {
            while rest >= amount {
                result += letters
                rest -= amount
            }
        }
        return result.unicodeScalars
    }
}
