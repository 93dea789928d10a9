/// Keeps audio time in step with wall time: a gap in what the peer sends becomes silence, so that the end of a turn is
/// noticed even when the peer stops sending.
///
/// Times are nanoseconds of any monotonic clock.
struct InputTimeline {
    static let sampleRate = 24_000
    /// How far audio may lag before it is filled: more than a jitter buffer's delay and a few bursts.
    static let toleranceMilliseconds = 240
    /// What is left unfilled, for packets that are only late.
    static let reserveMilliseconds = 60
    /// Longest silence inserted at once: a machine that slept does not owe hours of it.
    static let maximumFillMilliseconds = 2_000

    private var origin: UInt64?
    private var samples = 0

    /// Audio arrived. Call `silenceDue` before it.
    mutating func received(_ count: Int, now: UInt64) {
        if origin == nil {
            let duration = UInt64(count) * 1_000_000_000 / UInt64(Self.sampleRate)
            origin = now > duration ? now - duration : 0
        }
        samples += count
    }

    /// Silent samples that are to be inserted now; they count as received. 0 before the first audio.
    mutating func silenceDue(now: UInt64) -> Int {
        guard let origin, now > origin else { return 0 }
        let expected = Int((now - origin) / 1_000 * UInt64(Self.sampleRate) / 1_000_000)
        let lag = expected - samples
        guard lag > Self.samples(Self.toleranceMilliseconds) else { return 0 }
        let wanted = lag - Self.samples(Self.reserveMilliseconds)
        let fill = min(wanted, Self.samples(Self.maximumFillMilliseconds))
        samples += fill
        if fill < wanted {
            // The rest is given up: audio time restarts here.
            self.origin = now - UInt64(samples) * 1_000_000 / UInt64(Self.sampleRate) * 1_000
        }
        return fill
    }

    private static func samples(_ milliseconds: Int) -> Int { sampleRate / 1_000 * milliseconds }
}
