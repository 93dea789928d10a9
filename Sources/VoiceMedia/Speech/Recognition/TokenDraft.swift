/// Guesses what a decoder will say next, from what it said about an earlier recording with the same beginning.
///
/// The decoder takes a token and its guessed followers in one step and tells for each whether it would have said it (speculative
/// decoding: Leviathan, Kalman and Matias, ICML 2023, with the earlier text in place of a draft model). A step with fifteen guesses
/// costs two to three plain ones, so a text that is known but for its end comes in a fraction of the time. Wrong guesses change
/// nothing but the time.
struct TokenDraft {
    /// More guesses in one step are not worth it: from here on the network's time grows with their number.
    static let longestRun = 24
    /// How many tokens of the draft a decoded one may pass over: a full stop that was none, a word that was two.
    static let longestSkip = 3
    /// After so many steps in a row of which no guess was right, the draft is about something else.
    static let mostMisses = 2

    private let tokens: [Int]
    /// What comes next, as far as one knows.
    private var position = 0
    /// The token before `position` was passed over on suspicion.
    private var isUnsure = false
    private var run = longestRun
    private var misses = 0

    /// - Parameter tokens: those that the decoder does not have are left out.
    init(_ tokens: [Int]) {
        self.tokens = tokens.filter { (0..<MoonshineTokenizer.size).contains($0) }
    }

    /// What probably follows.
    ///
    /// - Parameter token: the one decoded last.
    mutating func guesses(after token: Int) -> ArraySlice<Int> {
        guard misses < Self.mostMisses else { return [] }
        let first = isUnsure ? position - 1 : position
        if let place = tokens[first...].prefix(1 + Self.longestSkip).firstIndex(of: token) {
            position = place + 1
            isUnsure = false
        } else if position < tokens.count {
            // Another word in the same place, until the next one says otherwise.
            position += 1
            isUnsure = true
        }
        return tokens[position...].prefix(run)
    }

    /// Says how many of the guesses, counted from the first, the decoder would have said.
    mutating func confirmed(_ count: Int, of guesses: Int) {
        guard guesses > 0 else { return }
        position += count
        if count > 0 { isUnsure = false }
        misses = count == 0 ? misses + 1 : 0
        run = count == guesses ? Self.longestRun : max(2, count)
    }
}
