// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// What spaCy peels off at the ends of a chunk and splits inside it, each as a function over scalars. All look at a bounded or
/// monotonically advancing part of the chunk.
enum TokenPatterns {
    private typealias Scalars = Set<Unicode.Scalar>

    private static let quotes: Scalars = Set("'\"“”`‘´’‚,„»«「」『』（）〔〕【】《》〈〉".unicodeScalars)
    private static let punctuation: Scalars = Set("…,:;!?¿¡()[]{}<>_#*&。？！，、；：～·".unicodeScalars)
    private static let icons: Scalars = Set("™®©°§¶†‡•".unicodeScalars)
    private static let currencies: Scalars = Set("$£€¥฿₽₹₩₪₺₴₦₫₱₲₵₸₼₾₿".unicodeScalars)
    private static let longCurrencies = ["US$", "C$", "A$"].map { Array($0.unicodeScalars) }
    private static let units = [
        "km²", "km³", "dm²", "dm³", "cm²", "cm³", "mm²", "mm³", "km/h", "kmh", "mph", "hPa", "mbar", "m/s",
        "km", "m²", "m³", "dm", "cm", "mm", "ha", "µm", "nm", "yd", "in", "ft", "kg", "mg", "µg", "lb", "oz", "Pa",
        "mb", "MB", "kb", "KB", "gb", "GB", "tb", "TB", "m", "g", "t", "T", "G", "M", "K", "%",
    ].map { Array($0.unicodeScalars) }
    private static let possessives = ["'s", "'S", "’s", "’S"].map { Array($0.unicodeScalars) }
    private static let singlePrefixes = Set("§%=—–".unicodeScalars).union(punctuation).union(quotes).union(currencies).union(icons)
    private static let singleSuffixes = Set("—–".unicodeScalars).union(punctuation).union(quotes).union(icons)
    private static let beforeLastPoint = Set("%²-+".unicodeScalars).union(punctuation).union(quotes)
    private static let topLevelDomains: Set<String> = [
        "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "info", "biz", "us", "ca", "au", "tv", "me", "ly", "ai",
    ]

    /// Number of scalars to peel off the front; 0 = none.
    static func prefixLength(of text: ArraySlice<Unicode.Scalar>) -> Int {
        guard let first = text.first else { return 0 }
        if singlePrefixes.contains(first) { return 1 }
        if first == "+" { return text.dropFirst().first?.isASCIIDigit == true ? 0 : 1 }
        if first == "." {
            let points = text.prefix { $0 == "." }.count
            return points > 1 ? points : 0
        }
        return longCurrencies.first { text.starts(with: $0) }?.count ?? 0
    }

    /// Number of scalars to peel off the end; 0 = none. Of several patterns the longest wins.
    static func suffixLength(of text: ArraySlice<Unicode.Scalar>) -> Int {
        guard let last = text.last else { return 0 }
        let before = text.dropLast()
        var length = 0
        if singleSuffixes.contains(last) {
            length = last == "…" && before.last == "…" ? 2 : 1
        } else if last == "." {
            let points = text.reversed().prefix { $0 == "." }.count
            length = points > 1 ? points : endsSentence(before) ? 1 : 0
        } else if last == "+" || currencies.contains(last), before.last?.isASCIIDigit == true {
            length = 1
        }
        func follows(_ ending: [Unicode.Scalar], where accepts: (Unicode.Scalar) -> Bool) -> Bool {
            guard text.count > ending.count, ending.count > length, text.suffix(ending.count).elementsEqual(ending) else { return false }
            return accepts(text[text.endIndex - ending.count - 1])
        }
        if last == "s" || last == "S", text.count >= 2, possessives.contains(where: { text.suffix(2).elementsEqual($0) }) { length = 2 }
        for ending in longCurrencies where follows(ending, where: \.isASCIIDigit) { length = ending.count }
        for ending in units where follows(ending, where: \.isASCIIDigit) { length = ending.count }
        return length
    }

    /// True when one point after this text is a full stop.
    private static func endsSentence(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let last = text.last else { return false }
        if last.isASCIIDigit || last.isLatinLowercase || beforeLastPoint.contains(last) { return true }
        guard let previous = text.dropLast().last else { return false }
        return (previous == "°" && "FfCcKk".unicodeScalars.contains(last)) || (previous.isLatinUppercase && last.isLatinUppercase)
    }

    /// Number of scalars that split the text at `position`; 0 = none.
    static func infixLength(in text: ArraySlice<Unicode.Scalar>, at position: Int) -> Int {
        func scalar(_ index: Int) -> Unicode.Scalar? { text.indices.contains(index) ? text[index] : nil }
        let here = text[position]
        let before = scalar(position - 1)
        let after = scalar(position + 1)
        if here == ".", after == "." { return text[position...].prefix { $0 == "." }.count }
        if here == "…" || icons.contains(here) { return 1 }
        guard let before else { return 0 }
        if "+-*^".unicodeScalars.contains(here), before.isASCIIDigit, after?.isASCIIDigit == true || after == "-" { return 1 }
        if here == ".", before.isLatinLowercase || quotes.contains(before) {
            return after.map { $0.isLatinUppercase || quotes.contains($0) } == true ? 1 : 0
        }
        if here == ",", before.isWordLetter { return after?.isWordLetter == true ? 1 : 0 }
        guard before.isWord, before != "_" else { return 0 }
        switch here {
        case ":", "<", ">", "=", "/", "~", "–":
            return after?.isWordLetter == true ? 1 : 0
        case "-", "—":
            // A dash may be written with up to three hyphens or two long dashes.
            let longest = here == "-" ? 3 : 2
            let length = text[position...].prefix(longest + 1).prefix { $0 == here }.count
            return length <= longest && scalar(position + length)?.isWordLetter == true ? length : 0
        default:
            return 0
        }
    }

    /// Web and mail addresses stay whole.
    static func isAddress(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        func isLabel(_ label: ArraySlice<Unicode.Scalar>) -> Bool { !label.isEmpty && label.allSatisfy { $0.isWord || $0 == "-" } }
        func labels(_ text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
            text.split(separator: ".", omittingEmptySubsequences: false)
        }
        let start = String(scalars: text.prefix(9)).lowercased()
        for scheme in ["http://", "https://", "ftp://", "www."] where start.hasPrefix(scheme) && text.count > scheme.utf8.count {
            return true
        }
        if let at = text.firstIndex(of: "@"), at > text.startIndex {
            let domain = labels(text[(at + 1)...])
            let isMailbox = text[..<at].allSatisfy { $0.isWord || ".+-".unicodeScalars.contains($0) }
            if isMailbox, domain.count > 1, domain.allSatisfy(isLabel) { return true }
        }
        let host = labels(text.prefix { $0 != "/" })
        guard host.count > 1, host.allSatisfy(isLabel), let last = host.last else { return false }
        return topLevelDomains.contains(String(scalars: last).lowercased())
    }
}
