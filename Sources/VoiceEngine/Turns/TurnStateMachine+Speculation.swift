/// What is recognised, judged and prepared before it is known whether the turn is over, and what is kept of it when it is not.
extension TurnStateMachine {
    /// It may be the end: everything that will be needed then is begun.
    mutating func speculate(_ speech: inout Speech) -> [Action] {
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
    mutating func takeBackSpeculation(_ speech: inout Speech) -> [Action] {
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

    func isPiece(_ speculation: Recognition, of speech: Speech) -> Bool {
        let windows = speculation.samples.count / SpeechWindow.samples
        if windows >= TurnLimits.pieceWindows { return true }
        // Listening noises over a reply stay what they are, however many of them come.
        guard !speech.isOverReply, case .known(let text) = speech.text, !text.isEmpty else { return false }
        return windows >= TurnLimits.clauseWindows && speech.silentWindows >= TurnLimits.clausePauseWindows
    }

    /// Something about the present silence became known.
    mutating func settled(_ speech: Speech) -> [Action] {
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

    func prepare(_ speech: inout Speech, required: Int) -> [Action] {
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
    mutating func interim(_ speech: inout Speech) -> [Action] {
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
    mutating func cutLongPiece(_ speech: inout Speech) -> [Action] {
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
    mutating func close(piece: Recognition, of speech: inout Speech) {
        speech.pieces.append(piece.number)
        speech.textBefore = if case .known(let text) = speech.text { text } else { "" }
        speech.pieceStart = piece.samples.upperBound
        speech.seen = nil
        speech.probabilities = Array(speech.probabilities.suffix((sampleCount - speech.pieceStart) / SpeechWindow.samples))
        speech.voicedWindows = speech.probabilities.count { $0 > settings.startThreshold }
    }

    mutating func recognition(of samples: Range<Int>, in speech: Speech, _ purpose: Recognition.Purpose) -> Recognition {
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
