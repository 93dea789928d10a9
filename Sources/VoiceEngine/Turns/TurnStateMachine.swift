/// Finds turns in a stream of speech probabilities, and decides what is recognised, judged and prepared when.
///
/// Pure: it counts windows and samples from the first input sample, and knows neither clock nor audio. A long turn is
/// recognised in pieces, cut at pauses. In every silence that may be the end the last piece is recognised, the sound judged
/// (`semantic_vad`) and the reply prepared on speculation, so that nothing is left to compute when the turn ends; all of it is
/// taken back when speech goes on. What the client is told is never taken back: an end is said only when it is decided.
///
/// Turns, recognitions and judgements are numbered from 0; the owner maps them to identifiers.
struct TurnStateMachine: ~Copyable {
    typealias TurnNumber = Int
    typealias RecognitionNumber = Int
    typealias JudgementNumber = Int

    struct Speech {
        var turn: TurnNumber
        /// Whether the client ends it by hand; then it began without anybody speaking.
        var isManual: Bool
        var turnStart: Int
        var pieceStart: Int
        /// Recognitions that are certain to belong to the turn.
        var pieces: [RecognitionNumber] = []
        /// The last words of the pieces, as far as they are known.
        var textBefore = ""
        /// Probabilities of the present piece, for finding the quietest place.
        var probabilities: [Float] = []
        var voicedWindows = 0
        var silentWindows = 0
        var speculation: Recognition?
        /// The text of `speculation`. `failed` is no text, but it does not mean that nobody spoke.
        var text = Text.pending
        var judgement: JudgementNumber?
        /// What the judgement of the present silence said.
        var probability: Float?
        var isPrepared = false
        /// Voiced windows of the same answer in the turn before; 0: this turn is the beginning of an answer.
        var voicedBefore = 0
        /// It has a clear pause in it, behind which speech went on.
        var hasPause = false
        /// Some of it was said over a reply, and was not found to be more than a listening noise.
        var isOverReply = false
        var interim: RecognitionNumber?
        var windowsSinceInterim = 0
        /// How far into the present piece a recognition has seen that was made because it might be the end. Looks begin there.
        var seen: Recognition?
        var hasEnded = false
    }

    enum Text: Equatable {
        case pending, failed
        case known(String)
    }

    enum State {
        /// Nobody speaks. `run` counts the windows above the threshold. Next: `speaking`.
        case quiet(run: Int)
        /// A turn is open. Next: `quiet`.
        case speaking(Speech)
    }

    /// A turn that got, or will get, a reply of which nothing was heard to its end yet.
    struct LastAnswer {
        /// In samples.
        var end: Int
        var voicedWindows: Int
    }

    /// A turn that was said over a reply, and that ended before its words were known.
    struct OpenQuestion {
        var recognition: RecognitionNumber
        /// Whether an answer is owed if it turns out to be words.
        var createsResponse: Bool
    }

    private(set) var settings: TurnSettings
    var state: State
    var bargeIn = BargeInStateMachine()
    var openQuestion: OpenQuestion?
    var nextTurn: TurnNumber = 0
    var nextRecognition: RecognitionNumber = 0
    var nextJudgement: JudgementNumber = 0
    var response = ResponseActivity.none
    /// Whether a reply of which nothing was heard is held back: by a single window of speech, or because somebody spoke when it began.
    var isHeld = false
    /// Since a reply began while somebody spoke, and those among them in which they go on.
    var heldWindows = 0
    var heldVoicedWindows = 0
    /// Where the last reply ended, as long as nobody has spoken since.
    var quietSince: Int?
    /// Where the input stands, and where the last turn ended.
    private(set) var sampleCount = 0
    var lastEnd = 0
    /// The turn before, if silence ended it and it had words.
    var lastAnswer: LastAnswer?

    init(settings: TurnSettings) {
        self.settings = settings
        state = .quiet(run: 0)
        if settings.endsByHand { openManualTurn() }
    }

    /// The first sample that may still be asked for. Older audio can be forgotten.
    var firstNeededSample: Int {
        switch state {
        case .quiet: return max(lastEnd, sampleCount - settings.prefixSamples - TurnLimits.startWindows * SpeechWindow.samples)
        case .speaking(let speech):
            guard case .semantics = settings.ending else { return speech.pieceStart }
            return min(speech.pieceStart, max(speech.turnStart, sampleCount - TurnLimits.judgedSamples))
        }
    }

    /// Whether somebody is speaking (or a hand-committed turn holds speech).
    var isSpeaking: Bool {
        if case .speaking(let speech) = state { !speech.isManual || speech.voicedWindows > 0 || !speech.pieces.isEmpty } else { false }
    }

    // MARK: Events

    /// The state of the reply changed; only one that is there can be interrupted.
    ///
    /// - Parameters:
    ///   - canWait: whether it can be held back while somebody speaks. A written one talks over nobody, and one that a client plays by
    ///     itself is that client's affair.
    ///   - samples: of input that come before the listener has heard the end of it.
    mutating func responseBecame(_ activity: ResponseActivity, canWait: Bool = true, heardIn samples: Int = 0) -> [Action] {
        defer { response = activity }
        if activity != .none {
            quietSince = nil
        } else if response != .none, case .quiet = state {
            quietSince = sampleCount + samples
            // What is said behind a reply is another answer, however little sound a client sends in between.
            lastAnswer = nil
        }
        if activity == .none { isHeld = false }
        if canWait, activity == .silent, response == .none, settings.interruptResponse, case .speaking(let speech) = state,
            !speech.isManual
        {
            // It shall not talk over them. What becomes of it is known when they have gone on for a while, or finished.
            isHeld = true
            (heldWindows, heldVoicedWindows) = (0, 0)
            return [.pauseOutput]
        }
        guard activity != .audible, bargeIn.isUndecided else { return [] }
        // Said over its last words: that is an answer to it, short as it may be.
        bargeIn.replyEnded()
        if case .speaking(var speech) = state {
            speech.isOverReply = false
            state = .speaking(speech)
        }
        return answerOpenQuestion()
    }

