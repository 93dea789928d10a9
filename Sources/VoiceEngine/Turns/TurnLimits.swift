/// Fixed numbers of turn-taking.
enum TurnLimits {
    /// Windows above the threshold, running, that make a start: one alone is a click.
    static let startWindows = 2
    /// Silence after which the turn is recognised on speculation: about 190 ms. If the silence lasts until the end of the turn,
    /// the text is ready by then.
    static let speculationWindows = 6
    /// With `semantic_vad` text and judgement decide about the end, so both are begun after 160 ms. Earlier would mean once in
    /// every second word: stops and breaths are up to 130 ms long.
    static let semanticSpeculationWindows = 5
    /// What the judgement of a turn's sound looks back at: 8 s, the model's memory.
    static let judgedSamples = 8 * SpeechWindow.sampleRate
    /// A piece at least this long (10 s) is closed at any pause: 10 s decode in about 300 ms, which is all of the silence behind a
    /// clear end.
    static let pieceWindows = 312
    /// A piece at least this long (3 s) is closed at a clear pause, if words were understood in it. What has to be recognised when
    /// the turn ends is short then: the recogniser needs 30 ms for each second. No more words were wrong with it than without
    /// (Benchmarks/TurnTaking).
    static let clauseWindows = 94
    /// A clear pause (256 ms): hardly ever inside a phrase.
    static let clausePauseWindows = 8
    /// A pause (1 s) that closes a piece of a turn which the client ends by hand: nothing else would.
    static let manualPauseWindows = 31
    /// Longest piece (28 s): the recogniser gets slow beyond 20 s and collapses near 49 s.
    static let maximumPieceWindows = 875
    /// Where a piece must be cut without a pause, the quietest window of its last 10 s is taken.
    static let cutSearchWindows = 312
    /// Who speaks again within a second of the end of an answer goes on with it: a reply has only begun by then, and nothing could be
    /// said to it.
    static let continuationSamples = SpeechWindow.sampleRate
    /// A reply that begins while somebody speaks is held back until they have spoken for another second: then it is no noise.
    static let heldSpeechWindows = 31
    /// It is held back for three seconds at most: whoever asked for it wants to know.
    static let longestHoldWindows = 94
    /// A piece with fewer voiced windows holds no words; the bare recogniser would turn it into some.
    static let voicedWindows = 2
}
