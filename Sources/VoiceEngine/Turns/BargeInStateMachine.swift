/// Speech over a reply that is being heard: quiet at once, and then either the reply goes on or it is over.
///
/// At the first voiced window the reply is turned down, after 128 ms of speech it is held without losing its place: so it is
/// silent within 300 ms, whatever the speech turns out to be. Words cancel it; a listening noise ("mm-hm"), a cough or a slammed
/// door let it go on. Pure: counts windows.
struct BargeInStateMachine: Equatable {
    enum Action: Equatable {
        /// Turn the reply down, nearly to silence (20 dB or more), within a few milliseconds.
        case duck
        /// Hold the reply where it is.
        case pause
        /// At full level, on from where it was held.
        case resume
        /// The reply is over.
        case interrupt
    }

    /// What was said.
    enum Utterance: Equatable {
        case words
        case backchannel
        /// No words at all.
        case noise
    }

    /// Voiced or not, since the first voiced window: 128 ms, of which most must be voice.
    static let pauseWindows = 4
    static let pauseVoicedWindows = 3
    /// Without a start of speech the reply is turned up again after this much quiet (128 ms): the window was a click.
    static let clickWindows = 4
    /// Speech that lasts longer than 1 s, at least half of it voiced, is no backchannel.
    static let longestBackchannelWindows = 31
    /// A reply is held or turned down for 1.6 s at most. The text of a short utterance is there about 0.4 s after its end, at the
    /// latest 1.4 s after its beginning; if not, silence is the worst answer.
    static let longestHoldWindows = 50

    private enum Output: Equatable {
        case ducked, paused, resumed
    }

    private struct Overlap: Equatable {
        var output = Output.ducked
        /// Since the first voiced window.
        var windows = 1
        var voicedWindows = 1
        var unvoicedRun = 0
    }

    private enum State: Equatable {
        /// Nobody speaks over the reply. Next: `undecided`.
        case idle
        /// Somebody does, and it is not known yet what. Next: `idle`.
        case undecided(Overlap)
    }

    private var state = State.idle

    var isUndecided: Bool { state != .idle }

    // MARK: Events

    /// The next window of input while a reply is heard.
    ///
    /// - Parameters:
    ///   - beginsUtterance: whether a voiced window here follows a pause.
    ///   - isTurn: whether it has become a turn, whose words will be known.
    mutating func window(isVoiced: Bool, beginsUtterance: Bool, isTurn: Bool) -> [Action] {
        guard case .undecided(var overlap) = state, !(overlap.output == .resumed && isVoiced && beginsUtterance) else {
            guard isVoiced, beginsUtterance else { return [] }
            state = .undecided(Overlap())
            return [.duck]
        }
        overlap.windows += 1
        overlap.unvoicedRun = isVoiced ? 0 : overlap.unvoicedRun + 1
        if isVoiced { overlap.voicedWindows += 1 }
        if !isTurn, overlap.unvoicedRun >= Self.clickWindows {
            state = .idle
            return [.resume]
        }
        let isLong = overlap.windows > Self.longestBackchannelWindows && overlap.voicedWindows > Self.longestBackchannelWindows / 2
        if isVoiced, isLong, overlap.output != .resumed {
            state = .idle
            return [.interrupt]
        }
        if overlap.windows > Self.longestHoldWindows, overlap.output != .resumed {
            overlap.output = .resumed
            state = .undecided(overlap)
            return [.resume]
        }
        let speaks = isVoiced && overlap.voicedWindows >= Self.pauseVoicedWindows && overlap.windows >= Self.pauseWindows
        let pauses = overlap.output == .ducked && speaks
        if pauses { overlap.output = .paused }
        state = .undecided(overlap)
        return pauses ? [.pause] : []
    }

    /// The words are known.
    mutating func heard(_ utterance: Utterance) -> [Action] {
        guard case .undecided(let overlap) = state else { return [] }
        state = .idle
        if utterance == .words { return [.interrupt] }
        return overlap.output == .resumed ? [] : [.resume]
    }

    /// The reply has ended, or is no longer to be disturbed. Nothing is left to turn up.
    mutating func replyEnded() {
        state = .idle
    }

    /// What was said is dropped or has been taken over by the client.
    mutating func dropped() -> [Action] {
        heard(.noise)
    }
}
