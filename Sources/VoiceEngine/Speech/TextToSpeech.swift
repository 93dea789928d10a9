/// Turns text into speech, sentence by sentence.
///
/// Implementations run on their own threads, never on the cooperative pool, and stop their work soon after the calling
/// task is cancelled (they then throw). One value serves all calls at once.
public protocol TextToSpeech: Sendable {
    /// The names of the voices; the first is the default. Never empty.
    var voices: [String] { get }

    /// Speaks one sentence.
    ///
    /// Leading and trailing silence is cut and the loudness normalised, so that the caller alone decides how long the
    /// pause between two sentences is.
    ///
    /// - Parameters:
    ///   - sentence: one element of `sentences(of:)`.
    ///   - voice: a name from `voices`; any other name means the default voice.
    ///   - speed: 1 is the natural rate; 0.25 to 1.5, values outside are clamped.
    /// - Returns: 24 kHz mono samples; empty when there is nothing to pronounce.
    func synthesize(_ sentence: String, voice: String, speed: Double) async throws -> [Int16]

    /// Splits a text into sentences that can be spoken one after another.
    func sentences(of text: String) -> [String]
}
