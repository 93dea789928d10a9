/// Makes detectors of human speech, one for each incoming stream of audio. The model behind them is shared.
public protocol VoiceActivityDetecting: Sendable {
    /// A detector at the beginning of a stream.
    func makeStream() throws -> any VoiceActivityStream
}

/// Detects speech in one stream of audio. It remembers what it heard before, so windows are given in order and one owner
/// uses it at a time.
public protocol VoiceActivityStream: Sendable {
    /// The probability, 0 to 1, that the window holds speech.
    ///
    /// Costs about 0.1 ms of processor time, so it may be called inline.
    ///
    /// - Parameter window: the next 512 samples (32 ms), 16 kHz mono in [-1, 1].
    mutating func probability(ofSpeechIn window: [Float]) throws -> Float
}
