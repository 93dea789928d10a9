/// The end of a turn: what is committed, and whether it gets an answer.
extension TurnStateMachine {
    /// The silence lasted. Whether the turn gets an answer depends on what was said, if it was said over a reply.
    mutating func endBySilence(_ speech: inout Speech) -> [Action] {
        let isAnswer = deservesAnswer(speech)
        let answers = settings.createResponse && isAnswer
        // Several pieces are more than a short sentence.
        let voiced = speech.pieces.isEmpty ? speech.voicedBefore + speech.voicedWindows : SemanticTurnEnd.briefWindows
        lastAnswer = isAnswer ? LastAnswer(end: sampleCount, voicedWindows: voiced) : nil
        let isOpen = speech.isOverReply && speech.pieces.isEmpty && speech.text == .pending
        let utterance = Self.utterance(of: speech)
        var actions =
            endHold(isReplaced: answers || isAnswer && Self.utterance(of: speech) == .words) + end(&speech, answers: answers && !isOpen)
        actions.insert(.stopSpeech(turn: speech.turn, endSample: sampleCount), at: actions.count - 1)
        if isOpen {
            openQuestion = speech.pieces.last.map { OpenQuestion(recognition: $0, createsResponse: settings.createResponse) }
            return actions
        }
        if speech.isOverReply { actions += bargeIn.heard(utterance).map(Self.action) }
        if answers { actions.append(.createResponse) }
        return actions
    }

    /// A reply that began while this was said knows nothing of it: words end it unheard, and after a noise it may be heard.
    private mutating func endHold(isReplaced: Bool) -> [Action] {
        guard isHeld, isReplaced else { return release() }
        isHeld = false
        return [.interruptResponse]
    }

    func deservesAnswer(_ speech: Speech) -> Bool {
        // What is not known yet has words until the contrary is known.
        guard speech.pieces.isEmpty, speech.text != .pending else { return true }
        if speech.isOverReply { return Self.utterance(of: speech) == .words }
        // `server_vad` answers whatever made a turn; a turn that a model judges has words.
        if case .semantics = settings.ending { return speech.text != .known("") }
        return true
    }

    /// Ends the turn; the last action is the commit.
    mutating func end(_ speech: inout Speech, answers: Bool) -> [Action] {
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
    static func utterance(of speech: Speech) -> BargeInStateMachine.Utterance {
        speech.pieces.isEmpty ? utterance(speech.text) : .words
    }

    static func utterance(_ text: Text) -> BargeInStateMachine.Utterance {
        guard case .known(let text) = text else { return .words }
        return SpokenWords(text).words.isEmpty ? .noise : Backchannel.matches(text) ? .backchannel : .words
    }

    static func action(_ action: BargeInStateMachine.Action) -> Action {
        switch action {
        case .duck: .duckOutput
        case .pause: .pauseOutput
        case .resume: .resumeOutput
        case .interrupt: .interruptResponse
        }
    }
}
