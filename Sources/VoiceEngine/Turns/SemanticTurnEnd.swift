/// How much silence ends a turn, given what its sound and its words say (`semantic_vad`).
///
/// The silence is counted from the first window below the threshold, which is about 0.1 s after the last sound.
struct SemanticTurnEnd: Equatable {
    enum Eagerness: Equatable {
        case low, medium, high
    }

    /// The most silence that is waited for: the speaker is in the middle of a thought. 1.7, 1.3 and 0.9 s, far below the API's
    /// own 8, 4 and 2 s, which feel like a lost connection in an interview.
    let capWindows: Int
    /// What is waited longer behind a single short sentence: it is more often the beginning of an answer than all of it.
    let patienceWindows: Int

    /// A turn with less speech (2.3 s) is one short sentence.
    static let briefWindows = 71
    /// What a finished sentence is waited for at most. Nearly all replies shall begin within a second of the last sound.
    static let longestWaitForSentence = 27
    /// People's real ends are judged above it; one in seven of their pauses is, too.
    static let ended: Float = 0.9
    /// The model's authors decide here.
    static let likely: Float = 0.5
    /// Real ends are hardly ever judged below it.
    static let goingOn: Float = 0.1

    /// How much of an answer there is.
    enum Length: Equatable {
        /// Less speech than `briefWindows`, spoken in one go.
        case brief
        /// No more speech than that, with a clear pause in it: what came behind it may well be what was searched for.
        case briefWithPause
        case ample
    }

    private enum Sound {
        case ended, likely, unlikely, goingOn

        init(_ probability: Float) {
            switch probability {
            case SemanticTurnEnd.ended...: self = .ended
            case SemanticTurnEnd.likely...: self = .likely
            case SemanticTurnEnd.goingOn...: self = .unlikely
            default: self = .goingOn
            }
        }
    }

    init(eagerness: Eagerness) {
        switch eagerness {
        case .low: (capWindows, patienceWindows) = (53, 12)
        case .medium: (capWindows, patienceWindows) = (41, 7)
        case .high: (capWindows, patienceWindows) = (28, 0)
        }
    }

    /// Silent windows after which the turn ends. The numbers were chosen by measurement (Benchmarks/TurnTaking): half of the
    /// answers shall be replied to within 0.6 s and nearly all within 1 s, and thinking pauses be survived within that.
    ///
    /// - Parameters:
    ///   - probability: that the turn is complete, by its sound; nil while it is not known.
    ///   - text: what the words say; nil while they are not known.
    ///   - length: of the answer so far.
    func silenceWindows(probability: Float?, text: TextCompletion?, length: Length) -> Int {
        let patience =
            switch length {
            case .brief: patienceWindows
            case .briefWithPause: patienceWindows / 2
            case .ample: 0
            }
        let likelySentence = min(17 + patience, Self.longestWaitForSentence)
        let windows: Int
        switch (text, probability.map(Sound.init)) {
        case (.closed, .ended): windows = 9
        case (.closed, .likely): windows = 12
        case (.closed, _): windows = 19
        case (.answer, .ended): windows = 10 + patienceWindows / 2
        case (.answer, .likely): windows = 13 + patienceWindows / 2
        case (.answer, _): windows = 23
        case (.opening, .ended), (.opening, .likely): windows = 17 + patienceWindows
        case (.opening, _): windows = max(23, 17 + patienceWindows)
        case (.sentence, .ended): windows = 15 + patience
        case (.sentence, .likely): windows = likelySentence
        case (.sentence, .unlikely): windows = max(22, likelySentence)
        case (.sentence, nil): windows = max(24, likelySentence)
        case (.sentence, .goingOn): windows = max(25, likelySentence)
        case (.unknown, .ended): windows = 14
        case (.unknown, .likely): windows = 21
        case (.unknown, .unlikely): windows = 26
        case (.clause, .ended): windows = 29
        case (.clause, .likely): windows = 30
        case (.clause, .unlikely): windows = 31
        // The words may come any moment; without them nothing is decided early.
        case (nil, .ended), (nil, .likely): windows = 24
        // Behind "and", "the" or "um" nobody stops, whatever it sounds like.
        case (.unfinished, _), (.unknown, _), (.clause, _), (nil, _): windows = capWindows
        }
        return min(windows, capWindows)
    }
}
