/// The grid on which speech is detected: 512 samples at 16 kHz, which is 32 ms. The times that the API
/// reports lie on the same grid.
enum SpeechWindow {
    static let sampleRate = 16_000
    static let samples = 512
    static let milliseconds = 32

    /// Whole windows in a duration, at least one.
    static func count(inMilliseconds milliseconds: Int) -> Int {
        max(1, milliseconds / Self.milliseconds)
    }

    /// Milliseconds since the first input sample.
    static func milliseconds(atSample sample: Int) -> Int {
        sample / (sampleRate / 1_000)
    }
}
