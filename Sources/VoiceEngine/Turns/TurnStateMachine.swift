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

    private struct Speech {
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
        /// Some of it was said over a reply, and was not found to be more than a listening noise.
        var isOverReply = false
        var interim: RecognitionNumber?
        var windowsSinceInterim = 0
        /// How far into the present piece a recognition has seen that was made because it might be the end. Looks begin there.
        var seen: Recognition?
        var hasEnded = false
    }

    private enum Text: Equatable {
        case pending, failed
        case known(String)
    }

    private enum State {
        /// Nobody speaks. `run` counts the windows above the threshold. Next: `speaking`.
        case quiet(run: Int)
        /// A turn is open. Next: `quiet`.
        case speaking(Speech)
    }

    /// A turn that was said over a reply, and that ended before its words were known.
    private struct OpenQuestion {
        var recognition: RecognitionNumber
        /// Whether an answer is owed if it turns out to be words.
        var createsResponse: Bool
    }

    private(set) var settings: TurnSettings
    private var state: State
    private var bargeIn = BargeInStateMachine()
    private var openQuestion: OpenQuestion?
    private var nextTurn: TurnNumber = 0
    private var nextRecognition: RecognitionNumber = 0
    private var nextJudgement: JudgementNumber = 0
    private var response = ResponseActivity.none
    /// Where the last reply ended, as long as nobody has spoken since.
    private var quietSince: Int?
    /// Where the input stands, and where the last turn ended.
    private(set) var sampleCount = 0
    private var lastEnd = 0

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
    mutating func responseBecame(_ activity: ResponseActivity) -> [Action] {
        defer { response = activity }
        if activity != .none {
            quietSince = nil
        } else if response != .none, case .quiet = state {
            quietSince = sampleCount
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
        return bargeIn.dropped().map(Self.action) + actions
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
        guard case .speaking(let speech) = state else {
            state = .quiet(run: 0)
            return []
        }
        state = .quiet(run: 0)
        if settings.endsByHand { openManualTurn() }
        var actions = bargeIn.dropped().map(Self.action)
        actions += (speech.pieces + [speech.speculation?.number, speech.interim].compactMap { $0 }).map { .cancelRecognition($0) }
        if let judgement = speech.judgement { actions.append(.cancelJudgement(judgement)) }
        if speech.isPrepared { actions.append(.discardPreparedResponse(turn: speech.turn)) }
        return actions
    }

    /// The session's numbers changed. An open turn goes on with the new ones; a change between automatic and manual drops it.
    mutating func change(to settings: TurnSettings) -> [Action] {
        let changesHands = settings.endsByHand != self.settings.endsByHand
        var actions = changesHands ? clear() : []
        self.settings = settings
        if changesHands {
            state = .quiet(run: 0)
            if settings.endsByHand { openManualTurn() }
        }
        if !settings.interruptResponse { actions += bargeIn.dropped().map(Self.action) }
        return actions
    }

    // MARK: Windows

    /// Speech over a reply that is being heard.
    private mutating func overlap(_ probability: Float) -> [Action] {
        guard settings.interruptResponse, response == .audible else { return [] }
        // Turning it down is cheap and quickly undone, so the first doubtful window is enough.
        let isVoiced = bargeIn.isUndecided ? probability > settings.startThreshold : probability >= settings.endThreshold
        let beginsUtterance: Bool
        var isTurn = openQuestion != nil
        switch state {
        case .quiet: beginsUtterance = true
        case .speaking(let speech):
            beginsUtterance = !speech.isManual && speech.silentWindows >= speculationWindows
            isTurn = true
        }
        let actions = bargeIn.window(isVoiced: isVoiced, beginsUtterance: beginsUtterance, isTurn: isTurn).map(Self.action)
        guard actions.contains(.interruptResponse) else { return actions }
        return actions + answerOpenQuestion()
    }

    /// What was said over a reply turned out to be worth an answer.
    private mutating func answerOpenQuestion() -> [Action] {
        defer { openQuestion = nil }
        return openQuestion?.createsResponse == true ? [.createResponse] : []
    }

    private mutating func quietWindow(_ probability: Float, run: Int) -> [Action] {
        guard probability > settings.startThreshold else {
            state = .quiet(run: 0)
            return idleTimeout()
        }
        guard run + 1 >= TurnLimits.startWindows else {
            state = .quiet(run: run + 1)
            return []
        }
        let detected = sampleCount - TurnLimits.startWindows * SpeechWindow.samples
        // Audio belongs to one turn only.
        let start = max(lastEnd, detected - settings.prefixSamples, 0)
        var speech = Speech(turn: takeTurn(), isManual: false, turnStart: start, pieceStart: start)
        speech.voicedWindows = TurnLimits.startWindows
        speech.probabilities = Array(repeating: 1, count: (sampleCount - start) / SpeechWindow.samples)
        speech.isOverReply = bargeIn.isUndecided
        quietSince = nil
        // The one answer to both turns comes when this one ends.
        openQuestion = nil
        let turn = speech.turn
        state = .speaking(speech)
        var actions = [Action.startSpeech(turn: turn, startSample: start)]
        // A reply of which nothing was heard is one to a turn that goes on.
        if settings.interruptResponse, response == .silent { actions.append(.interruptResponse) }
        return actions
    }

    private mutating func idleTimeout() -> [Action] {
        guard let since = quietSince, let limit = settings.idleSamples, response == .none, sampleCount - since >= limit else { return [] }
        quietSince = nil
        let turn = takeTurn()
        let samples = max(since, lastEnd)..<sampleCount
        lastEnd = sampleCount
        return [.idleTimeout(turn: turn, samples: samples), .commit(turn: turn, pieces: []), .createResponse]
    }

    private var speculationWindows: Int {
        if case .semantics = settings.ending { TurnLimits.semanticSpeculationWindows } else { TurnLimits.speculationWindows }
    }

    private mutating func speakingWindow(_ probability: Float, _ speech: inout Speech, wasInterrupted: Bool) -> [Action] {
        var actions: [Action] = []
        speech.probabilities.append(probability)
        if wasInterrupted { speech.isOverReply = false } else if bargeIn.isUndecided { speech.isOverReply = true }
        if probability < settings.endThreshold {
            speech.silentWindows += 1
            if speech.silentWindows >= requiredSilence(speech) { return actions + endBySilence(&speech) }
            if speech.isManual, speech.silentWindows == TurnLimits.manualPauseWindows, let speculation = speech.speculation {
                speech.speculation = nil
                close(piece: speculation, of: &speech)
            }
            if speech.silentWindows == speculationWindows { actions += speculate(&speech) }
        } else {
            actions += takeBackSpeculation(&speech)
            speech.silentWindows = 0
        }
        if probability > settings.startThreshold {
            speech.voicedWindows += 1
            actions += interim(&speech)
        }
        actions += cutLongPiece(&speech)
        return actions
    }

    /// Silent windows that end the turn, as far as is known now.
    private func requiredSilence(_ speech: Speech) -> Int {
        switch settings.ending {
        case .byHand: return .max
        case .silence(let windows): return windows
        case .semantics(let rule):
            let text: TextCompletion? =
                if case .known(let text) = speech.text { TextCompletion("\(speech.textBefore) \(text)") } else { nil }
            let isBrief = speech.pieces.isEmpty && speech.voicedWindows < SemanticTurnEnd.briefWindows
            return rule.silenceWindows(probability: speech.probability, text: text, isBrief: isBrief)
        }
    }

    /// It may be the end: everything that will be needed then is begun.
    private mutating func speculate(_ speech: inout Speech) -> [Action] {
        var actions: [Action] = []
        if case .semantics = settings.ending {
            let judgement = Judgement(
                number: nextJudgement,
                turn: speech.turn,
                samples: max(speech.turnStart, sampleCount - TurnLimits.judgedSamples)..<sampleCount
            )
            nextJudgement += 1
            speech.judgement = judgement.number
            actions.append(.judge(judgement))
        }
        guard speech.speculation == nil, speech.voicedWindows >= TurnLimits.voicedWindows else { return actions }
        if let interim = speech.interim {
            actions.append(.cancelRecognition(interim))
            speech.interim = nil
        }
        let speculation = recognition(of: speech.pieceStart..<sampleCount, in: speech, .text)
        speech.speculation = speculation
        speech.text = .pending
        actions.append(.recognise(speculation))
        return actions
    }

    /// Speech goes on. What was begun for the end is dropped; a long piece is kept, and so are words with a clear pause behind them:
    /// then only what follows has to be recognised when the turn ends.
    private mutating func takeBackSpeculation(_ speech: inout Speech) -> [Action] {
        var actions: [Action] = []
        if speech.isPrepared {
            speech.isPrepared = false
            actions.append(.discardPreparedResponse(turn: speech.turn))
        }
        if let judgement = speech.judgement {
            speech.judgement = nil
            actions.append(.cancelJudgement(judgement))
        }
        speech.probability = nil
        if let speculation = speech.speculation {
            speech.speculation = nil
            if isPiece(speculation, of: speech) {
                close(piece: speculation, of: &speech)
            } else {
                if case .known = speech.text { speech.seen = speculation }
                actions.append(.cancelRecognition(speculation.number))
            }
        }
        speech.text = .pending
        return actions
    }

    private func isPiece(_ speculation: Recognition, of speech: Speech) -> Bool {
        let windows = speculation.samples.count / SpeechWindow.samples
        if windows >= TurnLimits.pieceWindows { return true }
        // Listening noises over a reply stay what they are, however many of them come.
        guard !speech.isOverReply, case .known(let text) = speech.text, !text.isEmpty else { return false }
        return windows >= TurnLimits.clauseWindows && speech.silentWindows >= TurnLimits.clausePauseWindows
    }

    /// Something about the present silence became known.
    private mutating func settled(_ speech: Speech) -> [Action] {
        var speech = speech
        var actions: [Action] = []
        if speech.isOverReply, speech.text != .pending {
            let utterance = Self.utterance(of: speech)
            actions += bargeIn.heard(utterance).map(Self.action)
            if utterance == .words { speech.isOverReply = false }
        }
        let required = requiredSilence(speech)
        if speech.silentWindows >= required {
            actions += endBySilence(&speech)
        } else {
            actions += prepare(&speech, required: required)
        }
        if !speech.hasEnded { state = .speaking(speech) }
        return actions
    }

    private func prepare(_ speech: inout Speech, required: Int) -> [Action] {
        guard settings.createResponse, !speech.isManual, !speech.isPrepared, !speech.isOverReply,
            response == .none || settings.interruptResponse, let speculation = speech.speculation, case .known(let text) = speech.text,
            !text.isEmpty
        else { return [] }
        // Where sound and words say that more will come, a reply would be made for nothing nearly always.
        if case .semantics(let rule) = settings.ending, required >= rule.capWindows { return [] }
        speech.isPrepared = true
        return [.prepareResponse(turn: speech.turn, pieces: speech.pieces + [speculation.number])]
    }

    /// A look costs the recogniser's time in proportion to its length, so it does not begin again where the text is known.
    private mutating func interim(_ speech: inout Speech) -> [Action] {
        let start = speech.seen?.samples.upperBound ?? speech.pieceStart
        let windows = (sampleCount - start) / SpeechWindow.samples
        guard let interval = settings.interimWindows, speech.interim == nil, speech.voicedWindows >= TurnLimits.voicedWindows,
            windows <= TurnLimits.pieceWindows
        else { return [] }
        speech.windowsSinceInterim += 1
        guard speech.windowsSinceInterim >= interval else { return [] }
        speech.windowsSinceInterim = 0
        let voiced = speech.probabilities.suffix(windows).count { $0 > settings.startThreshold }
        guard voiced >= TurnLimits.voicedWindows else { return [] }
        var look = recognition(of: start..<sampleCount, in: speech, .interim)
        look.voicedWindows = voiced
        look.continues = speech.seen?.number
        speech.interim = look.number
        return [.recognise(look)]
    }

    /// Without a pause for 28 s the piece is cut at its quietest place. A piece in which nobody spoke is forgotten instead.
    private mutating func cutLongPiece(_ speech: inout Speech) -> [Action] {
        if speech.voicedWindows < TurnLimits.voicedWindows {
            let keep = settings.prefixSamples + TurnLimits.startWindows * SpeechWindow.samples
            speech.pieceStart = max(speech.pieceStart, sampleCount - keep)
            let windows = (sampleCount - speech.pieceStart) / SpeechWindow.samples
            speech.probabilities.removeFirst(max(0, speech.probabilities.count - windows))
            return []
        }
        guard speech.speculation == nil, speech.probabilities.count >= TurnLimits.maximumPieceWindows else { return [] }
        let first = speech.probabilities.count - TurnLimits.cutSearchWindows
        let quietest = speech.probabilities.indices.suffix(from: first).min { speech.probabilities[$0] < speech.probabilities[$1] } ?? first
        let remaining = speech.probabilities.count - quietest
        let cut = max(speech.pieceStart, sampleCount - remaining * SpeechWindow.samples)
        let piece = recognition(of: speech.pieceStart..<cut, in: speech, .text)
        let rest = Array(speech.probabilities.suffix(remaining))
        close(piece: piece, of: &speech)
        speech.probabilities = rest
        speech.voicedWindows = rest.count { $0 > settings.startThreshold }
        return [.recognise(piece)]
    }

    /// The piece is certain; the next one begins where it ends.
    private mutating func close(piece: Recognition, of speech: inout Speech) {
        speech.pieces.append(piece.number)
        speech.textBefore = if case .known(let text) = speech.text { text } else { "" }
        speech.pieceStart = piece.samples.upperBound
        speech.seen = nil
        speech.probabilities = Array(speech.probabilities.suffix((sampleCount - speech.pieceStart) / SpeechWindow.samples))
        speech.voicedWindows = speech.probabilities.count { $0 > settings.startThreshold }
    }

    // MARK: The end of a turn

    /// The silence lasted. Whether the turn gets an answer depends on what was said, if it was said over a reply.
    private mutating func endBySilence(_ speech: inout Speech) -> [Action] {
        let answers = settings.createResponse && deservesAnswer(speech)
        let isOpen = speech.isOverReply && speech.pieces.isEmpty && speech.text == .pending
        let utterance = Self.utterance(of: speech)
        var actions = end(&speech, answers: answers && !isOpen)
        actions.insert(.stopSpeech(turn: speech.turn, endSample: sampleCount), at: actions.count - 1)
        if isOpen {
            openQuestion = speech.pieces.last.map { OpenQuestion(recognition: $0, createsResponse: settings.createResponse) }
            return actions
        }
        if speech.isOverReply { actions += bargeIn.heard(utterance).map(Self.action) }
        if answers { actions.append(.createResponse) }
        return actions
    }

    private func deservesAnswer(_ speech: Speech) -> Bool {
        // What is not known yet has words until the contrary is known.
        guard speech.pieces.isEmpty, speech.text != .pending else { return true }
        if speech.isOverReply { return Self.utterance(of: speech) == .words }
        // `server_vad` answers whatever made a turn; a turn that a model judges has words.
        if case .semantics = settings.ending { return speech.text != .known("") }
        return true
    }

    /// Ends the turn; the last action is the commit.
    private mutating func end(_ speech: inout Speech, answers: Bool) -> [Action] {
        var actions: [Action] = []
        if let interim = speech.interim { actions.append(.cancelRecognition(interim)) }
        if let judgement = speech.judgement { actions.append(.cancelJudgement(judgement)) }
        if speech.isPrepared, !answers { actions.append(.discardPreparedResponse(turn: speech.turn)) }
        if let speculation = speech.speculation {
            speech.pieces.append(speculation.number)
        } else if speech.voicedWindows >= TurnLimits.voicedWindows {
            let last = recognition(of: speech.pieceStart..<sampleCount, in: speech, .text)
            speech.pieces.append(last.number)
            actions.append(.recognise(last))
        }
        lastEnd = sampleCount
        speech.hasEnded = true
        state = .quiet(run: 0)
        actions.append(.commit(turn: speech.turn, pieces: speech.pieces))
        return actions
    }

    /// A turn of several pieces is long.
    private static func utterance(of speech: Speech) -> BargeInStateMachine.Utterance {
        speech.pieces.isEmpty ? utterance(speech.text) : .words
    }

    private static func utterance(_ text: Text) -> BargeInStateMachine.Utterance {
        guard case .known(let text) = text else { return .words }
        return SpokenWords(text).words.isEmpty ? .noise : Backchannel.matches(text) ? .backchannel : .words
    }

    private static func action(_ action: BargeInStateMachine.Action) -> Action {
        switch action {
        case .duck: .duckOutput
        case .pause: .pauseOutput
        case .resume: .resumeOutput
        case .interrupt: .interruptResponse
        }
    }

    private mutating func openManualTurn() {
        lastEnd = sampleCount
        state = .speaking(Speech(turn: takeTurn(), isManual: true, turnStart: sampleCount, pieceStart: sampleCount))
    }

    private mutating func takeTurn() -> TurnNumber {
        defer { nextTurn += 1 }
        return nextTurn
    }

    private mutating func recognition(of samples: Range<Int>, in speech: Speech, _ purpose: Recognition.Purpose) -> Recognition {
        defer { nextRecognition += 1 }
        return Recognition(
            number: nextRecognition,
            turn: speech.turn,
            purpose: purpose,
            samples: samples,
            voicedWindows: speech.voicedWindows
        )
    }
}
