/// Finds out that a decoder has collapsed into saying the same thing again and again ("small, small, small, …").
struct RepetitionGuard {
    /// The longest loop that is looked for, in tokens: a short clause.
    static let longestPeriod = 12
    /// The loop must fill at least this many tokens: people do say "no, no, no, no".
    static let fewestTokens = 16
    /// And come round at least this often.
    static let fewestRounds = 4

    /// The length of the sequence up to and including the first round of a loop at its end; nil when there is none.
    static func lengthBeforeLoop(in tokens: [Int]) -> Int? {
        guard tokens.count >= fewestTokens else { return nil }
        for period in 1...longestPeriod {
            let needed = max(fewestTokens, period * fewestRounds)
            guard tokens.count >= needed else { break }
            var same = 0
            var index = tokens.count - 1
            while index >= period, tokens[index] == tokens[index - period] {
                same += 1
                index -= 1
            }
            if same + period >= needed { return tokens.count - same }
        }
        return nil
    }
}
