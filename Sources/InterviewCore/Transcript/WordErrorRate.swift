/// How far recognised words are from the words that were said: substitutions, insertions and deletions
/// on the shortest way from one to the other (Levenshtein distance over words), divided by the words said.
///
/// Both texts are normalised first, so that writing does not count as hearing: case, punctuation, and
/// numbers up to 999,999 in digits ("21", "twenty-one") make no difference.
public struct WordErrorRate: Hashable, Sendable {
    public let substitutions: Int
    public let insertions: Int
    public let deletions: Int
    /// Words in the normalised reference.
    public let referenceWords: Int

    public var errors: Int { substitutions + insertions + deletions }

    /// 0 is perfect; more than 1 is possible. Without reference words: 0 if nothing was recognised either, else 1 per word.
    public var rate: Double { Double(errors) / Double(max(referenceWords, 1)) }

    /// Longest text that is compared, in words. Time grows with the product of both lengths; an hour of talk has
    /// about 9,000 words. What is behind is not looked at.
    public static let longest = 20_000

    public init(reference: String, hypothesis: String) {
        // Numbers for words: they are compared once for each cell of the table.
        var numbers: [String: Int] = [:]
        func numbered(_ text: String) -> [Int] {
            Self.normalizedWords(of: text, limit: Self.longest).map { word in
                if let known = numbers[word] { return known }
                numbers[word] = numbers.count
                return numbers.count - 1
            }
        }
        let said = numbered(reference)
        let heard = numbered(hypothesis)
        referenceWords = said.count

        // One row of the distance table at a time; each cell keeps how its errors divide.
        struct Path {
            var substitutions = 0
            var insertions = 0
            var deletions = 0
            var errors: Int { substitutions + insertions + deletions }
        }
        var row = (0...heard.count).map { Path(insertions: $0) }
        for word in said {
            var diagonal = row[0]
            row[0].deletions += 1
            for (index, candidate) in heard.enumerated() {
                var best = diagonal
                if word != candidate { best.substitutions += 1 }
                var deletion = row[index + 1]
                deletion.deletions += 1
                if deletion.errors < best.errors { best = deletion }
                var insertion = row[index]
                insertion.insertions += 1
                if insertion.errors < best.errors { best = insertion }
                diagonal = row[index + 1]
                row[index + 1] = best
            }
        }
        let path = row[heard.count]
        substitutions = path.substitutions
        insertions = path.insertions
        deletions = path.deletions
    }

    /// The words that are compared.
    public static func normalizedWords(of text: String) -> [String] { normalizedWords(of: text, limit: .max) }

    private static func normalizedWords(of text: String, limit: Int) -> [String] {
        var words: [String] = []
        var word = ""
        func finish() {
            guard !word.isEmpty else { return }
            words += spelledOut(word)
            word = ""
        }
        var rest = text.lowercased()[...]
        while let character = rest.popFirst(), words.count < limit {
            let next = rest.first ?? " "
            switch character {
            case _ where character.isLetter || character.isNumber:
                word.append(character)
            // An apostrophe inside a word belongs to it, in either form.
            case "'" where !word.isEmpty && next.isLetter, "’" where !word.isEmpty && next.isLetter:
                word.append("'")
            // A comma between thousands is writing.
            case "," where word.last?.isNumber == true && next.isNumber:
                continue
            case "%":
                finish()
                words.append("percent")
            case "&":
                finish()
                words.append("and")
            default:
                finish()
            }
        }
        finish()
        if words.count > limit { words.removeLast(words.count - limit) }
        return words
    }

    /// Digits as words; everything else as it is.
    private static func spelledOut(_ word: String) -> [String] {
        guard word.utf8.count <= 6, word.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(word) else { return [word] }
        return spelledOut(number)
    }

    private static func spelledOut(_ number: Int) -> [String] {
        let small = [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        ]
        let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
        switch number {
        case ..<20: return [small[number]]
        case ..<100: return [tens[number / 10]] + (number % 10 == 0 ? [] : [small[number % 10]])
        case ..<1000: return [small[number / 100], "hundred"] + (number % 100 == 0 ? [] : spelledOut(number % 100))
        default: return spelledOut(number / 1000) + ["thousand"] + (number % 1000 == 0 ? [] : spelledOut(number % 1000))
        }
    }
}
