import Synchronization

/// When the frames of a track arrived, and which were late. Sendable because all state is behind one mutex.
final class FrameGaps: Sendable {
    struct Gap: Sendable {
        /// When the frame came that was late.
        let at: ContinuousClock.Instant
        /// Since the frame before, in milliseconds beyond the 20 that it should be.
        let milliseconds: Double
    }

    private static let frameMilliseconds = 20.0

    private let state = Mutex((last: ContinuousClock.Instant?.none, gaps: [Gap]()))

    /// A frame has arrived.
    func frame() {
        let now = ContinuousClock.now
        state.withLock { state in
            if let last = state.last {
                let late = (now - last) / .milliseconds(1) - Self.frameMilliseconds
                if late > 0 { state.gaps.append(Gap(at: now, milliseconds: late)) }
            }
            state.last = now
        }
    }

    var all: [Gap] { state.withLock { $0.gaps } }
}
