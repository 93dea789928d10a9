// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Word tables of the normaliser, from `normalize.json`.
struct NormalizerTables: Sendable, Equatable {
    /// One and many: "kilometer", "kilometers".
    struct Noun: Sendable, Equatable {
        var one: String
        var many: String
    }

    /// The twelve months in order.
    var months: [String] = []
    /// Expanded only before a capitalised word: "St" → "Saint".
    var titles: [String: String] = [:]
    var abbreviations: [String: String] = [:]
    var units: [String: Noun] = [:]
    /// In the order of the file, in which they are replaced.
    var symbols: [(symbol: Unicode.Scalar, word: String)] = []
    var currencies: [String: Noun] = [:]
    /// Words after which a Roman numeral is a cardinal: "Chapter IV".
    var cardinalContexts: [String] = []
    /// Names after which it is an ordinal: "Henry VIII".
    var ordinalContexts: [String] = []

    init() {}

    /// - Parameters:
    ///   - json: the content of `normalize.json`.
    ///   - file: name for the error.
    init(json: [UInt8], file: String) throws(PronunciationDataError) {
        do {
            try read(json)
        } catch {
            throw PronunciationDataError(file: file, reason: .unexpectedContent)
        }
    }

    private mutating func read(_ json: [UInt8]) throws(JSONByteScanner.Malformed) {
        var scanner = JSONByteScanner(json)
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            let section = try scanner.string()
            try scanner.expect(":")
            switch section {
            case "months": months = try Self.pairs(&scanner).map(\.1)
            case "titles": titles = Dictionary(try Self.pairs(&scanner)) { $1 }
            case "abbreviations": abbreviations = Dictionary(try Self.pairs(&scanner)) { $1 }
            case "units": units = try Self.nouns(&scanner)
            case "currency": currencies = try Self.nouns(&scanner)
            case "symbols":
                for (symbol, word) in try Self.pairs(&scanner) {
                    guard let scalar = symbol.unicodeScalars.first, symbol.unicodeScalars.count == 1
                    else { throw JSONByteScanner.Malformed() }
                    symbols.append((scalar, word))
                }
            case "roman_cardinal": cardinalContexts = try Self.strings(&scanner)
            case "roman_ordinal": ordinalContexts = try Self.strings(&scanner)
            default: throw JSONByteScanner.Malformed()
            }
        }
        try scanner.end()
        guard months.count == 12 else { throw JSONByteScanner.Malformed() }
    }

    private static func pairs(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) -> [(String, String)] {
        try scanner.expect("{")
        var result: [(String, String)] = []
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            let key = try scanner.string()
            try scanner.expect(":")
            result.append((key, try scanner.string()))
        }
        return result
    }

    private static func strings(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) -> [String] {
        try scanner.expect("[")
        var result: [String] = []
        var first = true
        while try scanner.hasNext(until: "]", first: &first) { result.append(try scanner.string()) }
        return result
    }

    private static func nouns(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) -> [String: Noun] {
        try scanner.expect("{")
        var result: [String: Noun] = [:]
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            let key = try scanner.string()
            try scanner.expect(":")
            let forms = try strings(&scanner)
            guard forms.count == 2 else { throw JSONByteScanner.Malformed() }
            result[key] = Noun(one: forms[0], many: forms[1])
        }
        return result
    }

    static func == (left: Self, right: Self) -> Bool {
        left.months == right.months && left.titles == right.titles && left.abbreviations == right.abbreviations && left.units == right.units
            && left.symbols.elementsEqual(right.symbols, by: ==) && left.currencies == right.currencies
            && left.cardinalContexts == right.cardinalContexts && left.ordinalContexts == right.ordinalContexts
    }
}
