/// What the recognitions of a turn were decoded to: the drafts of those that begin where one of them did.
///
/// Looks at unfinished speech, the recognition in a pause and the one at the end all begin at the same sample, or where another ended.
struct RecognitionDrafts {
    /// A piece is closed after 3 to 10 s, and there is a look for each second of it.
    static let limit = 16

    private var known: [(samples: Range<Int>, tokens: [Int])] = []

    /// The newest is the one whose audio reaches furthest.
    mutating func add(_ samples: Range<Int>, tokens: [Int]) {
        guard !samples.isEmpty, !tokens.isEmpty else { return }
        if known.count == Self.limit { known.removeFirst() }
        known.append((samples, tokens))
    }

    /// Probable tokens of these samples, from their beginning as far as is known.
    func draft(for samples: Range<Int>) -> [Int] {
        var draft: [Int] = []
        var start = samples.lowerBound
        while let next = furthest(from: start, within: samples) {
            draft += next.tokens
            start = next.samples.upperBound
        }
        return draft
    }

    private func furthest(from start: Int, within samples: Range<Int>) -> (samples: Range<Int>, tokens: [Int])? {
        known.filter { $0.samples.lowerBound == start && $0.samples.upperBound <= samples.upperBound }
            .max { $0.samples.upperBound < $1.samples.upperBound }
    }
}
