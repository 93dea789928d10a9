/// How far ahead of its listener audio is sent to a peer that plays by itself.
///
/// Without pacing a reply of a minute would leave in a second: the server would not know any more what was heard when somebody
/// interrupts, and a slow peer would cost megabytes. The lead is far more than a network's jitter.
///
/// Times are nanoseconds of any monotonic clock.
struct OutputPacing {
    /// 3 s of audio: 192 KB as base64.
    static let leadNanoseconds: UInt64 = 3_000_000_000
    /// 200 ms in one event, 13 KB as base64.
    static let chunkSamples = 4_800
    private static let nanosecondsPerSample: UInt64 = 1_000_000_000 / UInt64(PlaybackQueue.sampleRate)

    /// When the listener will have heard everything that was sent, if it plays without a pause.
    private var heardUntil: UInt64 = 0

    /// Whether the next chunk may be sent.
    func allows(at now: UInt64) -> Bool {
        heardUntil <= now + Self.leadNanoseconds
    }

    /// Nanoseconds until the next chunk may be sent.
    func wait(at now: UInt64) -> UInt64 {
        heardUntil > now + Self.leadNanoseconds ? heardUntil - now - Self.leadNanoseconds : 0
    }

    /// Nanoseconds for which what was sent is still being heard.
    func unheard(at now: UInt64) -> UInt64 {
        heardUntil > now ? heardUntil - now : 0
    }

    mutating func sent(_ samples: Int, at now: UInt64) {
        heardUntil = max(heardUntil, now) + UInt64(max(0, samples)) * Self.nanosecondsPerSample
    }

    /// The peer was told to forget what it has not played.
    mutating func reset() {
        heardUntil = 0
    }
}
