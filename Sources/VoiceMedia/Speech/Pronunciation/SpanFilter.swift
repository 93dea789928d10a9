/// Tells quickly that several sub-tokens together can't be one word or number, so that most spans of "a1b2c3/x=y" cost no look-up.
struct SpanFilter {
    /// The longest entries have 13 parts ("what-you-see-is-what-you-get"); more of a dotted abbreviation is read in two goes.
    static let maximumParts = 14

    private enum Kind {
        /// Digits, commas, points.
        case number
        /// A hyphen or several.
        case dash
        /// Stands in no word and no number.
        case foreign
        /// Letters and what may stand between them.
        case word
    }

    private let kinds: [Kind]

    init(_ tokens: [Token]) {
        kinds = tokens.map { Self.kind(of: $0.text) }
    }

    private static func kind(of text: String) -> Kind {
        var kind = Kind.number
        for scalar in text.unicodeScalars {
            if scalar.isASCIIDigit || ((scalar == "," || scalar == ".") && text.utf8.count > 1) { continue }
            if scalar == "-" { return .dash }
            if isForeign(scalar) { return .foreign }
            kind = .word
        }
        return kind
    }

    private static func isForeign(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return !(scalar.isWord || scalar == "'" || scalar == "." || scalar == ",") }
        switch scalar.properties.generalCategory {
        case .otherSymbol, .mathSymbol, .currencySymbol, .control, .format, .privateUse, .unassigned, .surrogate: return true
        default: return false
        }
    }

    /// True when the look-up may know the parts in `span` as one. A single part always may be known.
    func mayBeKnown(_ span: Range<Int>) -> Bool {
        if span.count == 1 { return true }
        guard span.count <= Self.maximumParts, !kinds[span].contains(.foreign) else { return false }
        guard let lastNumber = kinds[span].lastIndex(of: .number) else { return true }
        // Digits stand only in numbers: a sign, digits, then an ending.
        let start = span.lowerBound
        return kinds[start..<lastNumber].enumerated().allSatisfy { $1 == .number || ($0 == 0 && $1 == .dash) }
    }
}
