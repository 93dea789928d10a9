// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

// Numbers in a text: cardinals, ordinals, years, decimals, versions, codes and amounts of money.

extension Lexicon {
    private static let ordinalEndings: Set<String> = ["st", "nd", "rd", "th"]
    private static let numberEndings = ["ing", "'d", "ed", "'s", "st", "nd", "rd", "th", "s"]

    static func isNumber(_ word: String, isHead: Bool) -> Bool {
        guard word.unicodeScalars.contains(where: \.isASCIIDigit) else { return false }
        var number = word
        if let ending = numberEndings.first(where: word.hasSuffix) { number = word.droppingLast(ending.utf8.count) }
        return number.unicodeScalars.enumerated().allSatisfy { offset, scalar in
            scalar.isASCIIDigit || scalar == "," || scalar == "." || (isHead && offset == 0 && scalar == "-")
        }
    }

    func appendingCurrency(_ currency: String?, to phonemes: String) -> String {
        guard let currency, let unit = Self.currencies[currency]?.0,
            let plural = stemS(unit + "s", tag: nil, level: nil, context: nil)
        else { return phonemes }
        return phonemes + " " + plural
    }

    /// - Parameters:
    ///   - text: digits with commas, points, a sign in front or an ending such as "th", "s" or "'s".
    ///   - currency: sign of the currency that it counts.
    ///   - isHead: false for digits after letters ("K8s", "B52"), which are read in short groups.
    func phonemes(ofNumber text: String, currency: String?, isHead: Bool) -> String? {
        let endingLength = text.unicodeScalars.reversed().prefix { ($0.value >= 0x61 && $0.value <= 0x7A) || $0 == "'" }.count
        let ending = endingLength > 0 ? String(text.unicodeScalars.suffix(endingLength)) : ""
        var reading = NumberReading(lexicon: self)
        var number = text.droppingLast(endingLength)
        if number.hasPrefix("-") {
            reading.add("minus")
            number.removeFirst()
        }
        read(number, ending: ending, currency: currency, isHead: isHead, into: &reading)
        guard let phonemes = reading.joined else { return nil }
        switch ending {
        case "s", "'s": return Self.appendingS(to: phonemes)
        case "ed", "'d": return Self.appendingED(to: phonemes)
        case "ing": return Self.appendingING(to: phonemes)
        default: return phonemes
        }
    }

    private func read(_ number: String, ending: String, currency: String?, isHead: Bool, into reading: inout NumberReading) {
        let unit = currency.flatMap { Self.currencies[$0] }
        let isOrdinal = Self.ordinalEndings.contains(ending)
        let points = number.utf8.count { $0 == UInt8(ascii: ".") }
        if number.isASCIIDigits, isOrdinal {
            reading.add(NumberWords.ordinal(number))
        } else if reading.isEmpty, number.utf8.count == 4, unit == nil, number.isASCIIDigits {
            reading.add(NumberWords.year(number))
        } else if !isHead, points == 0 {
            readShort(number.replacing(scalar: ",", with: ""), into: &reading)
        } else if points > 1 || !isHead {
            readVersion(number.replacing(scalar: ",", with: ""), into: &reading)
        } else if let unit, Self.isAmount(number) {
            readAmount(number.replacing(scalar: ",", with: ""), unit: unit, into: &reading)
        } else if points == 0 {
            reading.add(isOrdinal ? NumberWords.ordinal(number) : NumberWords.cardinal(number))
        } else {
            let plain = number.replacing(scalar: ",", with: "")
            if plain.hasPrefix(".") {
                reading.add("point")
                reading.addEach(plain.unicodeScalars.dropFirst())
            } else {
                reading.add(NumberWords.decimal(plain))
            }
        }
    }

    /// Digits inside a word: one by one from four digits on, "four oh four", "five twelve".
    private func readShort(_ digits: String, into reading: inout NumberReading) {
        let scalars = Array(digits.unicodeScalars)
        guard let first = scalars.first else { return }
        if first == "0" || scalars.count > 3 {
            reading.addEach(scalars[...])
        } else if scalars.count == 3, !digits.hasSuffix("00") {
            reading.addEach(scalars[..<1])
            if scalars[1] == "0" {
                reading.add("O", level: -2)
                reading.addEach(scalars[2...])
            } else {
                reading.add(NumberWords.cardinal(digits.droppingFirst(1)))
            }
        } else {
            reading.add(NumberWords.cardinal(digits))
        }
    }

    /// "3.11.4": part by part, long parts digit by digit.
    private func readVersion(_ number: String, into reading: inout NumberReading) {
        for part in number.unicodeScalars.split(separator: ".") {
            if part.first == "0" || (part.count != 2 && part.dropFirst().contains { $0 != "0" }) {
                reading.addEach(part)
            } else {
                reading.add(NumberWords.cardinal(String(part)))
            }
        }
    }

    private static func isAmount(_ number: String) -> Bool {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 1 || (parts.count == 2 && parts[1].utf8.count < 3)
    }

    private func readAmount(_ number: String, unit: (String, String), into reading: inout NumberReading) {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var amounts = Array(zip(parts, [unit.0, unit.1]))
        func isZero(_ digits: String) -> Bool { digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }
        if amounts.count > 1 {
            if isZero(amounts[1].0) {
                amounts.removeLast()
            } else if isZero(amounts[0].0) {
                amounts.removeFirst()
            }
        }
        for (offset, (digits, name)) in amounts.enumerated() {
            if offset > 0 { reading.add(spoken: lookup("and", tag: nil, level: nil, context: nil)) }
            reading.add(NumberWords.cardinal(digits))
            let isOne = digits.drop { $0 == "0" } == "1"
            if isOne || name == "pence" {
                reading.add(spoken: lookup(name, tag: nil, level: nil, context: nil))
            } else {
                reading.add(spoken: stemS(name + "s", tag: nil, level: nil, context: nil))
            }
        }
    }
}

/// Collects the phonemes of number words.
private struct NumberReading {
    let lexicon: Lexicon
    private var words: [String] = []

    init(lexicon: Lexicon) {
        self.lexicon = lexicon
    }

    var isEmpty: Bool { words.isEmpty }
    var joined: String? { words.isEmpty ? nil : words.joined(separator: " ") }

    mutating func add(spoken phonemes: String?) {
        if let phonemes { words.append(phonemes) }
    }

    /// American reading: no "and" inside a number.
    mutating func add(_ text: String, level: Double? = nil) {
        for word in text.split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "," }) where word != "and" {
            add(spoken: lexicon.lookup(String(word), tag: nil, level: word == "point" ? -2 : level, context: nil))
        }
    }

    mutating func addEach(_ digits: some Collection<Unicode.Scalar>) {
        for digit in digits where digit.isASCIIDigit { add(NumberWords.cardinal(String(digit))) }
    }
}
