// Port of hibari g2p (Apache-2.0), itself derived from misaki (Apache-2.0) and spaCy (MIT); see THIRD-PARTY-NOTICES.

/// Averaged-perceptron tagger for parts of speech (Penn Treebank tags).
///
/// A word with one dominant tag is answered from a dictionary, everything else from the weights of its features.
struct PartOfSpeechTagger: Sendable {
    private static let start = ["-START2-", "-START-"]
    private static let end = ["-END-", "-END2-"]

    private var tags: [String] = []
    /// Word → index in `tags`.
    private var dominant = ByteKeyTable()
    private var vocabulary = ByteKeyTable()
    /// Feature → first of its weights; the next feature's first is the end.
    private var features = ByteKeyTable()
    private var weightTags: [UInt8] = []
    private var weightTenths: [Int16] = []

    /// - Parameters:
    ///   - json: object of `tags`, `tagdict` (word → tag), `vocab` and `weights` (feature → tag → weight with one decimal).
    ///   - file: name for the error.
    init(json: [UInt8], file: String) throws(PronunciationDataError) {
        do {
            try read(json)
        } catch {
            throw PronunciationDataError(file: file, reason: .unexpectedContent)
        }
        dominant.index()
        vocabulary.index()
        features.index()
        weightTags = Array(weightTags)
        weightTenths = Array(weightTenths)
    }

    private mutating func read(_ json: [UInt8]) throws(JSONByteScanner.Malformed) {
        var scanner = JSONByteScanner(json)
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            let key = try scanner.string()
            try scanner.expect(":")
            switch key {
            case "tags": try readTags(&scanner)
            case "tagdict": try readDominant(&scanner)
            case "vocab": try readVocabulary(&scanner)
            case "weights": try readWeights(&scanner)
            default: throw JSONByteScanner.Malformed()
            }
        }
        try scanner.end()
        guard !tags.isEmpty, features.count > 0, vocabulary.count > 0 else { throw JSONByteScanner.Malformed() }
    }

    private mutating func readTags(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) {
        try scanner.expect("[")
        var first = true
        while try scanner.hasNext(until: "]", first: &first) { tags.append(try scanner.string()) }
        guard tags.count <= Int(UInt8.max) else { throw JSONByteScanner.Malformed() }
    }

    private mutating func readDominant(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) {
        let numbers = Self.numbers(of: tags)
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            try dominant.appendKey { keys throws(JSONByteScanner.Malformed) in try scanner.string(into: &keys) }
            try scanner.expect(":")
            guard let number = numbers[try scanner.string()] else { throw JSONByteScanner.Malformed() }
            dominant.commit(value: UInt32(number))
        }
    }

    private mutating func readVocabulary(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) {
        try scanner.expect("[")
        var first = true
        while try scanner.hasNext(until: "]", first: &first) {
            try vocabulary.appendKey { keys throws(JSONByteScanner.Malformed) in try scanner.string(into: &keys) }
            vocabulary.commit(value: 0)
        }
    }

    /// The value of a feature holds its first weight in the upper 24 bits and the number of weights in the lower 8.
    private mutating func readWeights(_ scanner: inout JSONByteScanner) throws(JSONByteScanner.Malformed) {
        let numbers = Self.numbers(of: tags)
        try scanner.expect("{")
        var first = true
        while try scanner.hasNext(until: "}", first: &first) {
            try features.appendKey { keys throws(JSONByteScanner.Malformed) in try scanner.string(into: &keys) }
            try scanner.expect(":")
            try scanner.expect("{")
            let start = weightTags.count
            var firstTag = true
            while try scanner.hasNext(until: "}", first: &firstTag) {
                guard let number = numbers[try scanner.string()] else { throw JSONByteScanner.Malformed() }
                try scanner.expect(":")
                weightTags.append(number)
                weightTenths.append(try scanner.tenths())
            }
            let count = weightTags.count - start
            guard count <= 0xFF, start < 1 << 24 else { throw JSONByteScanner.Malformed() }
            features.commit(value: UInt32(start) << 8 | UInt32(count))
        }
    }

    private static func numbers(of tags: [String]) -> [String: UInt8] {
        Dictionary(zip(tags, (0...UInt8.max)), uniquingKeysWith: { first, _ in first })
    }

    /// One tag per word. Words must not be empty.
    func tags(of words: [String]) -> [String] {
        let context = Self.start + words.map(contextForm) + Self.end
        var previous = Self.start[1]
        var beforePrevious = Self.start[0]
        return words.indices.map { index in
            let tag: String
            if let number = dominant.value(for: words[index]) {
                tag = tags[Int(number)]
            } else {
                tag = predict(index, word: words[index], context: context, previous: previous, beforePrevious: beforePrevious)
            }
            (beforePrevious, previous) = (previous, tag)
            return tag
        }
    }

    /// Lower case, or a class for numbers and hyphenated words; a word outside the vocabulary becomes its shape.
    private func contextForm(_ word: String) -> String {
        let form: String
        let first = word.unicodeScalars.first
        if first != "-", word.utf8.contains(UInt8(ascii: "-")) {
            form = "!HYPHEN"
        } else if word.isDigits, word.scalarCount == 4 {
            form = "!YEAR"
        } else if first?.isDigit == true {
            form = "!DIGITS"
        } else {
            form = word.lowercased()
        }
        return vocabulary.value(for: form) != nil ? form : "<" + Self.shape(of: word) + ">"
    }

    static func shape(of word: String) -> String {
        if word.isLetters {
            if word.isLowercased { return "x" }
            if word.isUppercased { return word.scalarCount > 1 ? "XX" : "X1" }
            if word.unicodeScalars.first?.properties.isUppercase == true, word.droppingFirst(1).isLowercased { return "Xx" }
            return "xX"
        }
        if word.isDigits { return "d" }
        return String(scalars: word.unicodeScalars.prefix(4).map { $0.isDigit ? "d" : $0.isLetter ? "x" : $0 })
    }

    private func predict(_ index: Int, word: String, context: [String], previous: String, beforePrevious: String) -> String {
        var scores = [Double](repeating: 0, count: tags.count)
        var found = false
        var key: [UInt8] = []
        func add(_ parts: String...) {
            key.removeAll(keepingCapacity: true)
            for part in parts { key.append(contentsOf: part.utf8) }
            guard let value = features.value(for: key) else { return }
            let start = Int(value >> 8)
            for position in start..<start + Int(value & 0xFF) {
                found = true
                // Added one after another as binary fractions, as the reference does: it decides ties.
                scores[Int(weightTags[position])] += Double(weightTenths[position]) / 10
            }
        }
        func end(_ word: String) -> String { String(word.unicodeScalars.suffix(3)) }
        let here = index + 2
        add("b")
        add("s3=", end(word))
        add("p1=", String(word.unicodeScalars.prefix(1)))
        add("w=", context[here])
        add("sh=", Self.shape(of: word))
        add(index == 0 ? "i0" : "i+")
        add("t-1=", previous)
        add("t-2=", beforePrevious)
        add("t-12=", previous, ",", beforePrevious)
        add("w-1=", context[here - 1])
        add("s3-1=", end(context[here - 1]))
        add("w-2=", context[here - 2])
        add("w+1=", context[here + 1])
        add("s3+1=", end(context[here + 1]))
        add("w+2=", context[here + 2])
        guard found else { return "NN" }
        // Ties go to the larger name.
        let best = tags.indices.max { (scores[$0], tags[$0]) < (scores[$1], tags[$1]) }
        return best.map { tags[$0] } ?? "NN"
    }
}
