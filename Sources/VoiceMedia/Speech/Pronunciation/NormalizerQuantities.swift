// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

// Amounts, measures, ranges, fractions and telephone numbers in words.

extension Normalizer {
    /// A number may start here: no letter, digit, underscore or point before it.
    private static func isFree(_ text: ScalarText, _ index: Int) -> Bool { !text.isWord(index - 1) && text[index - 1] != "." }

    private static func form(_ number: String, _ noun: NormalizerTables.Noun) -> String {
        ["1", "1.0", "-1"].contains(number.replacing(scalar: ",", with: "")) ? noun.one : noun.many
    }

    /// `hundred|thousand|…|[kKmMbB]\b`
    private func magnitude(_ text: ScalarText, _ index: Int) -> (word: String, end: Int)? {
        if let match = magnitudes.match(text, index) { return match }
        guard text.isBoundary(index + 1) else { return nil }
        switch text[index] {
        case "k", "K": return ("thousand", index + 1)
        case "m", "M": return ("million", index + 1)
        case "b", "B": return ("billion", index + 1)
        default: return nil
        }
    }

    /// "$2.5M" → "2.5 million dollars"
    func largeAmount(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard let sign = text[index], "$£€".unicodeScalars.contains(sign), let numberEnd = text.number(index + 1),
            let magnitude = magnitude(text, text.skippingBlank(numberEnd)), let noun = tables.currencies[String(sign)]
        else { return nil }
        return (magnitude.end, "\(text.text(index + 1..<numberEnd)) \(magnitude.word) \(noun.many)")
    }

    func cents(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), Self.isFree(text, index), let numberEnd = text.number(index) else { return nil }
        let sign = text.skippingBlank(numberEnd)
        guard text[sign] == "¢", let noun = tables.currencies["¢"] else { return nil }
        let number = text.text(index..<numberEnd)
        return (sign + 1, "\(number) \(Self.form(number, noun))")
    }

    /// Currencies that the lexicon doesn't read: "¥500", "USD 3 million".
    func foreignAmount(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard !text.isWord(index - 1) else { return nil }
        let code = currencyCodes.match(text, index, where: { text.isDigit(text.skippingBlank($0)) })
        guard let code, let noun = tables.currencies[code.word.replacing(scalar: ".", with: "")] else { return nil }
        let start = text.skippingBlank(code.end)
        guard let end = text.number(start) else { return nil }
        let number = text.text(start..<end)
        guard let magnitude = magnitude(text, text.skippingBlank(end)) else { return (end, "\(number) \(Self.form(number, noun))") }
        return (magnitude.end, "\(number) \(magnitude.word) \(noun.many)")
    }

    /// A number with a sign, and where the blank after it ends.
    private static func measure(_ text: ScalarText, _ index: Int) -> (number: String, end: Int)? {
        guard text.isDigit(index) || text[index] == "-", isFree(text, index), let end = text.number(text.skipping("-", index))
        else { return nil }
        return (text.text(index..<end), end)
    }

    func degrees(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard let (number, numberEnd) = Self.measure(text, index) else { return nil }
        let sign = text.skippingBlank(numberEnd)
        guard text[sign] == "°" else { return nil }
        let words = "\(number) " + Self.form(number, NormalizerTables.Noun(one: "degree", many: "degrees"))
        let scale = text.skippingBlank(sign + 1)
        if text[scale] == "C" || text[scale] == "F", !text.isWord(scale + 1) {
            return (scale + 1, words + (text[scale] == "C" ? " Celsius" : " Fahrenheit"))
        }
        for end in [scale, sign + 1] where !text.isWord(end) { return (end, words) }
        return nil
    }

    /// "250ms" → "250 milliseconds"
    func unit(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard let (number, numberEnd) = Self.measure(text, index),
            let match = units.match(text, text.skippingBlank(numberEnd), where: { !text.isWord($0) }), let noun = tables.units[match.word]
        else { return nil }
        return (match.end, "\(number) \(Self.form(number, noun))")
    }

    /// "555-1234": each digit, with a pause at the hyphen.
    func telephone(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), Self.isFree(text, index), text[index - 1] != "-",
            let first = text.digits(index, 3...3), text[first] == "-"
        else { return nil }
        func last(_ index: Int) -> Int? {
            guard let end = text.digits(index, 4...4), !text.isWord(end), text[end] != ".", text[end] != "-" else { return nil }
            return end
        }
        var end = last(first + 1)
        if let second = text.digits(first + 1, 3...3), text[second] == "-", let long = last(second + 1) { end = long }
        guard let end else { return nil }
        let spaced = text.scalars[index..<end].map { $0 == "-" ? ",  " : String($0) }.joined(separator: " ")
        return (end, spaced)
    }

    /// "3/4", else a date ("9/11"), else "24 slash 7".
    func fraction(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), Self.isFree(text, index), text[index - 1] != "/", let firstEnd = text.digits(index, 1...2),
            text[firstEnd] == "/", let end = text.digits(firstEnd + 1, 1...2), !text.isWord(end), text[end] != ".", text[end] != "/"
        else { return nil }
        let first = text.value(index..<firstEnd)
        let second = text.value(firstEnd + 1..<end)
        let names = [2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth"]
        if first > 0, first < second, let name = names[second] {
            if second == 2 { return (end, "one half") }
            return (end, "\(first) \(name)" + (first == 1 ? "" : "s"))
        }
        if (1...12).contains(first), (1...31).contains(second) {
            return (end, "\(tables.months[first - 1]) \(NumberWords.ordinal(second))")
        }
        return (end, "\(first) slash \(second)")
    }

    /// "5-10" → "5 to 10"
    func range(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.isDigit(index), Self.isFree(text, index), text[index - 1] != "-", let firstEnd = text.digits(index, 1...4)
        else { return nil }
        let dash = text.skippingBlank(firstEnd)
        guard text[dash] == "-" || text[dash] == "–" else { return nil }
        let secondStart = text.skippingBlank(dash + 1)
        guard let end = text.digits(secondStart, 1...4), !text.isWord(end), text[end] != ".", text[end] != "-", text[end] != "%"
        else { return nil }
        return (end, "\(text.text(index..<firstEnd)) to \(text.text(secondStart..<end))")
    }
}
