/// Finds turns in a stream of speech probabilities, and decides what is recognised when.
///
/// Pure: it counts windows and samples from the first input sample, and knows neither clock nor audio. A long turn is
/// recognised in pieces, cut at pauses; the last piece is recognised on speculation while the silence still lasts, so that
/// nothing is left to compute when the turn ends.
///
/// Turns and recognitions are numbered from 0; the owner maps them to identifiers.
struct TurnStateMachine: ~Copyable {
    typealias TurnNumber = Int
    typealias RecognitionNumber = Int

    /// What to recognise.
    struct Recognition: Equatable {
        enum Purpose: Equatable {
            /// A look at an unfinished turn; its text is shown and forgotten.
            case interim
            /// A part, or all, of the turn's text if the following does not take it back.
            case text
        }

        var number: RecognitionNumber
        var turn: TurnNumber
        var purpose: Purpose
        /// Samples at 16 kHz, counted from the first input sample.
        var samples: Range<Int>
    }

    enum Action: Equatable {
        /// Speech began. `startSample` includes the prefix padding.
        case startSpeech(turn: TurnNumber, startSample: Int)
        /// The listener began to speak over the reply.
        case interruptResponse
        case recognise(Recognition)
        /// Speech went on, or the turn was dropped: stop computing this.
        case cancelRecognition(RecognitionNumber)
        /// Speech ended. `endSample` includes the silence that ended it.
        case stopSpeech(turn: TurnNumber, endSample: Int)
        /// The turn is complete; its text is that of the pieces, in this order.
        case commit(turn: TurnNumber, pieces: [RecognitionNumber])
        case createResponse
    }

    private struct Speech {
        var turn: TurnNumber
        /// Whether the client ends it by hand; then it began without anybody speaking.
        var isManual: Bool
        var turnStart: Int
        var pieceStart: Int
        /// Recognitions that are certain to belong to the turn.
        var pieces: [RecognitionNumber] = []
        /// Probabilities of the present piece, for finding the quietest place.
        var probabilities: [Float] = []
        var voicedWindows = 0
        var silentWindows = 0
        var speculation: Recognition?
        var interim: RecognitionNumber?
        var windowsSinceInterim = 0
        var hasEnded = false
    }

    private enum State {
        /// Nobody speaks. `run` counts the windows above the threshold. Next: `speaking`.
        case quiet(run: Int)
        /// A turn is open. Next: `quiet`.
        case speaking(Speech)
    }

    private(set) var settings: TurnSettings
    private var state: State
    private var nextTurn: TurnNumber = 0
    private var nextRecognition: RecognitionNumber = 0
    private var responseIsActive = false
    /// Where the input stands, and where the last turn ended.
    private(set) var sampleCount = 0
    private var lastEnd = 0

    init(settings: TurnSettings) {
        self.settings = settings
        state = .quiet(run: 0)
        if settings.silenceWindows == nil { openManualTurn() }
    }

    /// The first sample that may still be asked for. Older audio can be forgotten.
    var firstNeededSample: Int {
        switch state {
        case .quiet: max(lastEnd, sampleCount - settings.prefixSamples - TurnLimits.startWindows * SpeechWindow.samples)
        case .speaking(let speech): speech.pieceStart
        }
    }

    /// Whether somebody is speaking (or a hand-committed turn holds speech).
    var isSpeaking: Bool {
        if case .speaking(let speech) = state { !speech.isManual || speech.voicedWindows > 0 || !speech.pieces.isEmpty } else { false }
    }

    // MARK: Events

    /// A reply became active or ended; only an active one can be interrupted.
    mutating func responseBecame(active: Bool) {
        responseIsActive = active
    }

    /// The next window of input and the probability that it holds speech. A value that is no probability counts as silence.
    mutating func window(probability: Float) -> [Action] {
        let probability = probability.isNaN ? 0 : probability
        sampleCount += SpeechWindow.samples
        switch state {
        case .quiet(let run):
            return quietWindow(probability, run: run)
        case .speaking(var speech):
            // Given up for the moment, so that the piece's probabilities are changed in place.
            state = .quiet(run: 0)
            let actions = speakingWindow(probability, &speech)
            if !speech.hasEnded { state = .speaking(speech) }
            return actions
        }
    }

    /// A recognition has ended, whatever came of it.
    mutating func recognitionFinished(_ number: RecognitionNumber) {
        guard case .speaking(var speech) = state, speech.interim == number else { return }
        speech.interim = nil
        state = .speaking(speech)
    }

    /// The client commits, or the call ends: an open turn ends now, if there is one.
    /// It never creates a response (realtime-api, 5.2).
    mutating func commit() -> [Action] {
        guard case .speaking(var speech) = state else { return [] }
        var actions = end(&speech)
        if settings.silenceWindows == nil { openManualTurn() }
        if !speech.isManual { actions.insert(.stopSpeech(turn: speech.turn, endSample: sampleCount), at: actions.count - 1) }
        return actions
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
        if settings.silenceWindows == nil { openManualTurn() }
        return (speech.pieces + [speech.speculation?.number, speech.interim].compactMap { $0 }).map { .cancelRecognition($0) }
    }