    /// The next window of input and the probability that it holds speech. A value that is no probability counts as silence.
    mutating func window(probability: Float) -> [Action] {
        let probability = probability.isNaN ? 0 : probability
        sampleCount += SpeechWindow.samples
        var actions = overlap(probability)
        switch state {
        case .quiet(let run):
            actions += quietWindow(probability, run: run)
        case .speaking(var speech):
            // Given up for the moment, so that the piece's probabilities are changed in place.
            state = .quiet(run: 0)
            actions += speakingWindow(probability, &speech, wasInterrupted: actions.contains(.interruptResponse))
            if !speech.hasEnded { state = .speaking(speech) }
        }
        return actions
    }

    /// A recognition has ended. Unknown numbers, such as that of a cancelled one, change nothing.
    ///
    /// - Parameter text: without what was invented; nil when it failed.
    mutating func recognised(_ number: RecognitionNumber, text: String?) -> [Action] {
        if let question = openQuestion, question.recognition == number {
            let utterance = Self.utterance(text.map { .known($0) } ?? .failed)
            let actions = bargeIn.heard(utterance).map(Self.action)
            openQuestion = nil
            return actions + (utterance == .words && question.createsResponse ? [.createResponse] : [])
        }
        guard case .speaking(var speech) = state else { return [] }
        if speech.interim == number { speech.interim = nil }
        guard speech.speculation?.number == number else {
            state = .speaking(speech)
            return []
        }
        speech.text = text.map { .known($0) } ?? .failed
        // As good as a look at the unfinished turn: the next one is due as long after it.
        if text != nil { speech.windowsSinceInterim = 0 }
        return settled(speech)
    }

    /// A judgement has ended. Unknown numbers change nothing.
    ///
    /// - Parameter probability: that the turn is complete; nil when it failed.
    mutating func judged(_ number: JudgementNumber, probability: Float?) -> [Action] {
        guard case .speaking(var speech) = state, speech.judgement == number else { return [] }
        speech.judgement = nil
        speech.probability = probability.flatMap { $0.isNaN ? nil : $0 }
        return settled(speech)
    }

    /// The client commits, or the call ends: an open turn ends now, if there is one.
    /// It never creates a response (realtime-api, 5.2).
    mutating func commit() -> [Action] {
        guard case .speaking(var speech) = state else { return [] }
        var actions = end(&speech, answers: false)
        if settings.endsByHand { openManualTurn() }
        if !speech.isManual { actions.insert(.stopSpeech(turn: speech.turn, endSample: sampleCount), at: actions.count - 1) }
        openQuestion = nil
        return release() + bargeIn.dropped().map(Self.action) + actions
    }

    /// Milliseconds that a commit would take, for the smallest allowed commit.
    var uncommittedMilliseconds: Int {
        guard case .speaking(let speech) = state else { return 0 }
        return SpeechWindow.milliseconds(atSample: sampleCount - speech.turnStart)
    }

    /// The client throws away what was said since the last turn.
    mutating func clear() -> [Action] {
        // Also while nobody speaks: the padding before the next start must not bring back what was thrown away.
        lastEnd = sampleCount
        lastAnswer = nil
        guard case .speaking(let speech) = state else {
            state = .quiet(run: 0)
            return []
        }
        state = .quiet(run: 0)
        if settings.endsByHand { openManualTurn() }
        var actions = release() + bargeIn.dropped().map(Self.action)
        actions += (speech.pieces + [speech.speculation?.number, speech.interim].compactMap { $0 }).map { .cancelRecognition($0) }
        if let judgement = speech.judgement { actions.append(.cancelJudgement(judgement)) }
        if speech.isPrepared { actions.append(.discardPreparedResponse(turn: speech.turn)) }
        return actions
    }

    /// The session's numbers changed. An open turn goes on with the new ones; a change between automatic and manual drops it.
    mutating func change(to settings: TurnSettings) -> [Action] {
        let changesHands = settings.endsByHand != self.settings.endsByHand
        // A window that would decide about a reply that is held back may never come, or not count any more; whoever speaks is still
        // not to be talked over.
        let goesOn = isSpeaking && !changesHands && settings.interruptResponse
        var actions = (goesOn ? [] : release()) + (changesHands ? clear() : [])
        self.settings = settings
        if changesHands {
            state = .quiet(run: 0)
            if settings.endsByHand { openManualTurn() }
        }
        if !settings.interruptResponse { actions += bargeIn.dropped().map(Self.action) }
        return actions
    }

    // MARK: Turns

    mutating func openManualTurn() {
        lastEnd = sampleCount
        lastAnswer = nil
        state = .speaking(Speech(turn: takeTurn(), isManual: true, turnStart: sampleCount, pieceStart: sampleCount))
    }

    mutating func takeTurn() -> TurnNumber {
        defer { nextTurn += 1 }
        return nextTurn
    }
}
