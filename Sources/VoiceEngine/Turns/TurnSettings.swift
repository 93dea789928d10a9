import RealtimeProtocol

/// The numbers of `server_vad`, in windows and samples.
struct TurnSettings: Equatable {
    /// A window above it counts as speech.
    var startThreshold: Float
    /// A window below it counts as silence; between the two is neither. 0.15 below the start, as Silero's authors do it.
    var endThreshold: Float
    /// Audio from before the detected start that belongs to the turn, in samples.
    var prefixSamples: Int
    /// Silent windows that end the turn. nil: the client ends turns by hand.
    var silenceWindows: Int?
    var createResponse: Bool
    var interruptResponse: Bool
    /// Voiced windows between two looks at the unfinished turn. nil: no interim transcripts.
    var interimWindows: Int?

    /// - Parameter detection: nil means that the client commits by hand. Other kinds than `server_vad` are refused before.
    init(_ detection: TurnDetection.ServerVAD?, interimWindows: Int? = nil) {
        let vad = detection ?? TurnDetection.ServerVAD(createResponse: false, interruptResponse: false)
        startThreshold = Float(vad.threshold)
        endThreshold = max(Float(vad.threshold) - 0.15, 0.01)
        prefixSamples = vad.prefixPaddingMilliseconds * SpeechWindow.sampleRate / 1_000
        silenceWindows = detection.map { SpeechWindow.count(inMilliseconds: $0.silenceDurationMilliseconds) }
        createResponse = vad.createResponse
        interruptResponse = vad.interruptResponse
        self.interimWindows = interimWindows
    }
}

/// Fixed numbers of turn-taking.
enum TurnLimits {
    /// Windows above the threshold, running, that make a start: one alone is a click.
    static let startWindows = 2
    /// Silence after which the turn is recognised on speculation: about 190 ms. If the silence lasts until the end of the turn,
    /// the text is ready by then.
    static let speculationWindows = 6
    /// A piece at least this long (10 s) is closed at a pause. Short last pieces keep the wait at the end of a long answer
    /// short: 10 s decode in about 150 ms, which is less than what is left of the silence after the speculation.
    static let pieceWindows = 312
    /// A pause (1 s) that closes a piece of a turn which the client ends by hand: nothing else would.
    static let manualPauseWindows = 31
    /// Longest piece (28 s): the recogniser gets slow beyond 20 s and collapses near 49 s.
    static let maximumPieceWindows = 875
    /// Where a piece must be cut without a pause, the quietest window of its last 10 s is taken.
    static let cutSearchWindows = 312
    /// A piece with fewer voiced windows holds no words; the bare recogniser would turn it into some.
    static let voicedWindows = 2
}
