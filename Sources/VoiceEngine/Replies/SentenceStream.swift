/// Collects a reply as it is written and gives its sentences one by one, each as soon as its end is certain.
///
/// A sentence ends after . ! ? or … and closing marks, before a blank and a word that does not begin with a lower-case letter, and at a
/// line break. It does not end after a title ("Dr. Smith"), an initial ("J. K."), an abbreviation that goes on ("e.g. Kafka"), letters with
/// points ("the U.S. Army") or the number of a list item; "3.5" has no blank. A sentence that becomes very long is given in parts, so that
/// speech can start. The result does not depend on how the text was cut into pieces. The speech front end may split further.
struct SentenceStream {
    /// The first part of a reply may end at a comma after so many characters: about four seconds of speech, in which the rest is written.
    static let firstClauseCharacters = 60
    /// Later parts may end at a comma after so many: there is speech to be played meanwhile, and whole sentences sound better.
    static let clauseCharacters = 160
    /// Nothing waits longer than this; without a comma the cut is at a blank, without a blank anywhere. Bounds the memory, too.
    static let longestCharacters = 280

    private static let titles: Set<String> = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "Gen", "Gov", "Sen", "Rep", "Capt", "Lt", "Col", "Sgt", "Rev", "Hon", "Jr", "Sr",
    ]
    /// Words with a point that are never the last of a sentence in talk.
    private static let unfinished: Set<String> = ["e.g", "i.e", "vs", "cf", "approx", "No", "Nos", "Fig", "Eq"]
    /// Longest word that is compared with the lists; longer ones are in none.
    private static let longestWord = 16

    private static let ending = Set(".!?…".unicodeScalars)
    private static let closing = Set("\"”'’)]*_".unicodeScalars)
    private static let opening = Set("(\"“'‘[*_".unicodeScalars)
    private static let clauseMarks = Set(",;:—–".unicodeScalars)

    /// What has not been given yet; begins with a word, and blanks are single.
    private var pending: [Unicode.Scalar] = []
    /// Where `pending` may end a sentence; the next word decides.
    private var candidate: Int?
    private var isFirst = true

    init() {}

    /// The sentences that this piece of text completes.
    mutating func add(_ text: String) -> [String] {
        var sentences: [String] = []
        for scalar in text.unicodeScalars { add(scalar, to: &sentences) }
        return sentences
    }

    /// What is left at the end of the reply, or of what is said before a function call. More may follow.
    mutating func finish() -> String? {
        var sentences: [String] = []
        give(pending.count, to: &sentences)
        return sentences.first
    }

    private mutating func add(_ scalar: Unicode.Scalar, to sentences: inout [String]) {
        if scalar == "\n" || scalar == "\r" {
            give(pending.count, to: &sentences)
        } else if scalar.properties.isWhitespace {
            guard let last = pending.last, last != " " else { return }
            if candidate == nil, let mark = endingMark() {
                candidate = endsAnyway(mark) ? pending.count : nil
            }
            let limit = isFirst ? Self.firstClauseCharacters : Self.clauseCharacters
            if candidate == nil, pending.count >= limit, Self.clauseMarks.contains(last) {
                give(pending.count, to: &sentences)
            } else {
                pending.append(" ")
            }
        } else {
            if let end = candidate {
                candidate = nil
                if !scalar.properties.isLowercase { give(end, to: &sentences) }
            }
            pending.append(scalar)
        }
        if pending.count >= Self.longestCharacters { give(longestCut(), to: &sentences) }
    }

    /// The place of the mark that may end a sentence here: closing quotes and brackets may follow it.
    private func endingMark() -> Int? {
        guard let index = pending.lastIndex(where: { !Self.closing.contains($0) }), Self.ending.contains(pending[index]) else { return nil }
        return index
    }

    /// Whether a sentence can end at this mark, judged by the word before it.
    private func endsAnyway(_ mark: Int) -> Bool {
        guard pending[mark] == "." else { return true }
        let recent = pending[max(0, mark - Self.longestWord)..<mark]
        let start = recent.lastIndex(of: " ").map { $0 + 1 } ?? recent.startIndex
        let scalars = recent[start...].drop(while: Self.opening.contains)
        var word = String.UnicodeScalarView()
        word.append(contentsOf: scalars)
        if Self.titles.contains(String(word)) || Self.unfinished.contains(String(word)) { return false }
        // "J. K. Rowling", "the U.S. Army"
        let letters = scalars.split(separator: ".", omittingEmptySubsequences: false)
        if !letters.isEmpty, letters.allSatisfy({ $0.count == 1 && $0.allSatisfy(\.properties.isUppercase) }) { return false }
        // "1. Tell me about …"
        let isNumber = !scalars.isEmpty && scalars.count <= 2 && scalars.allSatisfy { ("0"..."9").contains($0) }
        return !(isNumber && scalars.startIndex == 0)
    }

    /// Where a text without an end is cut: after the last clause, else at the last blank, else right here.
    private func longestCut() -> Int {
        let blanks = pending.indices.filter { $0 > 0 && pending[$0] == " " }
        return blanks.last { Self.clauseMarks.contains(pending[$0 - 1]) } ?? blanks.last ?? pending.count
    }

    /// Gives everything before `end` and keeps the rest.
    private mutating func give(_ end: Int, to sentences: inout [String]) {
        var sentence = String.UnicodeScalarView()
        sentence.append(contentsOf: pending[..<end])
        while sentence.last == " " { sentence.removeLast() }
        pending = Array(pending[end...].drop { $0 == " " })
        candidate = nil
        guard !sentence.isEmpty else { return }
        isFirst = false
        sentences.append(String(sentence))
    }
}
