/// The faint noise of a room.
///
/// Noise suppression and muted stretches leave digital silence around the words, which the recogniser hardly saw when it was trained:
/// it then ends sentences with a comma (measured in Benchmarks/TurnTaking with NOISE=0 and over WebRTC; the words themselves came out a
/// little better in four of five sets and worse in one). Every recording gets
/// the noise; in one that has some it is not noticed.
enum RoomNoise {
    /// Largest deviation: −60 dBFS, far below the quietest speech and below `SpeechSegmenting.silence`.
    static let amplitude: Float = 0.001

    /// The noise goes on behind the last word for 100 ms. A recording that is made because the speaker fell silent ends about there, and
    /// without it many full stops are read as commas (in the runs of 2026-11-22 over WebRTC most of the slowest answers), which costs the
    /// listener 0.2 to 0.8 s.
    static let windowsBehind = 5

    /// The same noise every time, so that the same recording has the same text.
    static func add(to samples: UnsafeMutableBufferPointer<Float>) {
        var generator = SplitMix64(state: 1)
        for index in samples.indices { samples[index] += amplitude * Float(2 * generator.unit() - 1) }
    }
}
