// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// English words for numbers, from strings of ASCII digits of any length.
enum NumberWords {
    private static let ones = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    private static let scales = [
        "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion", "octillion",
        "nonillion", "decillion",
    ]
    private static let irregularOrdinals = [
        "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
    ]

    private static func belowThousand(_ number: Int) -> String {
        var words: [String] = []
        var rest = number
        if rest >= 100 {
            words += [ones[rest / 100], "hundred"]
            rest %= 100
            if rest > 0 { words.append("and") }
        }
        if rest >= 20 {
            words.append(tens[rest / 10] + (rest % 10 > 0 ? "-" + ones[rest % 10] : ""))
        } else if rest > 0 || words.isEmpty {
            words.append(ones[rest])
        }
        return words.joined(separator: " ")
    }

    private static func values(of digits: some StringProtocol) -> [Int] {
        digits.utf8.compactMap { $0 >= 0x30 && $0 <= 0x39 ? Int($0) - 0x30 : nil }
    }

    /// "1234" → "one thousand, two hundred and thirty-four". Signs and separators are ignored; no digit gives "zero".
    /// A number beyond the decillions has no name here and is read digit by digit.
    static func cardinal(_ digits: some StringProtocol) -> String {
        let all = values(of: digits)
        let significant = all.drop { $0 == 0 }
        guard significant.count <= scales.count * 3 else { return all.map { ones[$0] }.joined(separator: " ") }
        guard !significant.isEmpty else { return ones[0] }
        var groups: [String] = []
        var end = significant.endIndex
        var scale = 0
        while end > significant.startIndex {
            let start = max(significant.startIndex, end - 3)
            let value = significant[start..<end].reduce(0) { $0 * 10 + $1 }
            if value > 0 { groups.append(belowThousand(value) + (scale > 0 ? " " + scales[scale] : "")) }
            end = start
            scale += 1
        }
        groups.reverse()
        // "one thousand and one", yet "one thousand, one hundred".
        if groups.count > 1, let last = groups.last, !last.contains(" ") {
            return groups.dropLast().joined(separator: ", ") + " and " + last
        }
        return groups.joined(separator: ", ")
    }

    static func cardinal(_ number: Int) -> String { cardinal(String(number)) }

    /// "23" → "twenty-third".
    static func ordinal(_ digits: some StringProtocol) -> String {
        let words = cardinal(digits)
        let cut = words.lastIndex { $0 == " " || $0 == "-" }.map(words.index(after:)) ?? words.startIndex
        let last = String(words[cut...])
        let ending = irregularOrdinals[last] ?? (last.hasSuffix("y") ? last.dropLast() + "ieth" : last + "th")
        return words[..<cut] + ending
    }

    static func ordinal(_ number: Int) -> String { ordinal(String(number)) }

    /// Four digits as a year: "nineteen oh-five", "two thousand and five", "twenty ten".
    static func year(_ digits: some StringProtocol) -> String {
        let number = values(of: digits).suffix(4).reduce(0) { $0 * 10 + $1 }
        let (high, low) = number.quotientAndRemainder(dividingBy: 100)
        if high == 0 || (high % 10 == 0 && low < 10) { return cardinal(digits) }
        let end = low == 0 ? "hundred" : low < 10 ? "oh-" + cardinal(low) : cardinal(low)
        return cardinal(high) + " " + end
    }

    /// "3.140" → "three point one four": zeros at the end are not read.
    static func decimal(_ digits: String) -> String {
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var words = cardinal(parts[0])
        if parts.count > 1 {
            let fraction = values(of: parts[1])
            let length = (fraction.lastIndex { $0 != 0 } ?? -1) + 1
            if length > 0 { words += " point " + fraction.prefix(length).map { ones[$0] }.joined(separator: " ") }
        }
        return words
    }
}
