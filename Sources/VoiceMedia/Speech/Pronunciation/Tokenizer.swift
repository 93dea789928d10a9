// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Splits a text into words and punctuation with spaCy's rules for English.
///
/// Special cases first (contractions, "Mr.", "10am"); then prefixes and suffixes are peeled off each chunk between blanks; then infixes
/// (hyphens, slashes) split what is left; at last adjacent pieces that spell a special case are joined again ("Sept" "." → "Sept.").
struct Tokenizer: Sendable {
    /// Longer chunks without a blank are cut: no word has that many scalars, and the time for junk stays linear.
    static let maximumChunk = 256

    private let special: [String: [String]]
    private let longestSpecial: Int

    init(special: [String: [String]]) {
        self.special = special
        longestSpecial = special.keys.map(\.scalarCount).max() ?? 0
    }

    /// - Parameter json: object, text → the tokens it stands for.
    init(json: [UInt8], file: String) throws(PronunciationDataError) {
        do {
            self.init(special: try Self.read(json))
        } catch {
            throw PronunciationDataError(file: file, reason: .unexpectedContent)
        }
    }

    private static func read(_ json: [UInt8]) throws(JSONByteScanner.Malformed) -> [String: [String]] {
        var scanner = JSONByteScanner(json)
        var special: [String: [String]] = [:]
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            let key = try scanner.string()
            try scanner.expect(":")
            try scanner.expect("[")
            var tokens: [String] = []
            var firstToken = true
            while try scanner.hasNext(until: "]", first: &firstToken) { tokens.append(try scanner.string()) }
            guard !tokens.isEmpty, tokens.allSatisfy({ !$0.isEmpty }) else { throw JSONByteScanner.Malformed() }
            special[key] = tokens
        }
        try scanner.end()
        return special
    }

    /// The tokens in order, each with whether blank space followed; no tag yet.
    func tokens(of text: some Collection<Unicode.Scalar>) -> [Token] {
        var result: [Token] = []
        var position = text.startIndex
        while let start = text[position...].firstIndex(where: { !$0.isBlank }) {
            var end = text[start...].firstIndex(where: \.isBlank) ?? text.endIndex
            if let limit = text.index(start, offsetBy: Self.maximumChunk, limitedBy: end) { end = limit }
            var tokens = split(Array(text[start..<end])).map { Token($0) }
            if end < text.endIndex, text[end].isBlank { tokens[tokens.count - 1].hasSpaceAfter = true }
            result += tokens
            position = end
        }
        return result
    }

    private func special(_ chunk: ArraySlice<Unicode.Scalar>) -> [String]? {
        chunk.count <= longestSpecial ? special[String(scalars: chunk)] : nil
    }

    /// The tokens of one chunk without blanks; `chunk` must not be empty.
    func split(_ chunk: [Unicode.Scalar]) -> [String] {
        if let tokens = special(chunk[...]) { return tokens }
        var rest = chunk[...]
        var before: [String] = []
        var after: [String] = []
        while !rest.isEmpty, special(rest) == nil {
            let prefix = TokenPatterns.prefixLength(of: rest)
            if prefix > 0, prefix < rest.count, special(rest.dropFirst(prefix)) != nil {
                before.append(String(scalars: rest.prefix(prefix)))
                rest = rest.dropFirst(prefix)
                break
            }
            let suffix = TokenPatterns.suffixLength(of: rest.dropFirst(prefix))
            if suffix > 0, suffix < rest.count, special(rest.dropLast(suffix)) != nil {
                after.append(String(scalars: rest.suffix(suffix)))
                rest = rest.dropLast(suffix)
                break
            }
            if prefix == 0, suffix == 0 { break }
            if prefix > 0 { before.append(String(scalars: rest.prefix(prefix))) }
            if suffix > 0 { after.append(String(scalars: rest.suffix(suffix))) }
            rest = rest.dropFirst(prefix).dropLast(suffix)
        }
        var tokens = before
        if !rest.isEmpty {
            if let known = special(rest) {
                tokens += known
            } else if TokenPatterns.isAddress(rest) {
                tokens.append(String(scalars: rest))
            } else {
                tokens += splitInfixes(rest)
            }
        }
        tokens += after.reversed()
        return tokens.count > 1 ? rejoined(tokens) : tokens
    }

    private func splitInfixes(_ rest: ArraySlice<Unicode.Scalar>) -> [String] {
        var tokens: [String] = []
        var start = rest.startIndex
        var position = rest.startIndex
        while position < rest.endIndex {
            let length = TokenPatterns.infixLength(in: rest, at: position)
            guard length > 0 else {
                position += 1
                continue
            }
            if position > rest.startIndex {
                if position > start { tokens.append(String(scalars: rest[start..<position])) }
                tokens.append(String(scalars: rest[position..<position + length]))
                start = position + length
            }
            position += length
        }
        if start < rest.endIndex { tokens.append(String(scalars: rest[start...])) }
        return tokens
    }

    /// Two or three pieces that together spell a special case become its tokens.
    private func rejoined(_ tokens: [String]) -> [String] {
        var result: [String] = []
        var index = 0
        search: while index < tokens.count {
            for length in [3, 2] where index + length <= tokens.count {
                let joined = tokens[index..<index + length].joined()
                if joined.scalarCount <= longestSpecial, let known = special[joined] {
                    result += known
                    index += length
                    continue search
                }
            }
            result.append(tokens[index])
            index += 1
        }
        return result
    }
}
