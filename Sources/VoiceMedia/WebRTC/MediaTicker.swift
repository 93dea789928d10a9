import CGStreamer
import Synchronization

/// The one thread that paces the audio of every call: each 20 ms it asks each connection for the frame that is due.
///
/// The pace is kept here and not by GStreamer, so that at most one frame is inside it and an interruption takes
/// effect with the next frame. Nothing is allocated per frame. The thread runs while there are connections.
final class MediaTicker: Sendable {
    /// 480 samples at 24 kHz.
    static let interval = Duration.milliseconds(20)

    /// After a stall this many late frames are sent at once, because the listener's jitter buffer has played out
    /// about as much meanwhile. What was due before them is skipped: catching up with more would only make the
    /// listener's buffer grow, and the delay stay.
    static let maximumCatchUp = 5

    private struct State {
        var sessions: [PeerSession] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    func add(_ session: PeerSession) {
        let mustStart = state.withLock { state in
            state.sessions.append(session)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return }
        if !BlockingThread.start("viva-ticker", { self.run() }) {
            state.withLock { $0.isRunning = false }
        }
    }

    /// When this returns the session is not being asked and will not be again. Blocks for the rest of a tick.
    func remove(_ session: PeerSession) {
        state.withLock { $0.sessions.removeAll { $0 === session } }
    }

    private func run() {
        let frame = UnsafeMutableBufferPointer<Int16>.allocate(capacity: PeerSession.samplesPerFrame)
        defer { frame.deallocate() }
        _ = viva_thread_moves_media(true)
        var schedule = TickSchedule(start: MonotonicClock.now(), interval: Self.interval, maximumCatchUp: Self.maximumCatchUp)
        while true {
            MonotonicClock.sleep(until: schedule.next)
            let now = MonotonicClock.now()
            let skipped = schedule.advance(now: now)
            let isDone = state.withLock { state in
                for session in state.sessions { session.tick(now: now, frame: frame, skippedFrames: skipped) }
                if state.sessions.isEmpty { state.isRunning = false }
                return state.sessions.isEmpty
            }
            if isDone { return }
        }
    }
}

/// When ticks are due. Pure: the time is an argument.
struct TickSchedule {
    private let interval: Duration
    private let maximumCatchUp: Int
    /// When the next tick is due.
    private(set) var next: Duration

    init(start: Duration, interval: Duration, maximumCatchUp: Int) {
        self.interval = interval
        self.maximumCatchUp = maximumCatchUp
        next = start + interval
    }

    /// The tick that was due at `next` runs now.
    /// - Returns: How many ticks before it are given up for lateness.
    mutating func advance(now: Duration) -> UInt32 {
        next += interval
        guard now >= next else { return 0 }
        let late = Int((now - next) / interval) + 1
        guard late > maximumCatchUp else { return 0 }
        let skipped = late - maximumCatchUp
        next += interval * skipped
        return UInt32(clamping: skipped)
    }
}
