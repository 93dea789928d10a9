// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Splits a token where its reading changes: digits from letters, CamelCase, hyphens, symbols. "GitHub" → "Git", "Hub";
/// "you've" stays whole.
enum SubtokenSplitter {
    static func parts(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var result: [String] = []
        var position = 0
        while position < scalars.count {
            guard let length = matchLength(scalars, at: position) else {
                // A lone apostrophe inside a word, as in 5'9, is silent.
                position += 1
                continue
            }
            result.append(String(scalars: scalars[position..<position + length]))
            position += length
        }
        return result
    }

    private static func matchLength(_ text: [Unicode.Scalar], at start: Int) -> Int? {
        func scalar(_ index: Int) -> Unicode.Scalar? { index < text.count ? text[index] : nil }
        func run(_ from: Int, _ accepts: (Unicode.Scalar) -> Bool) -> Int {
            var end = from
            while end < text.count, accepts(text[end]) { end += 1 }
            return end - from
        }
        let here = text[start]
        let apostrophes = run(start, \.isApostrophe)
        if start == 0, apostrophes > 0 { return apostrophes }
        if here.isLatinUppercase, scalar(start + 1)?.isLatinUppercase == true, scalar(start + 2)?.isLatinLowercase == true { return 1 }
        let number = numberLength(text, at: start)
        if number > 0 { return number }
        let dashes = run(start) { $0 == "-" || $0 == "_" }
        if dashes > 0 { return dashes }
        if apostrophes > 1 || (apostrophes == 1 && start + 1 == text.count) { return apostrophes }
        if here.isWordLetter { return wordLength(text, at: start) }
        return here.isWord || here.isApostrophe ? nil : 1
    }

    /// Digits with single points or commas between or before them; at the very start also a sign.
    private static func numberLength(_ text: [Unicode.Scalar], at start: Int) -> Int {
        var end = start == 0 && text[0] == "-" ? 1 : start
        let first = end
        while end < text.count {
            if text[end].isDecimalDigit {
                end += 1
            } else if text[end] == "." || text[end] == ",", end + 1 < text.count, text[end + 1].isDecimalDigit {
                end += 2
            } else {
                break
            }
        }
        return end > first ? end - start : 0
    }

    /// Letters, with an apostrophe before single letters, up to the border of CamelCase.
    private static func wordLength(_ text: [Unicode.Scalar], at start: Int) -> Int {
        func isBorder(_ index: Int) -> Bool {
            index + 1 < text.count && text[index].isLatinLowercase && text[index + 1].isLatinUppercase
        }
        var end = start
        while end < text.count, text[end].isWordLetter {
            if isBorder(end) { return end + 1 - start }
            end += 1
        }
        while end + 1 < text.count, text[end].isApostrophe, text[end + 1].isWordLetter {
            if isBorder(end + 2) { return end + 3 - start }
            end += 2
        }
        return end - start
    }
}
