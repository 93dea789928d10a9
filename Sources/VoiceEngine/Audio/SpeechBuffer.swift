/// The input audio that may still be recognised, addressed by its place in the stream.
///
/// The turn machine keeps what it may ask for below 30 s; the limit is a second fence.
struct SpeechBuffer {
    /// 40 s at 16 kHz: the longest piece (28 s), its cut, and room for a stalled consumer. 2.5 MB.
    static let maximumSamples = 40 * SpeechWindow.sampleRate
    /// Forgetting moves the rest; it is done in steps of a second.
    private static let step = SpeechWindow.sampleRate

    private var samples: [Float] = []
    /// The stream position of the first kept sample.
    private(set) var start = 0

    var end: Int { start + samples.count }

    mutating func append(_ new: some Collection<Float>) {
        samples.append(contentsOf: new)
        if samples.count > Self.maximumSamples { forget(before: end - Self.maximumSamples + Self.step) }
    }

    /// Allows everything before `position` to be forgotten.
    mutating func release(before position: Int) {
        if position - start >= Self.step { forget(before: position) }
    }

    /// The samples of a range, as far as they are still there.
    subscript(range: Range<Int>) -> [Float] {
        let lower = min(max(range.lowerBound, start), end)
        let upper = min(max(range.upperBound, lower), end)
        return Array(samples[(lower - start)..<(upper - start)])
    }

    private mutating func forget(before position: Int) {
        let count = min(max(0, position - start), samples.count)
        samples.removeFirst(count)
        start += count
    }
}
