import Synchronization
import VivaTestKit

/// The candidate's mouth and ears: what the media threads touch. Every method returns at once.
///
/// Sendable because all state is behind one mutex that is held for microseconds.
final class CandidateSound: Sendable {
    /// Samples beyond this count as audible: about −46 dBFS, above the codec's noise and below quiet speech.
    static let audible = 160

    private struct State: ~Copyable {
        var machine: SyntheticCandidateStateMachine
        var playing: [Int16] = []
        var position = 0
    }

    private let answers: [[Int16]]
    private let started: ContinuousClock.Instant
    private let state: Mutex<State>

    init(behaviour: SyntheticCandidateStateMachine.Behaviour, answers: [[Int16]]) {
        self.answers = answers
        started = .now
        state = Mutex(State(machine: SyntheticCandidateStateMachine(behaviour: behaviour, answers: answers.count)))
    }

    /// Milliseconds on the candidate's clock.
    var now: Double {
        let elapsed = ContinuousClock.now - started
        return Double(elapsed.components.seconds) * 1_000 + Double(elapsed.components.attoseconds) / 1e15
    }

    /// A frame of the interviewer's voice.
    func received(_ samples: UnsafeBufferPointer<Int16>) {
        let now = now
        let loud = Self.isLoud(samples)
        state.withLock { $0.machine.heard(loud: loud, at: now) }
    }

    /// Fills the frame that is due.
    func fill(_ frame: UnsafeMutableBufferPointer<Int16>) {
        let now = now
        state.withLock { state in
            if state.playing.isEmpty, let index = state.machine.answerDue(at: now) {
                state.playing = answers[index]
                state.position = 0
            }
            guard !state.playing.isEmpty else {
                frame.update(repeating: 0)
                return
            }
            for index in frame.indices {
                frame[index] = state.position + index < state.playing.count ? state.playing[state.position + index] : 0
            }
            state.position += frame.count
            state.machine.spoke(loud: Self.isLoud(UnsafeBufferPointer(frame)), at: now)
            if state.position >= state.playing.count {
                state.playing = []
                state.machine.answerFinished(at: now)
            }
        }
    }

    func questionAsked(number: Int) {
        state.withLock { $0.machine.questionAsked(number: number) }
    }

    var turns: [SyntheticCandidateStateMachine.Turn] { state.withLock { $0.machine.turns } }
    var firstSound: Double? { state.withLock { $0.machine.firstSound } }

    static func isLoud(_ sample: Int16) -> Bool { sample > audible || sample < -audible }

    private static func isLoud(_ samples: UnsafeBufferPointer<Int16>) -> Bool { samples.contains(where: isLoud) }
}