    /// The session's numbers changed. An open turn goes on with the new ones; a change between automatic and manual drops it.
    mutating func change(to settings: TurnSettings) -> [Action] {
        let changesHands = (settings.silenceWindows == nil) != (self.settings.silenceWindows == nil)
        let actions = changesHands ? clear() : []
        self.settings = settings
        if changesHands {
            state = .quiet(run: 0)
            if settings.silenceWindows == nil { openManualTurn() }
        }
        return actions
    }

    // MARK: Windows

    private mutating func quietWindow(_ probability: Float, run: Int) -> [Action] {
        guard probability > settings.startThreshold else {
            state = .quiet(run: 0)
            return []
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
        let turn = speech.turn
        state = .speaking(speech)
        var actions = [Action.startSpeech(turn: turn, startSample: start)]
        if settings.interruptResponse, responseIsActive { actions.append(.interruptResponse) }
        return actions
    }

    private mutating func speakingWindow(_ probability: Float, _ speech: inout Speech) -> [Action] {
        var actions: [Action] = []
        speech.probabilities.append(probability)
        if probability < settings.endThreshold {
            speech.silentWindows += 1
            if let limit = settings.silenceWindows, speech.silentWindows >= limit {
                actions += end(&speech)
                actions.insert(.stopSpeech(turn: speech.turn, endSample: sampleCount), at: actions.count - 1)
                if settings.createResponse { actions.append(.createResponse) }
                return actions
            }
            if speech.isManual, speech.silentWindows == TurnLimits.manualPauseWindows, let speculation = speech.speculation {
                speech.speculation = nil
                close(piece: speculation, of: &speech)
            }
            if speech.silentWindows == TurnLimits.speculationWindows, speech.speculation == nil,
                speech.voicedWindows >= TurnLimits.voicedWindows
            {
                if let interim = speech.interim {
                    actions.append(.cancelRecognition(interim))
                    speech.interim = nil
                }
                let speculation = recognition(of: speech.pieceStart..<sampleCount, turn: speech.turn, .text)
                speech.speculation = speculation
                actions.append(.recognise(speculation))
            }
        } else {
            speech.silentWindows = 0
            if let speculation = speech.speculation {
                speech.speculation = nil
                if speculation.samples.count >= TurnLimits.pieceWindows * SpeechWindow.samples {
                    close(piece: speculation, of: &speech)
                } else {
                    actions.append(.cancelRecognition(speculation.number))
                }
            }
        }
        if probability > settings.startThreshold {
            speech.voicedWindows += 1
            actions += interim(&speech)
        }
        actions += cutLongPiece(&speech)
        return actions
    }

    private mutating func interim(_ speech: inout Speech) -> [Action] {
        guard let interval = settings.interimWindows, speech.interim == nil, speech.voicedWindows >= TurnLimits.voicedWindows,
            speech.probabilities.count <= TurnLimits.pieceWindows
        else { return [] }
        speech.windowsSinceInterim += 1
        guard speech.windowsSinceInterim >= interval else { return [] }
        speech.windowsSinceInterim = 0
        let look = recognition(of: speech.pieceStart..<sampleCount, turn: speech.turn, .interim)
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
        let piece = recognition(of: speech.pieceStart..<cut, turn: speech.turn, .text)
        let rest = Array(speech.probabilities.suffix(remaining))
        close(piece: piece, of: &speech)
        speech.probabilities = rest
        speech.voicedWindows = rest.count { $0 > settings.startThreshold }
        return [.recognise(piece)]
    }

    /// The piece is certain; the next one begins where it ends.
    private mutating func close(piece: Recognition, of speech: inout Speech) {
        speech.pieces.append(piece.number)
        speech.pieceStart = piece.samples.upperBound
        speech.probabilities = Array(speech.probabilities.suffix((sampleCount - speech.pieceStart) / SpeechWindow.samples))
        speech.voicedWindows = speech.probabilities.count { $0 > settings.startThreshold }
    }

    /// Ends the turn; the last action is the commit.
    private mutating func end(_ speech: inout Speech) -> [Action] {
        var actions: [Action] = []
        if let interim = speech.interim { actions.append(.cancelRecognition(interim)) }
        if let speculation = speech.speculation {
            speech.pieces.append(speculation.number)
        } else if speech.voicedWindows >= TurnLimits.voicedWindows {
            let last = recognition(of: speech.pieceStart..<sampleCount, turn: speech.turn, .text)
            speech.pieces.append(last.number)
            actions.append(.recognise(last))
        }
        lastEnd = sampleCount
        speech.hasEnded = true
        state = .quiet(run: 0)
        actions.append(.commit(turn: speech.turn, pieces: speech.pieces))
        return actions
    }

    private mutating func openManualTurn() {
        lastEnd = sampleCount
        state = .speaking(Speech(turn: takeTurn(), isManual: true, turnStart: sampleCount, pieceStart: sampleCount))
    }

    private mutating func takeTurn() -> TurnNumber {
        defer { nextTurn += 1 }
        return nextTurn
    }

    private mutating func recognition(of samples: Range<Int>, turn: TurnNumber, _ purpose: Recognition.Purpose) -> Recognition {
        defer { nextRecognition += 1 }
        return Recognition(number: nextRecognition, turn: turn, purpose: purpose, samples: samples)
    }
}
