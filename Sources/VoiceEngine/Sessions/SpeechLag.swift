import Foundation
import Synchronization

/// How far behind the recogniser is on this machine: what decides whether one more call would be felt by those that are going on.
///
/// An average over the last recognitions that somebody waits for, of the seconds beyond what they take on an idle machine. It fades
/// with time, so that an engine which refused calls takes them again. Pure: time comes in as an argument.
struct SpeechLag {
    /// What a recognition may take: two cores of 2024 need 0.03 s for each second of speech, one after another; the base is the
    /// ordinary wait for another call's piece.
    private static let expectedBase = 0.2
    private static let expectedPerSecond = 0.05
    /// The share of one observation: after five of the same kind two thirds of the average are theirs.
    private static let weight = 0.2
    /// After this many seconds without an observation a third of it is left.
    private static let memory = 10.0

    /// Above it (0.5 s) no further call is taken: replies then come later than a second after the last word.
    static let limit = 0.5

    private var average = 0.0
    private var observedAt: UInt64 = 0

    /// - Parameters:
    ///   - seconds: from the request to the text.
    ///   - audioSeconds: length of the speech.
    ///   - now: nanoseconds of a monotonic clock.
    mutating func observe(_ seconds: Double, audioSeconds: Double, now: UInt64) {
        let late = max(0, seconds - Self.expectedBase - Self.expectedPerSecond * audioSeconds)
        average = (1 - Self.weight) * value(now: now) + Self.weight * late
        observedAt = now
    }

    /// Seconds.
    func value(now: UInt64) -> Double {
        guard now > observedAt else { return average }
        return average * exp(-Double(now - observedAt) / 1e9 / Self.memory)
    }
}

/// The lag of all sessions of an engine. Sendable because its state is behind a mutex that is held for nanoseconds.
final class SpeechLagMeter: Sendable {
    private let state = Mutex(SpeechLag())
    private let now: @Sendable () -> UInt64

    init(now: @escaping @Sendable () -> UInt64) {
        self.now = now
    }

    func observe(_ seconds: Double, audioSeconds: Double) {
        let now = now()
        state.withLock { $0.observe(seconds, audioSeconds: audioSeconds, now: now) }
    }

    var value: Double {
        let now = now()
        return state.withLock { $0.value(now: now) }
    }

    var isTooHigh: Bool { value > SpeechLag.limit }
}
