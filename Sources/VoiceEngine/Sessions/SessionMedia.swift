import Synchronization

/// The part of a session that the media threads touch: they copy in, copy out, and leave a note in the inbox.
///
/// Locks are held for the copying of one frame, or for moving a finished sentence in.
final class SessionMedia: Sendable {
    private struct Input {
        var ring = InputRing()
        var timeline = InputTimeline()
        /// Whether the session was told and has not read yet.
        var isAnnounced = false
        var filled = 0
    }

    private let input = Mutex(Input())
    private let playback = Mutex(PlaybackQueue())
    private let inbox: SessionInbox
    private let now: @Sendable () -> UInt64

    init(inbox: SessionInbox, now: @escaping @Sendable () -> UInt64) {
        self.inbox = inbox
        self.now = now
    }

    // MARK: Media threads

    /// Audio from the peer, on the decoder's thread.
    func received(_ samples: UnsafeBufferPointer<Int16>) {
        let now = now()
        let isNews = input.withLock { input in
            fill(&input, now)
            input.ring.write(samples)
            input.timeline.received(samples.count, now: now)
            return announce(&input)
        }
        if isNews { inbox.offer(.audio) }
    }

    /// A frame is due, on the ticker's thread. The tick also notices when input has stopped to arrive.
    func frameDue(_ frame: UnsafeMutableBufferPointer<Int16>) {
        let events = playback.withLock { $0.nextFrame(into: frame) }
        if !events.isEmpty { inbox.offer(.playback(events)) }
        let now = now()
        let isNews = input.withLock { input in fill(&input, now) && announce(&input) }
        if isNews { inbox.offer(.audio) }
    }

    @discardableResult
    private func fill(_ input: inout Input, _ now: UInt64) -> Bool {
        let silence = input.timeline.silenceDue(now: now)
        guard silence > 0 else { return false }
        input.ring.writeSilence(silence)
        input.filled += silence
        return true
    }

    private func announce(_ input: inout Input) -> Bool {
        defer { input.isAnnounced = true }
        return !input.isAnnounced
    }

    // MARK: Session

    /// Takes all input that waits.
    func readInput(into samples: inout [Int16]) -> (dropped: Int, filled: Int) {
        input.withLock { input in
            input.isAnnounced = false
            let dropped = input.ring.read(into: &samples).dropped
            defer { input.filled = 0 }
            return (dropped, input.filled)
        }
    }

    func begin(response: String) {
        playback.withLock { $0.begin(response: response) }
    }

    func append(_ samples: [Int16], cues: [Int], to response: String) -> Bool {
        playback.withLock { $0.append(samples, cues: cues, to: response) }
    }

    func complete(response: String) {
        playback.withLock { $0.complete(response: response) }
    }

    /// Takes a response out of the playback; nil when all of it was handed out.
    func remove(response: String) -> PlaybackQueue.Heard? {
        playback.withLock { $0.remove(response: response) }
    }

    func set(_ level: PlaybackQueue.Level) {
        playback.withLock { $0.set(level) }
    }

    /// Milliseconds of a response that were handed out so far; 0 when it is not in the playback.
    func handedOut(response: String) -> Int {
        playback.withLock { $0.handedOut(response: response) }
    }

    /// Audio for a peer that plays by itself.
    func takeOutput(upTo samples: Int) -> (samples: [Int16], events: [PlaybackQueue.Event]) {
        playback.withLock { $0.take(upTo: samples) }
    }
}
