/// What a window of speech or silence changes, in a turn and between two.
extension TurnStateMachine {
    /// Speech over a reply that is being heard.
    mutating func overlap(_ probability: Float) -> [Action] {
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
        // One that was held unheard is heard after all: from here on it is like any other.
        if actions.contains(.duckOutput) { isHeld = false }
        guard actions.contains(.interruptResponse) else { return actions }
        return actions + answerOpenQuestion()
    }

    /// What was said over a reply turned out to be worth an answer.
    mutating func answerOpenQuestion() -> [Action] {
        defer { openQuestion = nil }
        return openQuestion?.createsResponse == true ? [.createResponse] : []
    }

    mutating func quietWindow(_ probability: Float, run: Int) -> [Action] {
        guard probability > settings.startThreshold else {
            state = .quiet(run: 0)
            return release() + idleTimeout()
        }
        guard run + 1 >= TurnLimits.startWindows else {
            state = .quiet(run: run + 1)
            return hold()
        }
        let detected = sampleCount - TurnLimits.startWindows * SpeechWindow.samples
        // Audio belongs to one turn only.
        let start = max(lastEnd, detected - settings.prefixSamples, 0)
        var speech = Speech(turn: takeTurn(), isManual: false, turnStart: start, pieceStart: start)
        speech.voicedWindows = TurnLimits.startWindows
        speech.probabilities = Array(repeating: 1, count: (sampleCount - start) / SpeechWindow.samples)
        speech.isOverReply = bargeIn.isUndecided
        if let lastAnswer, detected - lastAnswer.end < TurnLimits.continuationSamples { speech.voicedBefore = lastAnswer.voicedWindows }
        quietSince = nil
        // The one answer to both turns comes when this one ends.
        openQuestion = nil
        let turn = speech.turn
        state = .speaking(speech)
        var actions = [Action.startSpeech(turn: turn, startSample: start)]
        // A reply of which nothing was heard is one to a turn that goes on.
        if settings.interruptResponse, response == .silent { actions.append(.interruptResponse) }
        return actions + release()
    }

    /// Perhaps the speaker goes on, and nothing of the reply was heard: that can wait for a window. Where it is being heard
    /// it is turned down instead.
    mutating func hold() -> [Action] {
        guard settings.interruptResponse, response == .silent, !isHeld else { return [] }
        isHeld = true
        return [.pauseOutput]
    }

    mutating func release() -> [Action] {
        guard isHeld else { return [] }
        isHeld = false
        return bargeIn.isUndecided ? [] : [.resumeOutput]
    }

    /// Somebody goes on speaking: a reply that began meanwhile is one to what was said before.
    mutating func holdLasted(isVoiced: Bool) -> [Action] {
        heldWindows += 1
        if isVoiced { heldVoicedWindows += 1 }
        guard heldVoicedWindows >= TurnLimits.heldSpeechWindows || heldWindows >= TurnLimits.longestHoldWindows else { return [] }
        isHeld = false
        return [.interruptResponse]
    }

    mutating func idleTimeout() -> [Action] {
        guard let since = quietSince, let limit = settings.idleSamples, response == .none, sampleCount - since >= limit else { return [] }
        quietSince = nil
        let turn = takeTurn()
        let samples = max(since, lastEnd)..<sampleCount
        lastEnd = sampleCount
        return [.idleTimeout(turn: turn, samples: samples), .commit(turn: turn, pieces: []), .createResponse]
    }

    var speculationWindows: Int {
        if case .semantics = settings.ending { TurnLimits.semanticSpeculationWindows } else { TurnLimits.speculationWindows }
    }

    mutating func speakingWindow(_ probability: Float, _ speech: inout Speech, wasInterrupted: Bool) -> [Action] {
        var actions: [Action] = []
        speech.probabilities.append(probability)
        if isHeld { actions += holdLasted(isVoiced: probability > settings.startThreshold) }
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
            if speech.silentWindows >= TurnLimits.clausePauseWindows { speech.hasPause = true }
            speech.silentWindows = 0
        }
        if probability > settings.startThreshold {
            speech.voicedWindows += 1
            actions += interim(&speech)
        }
        actions += cutLongPiece(&speech)
        return actions
    }

    private static func length(of speech: Speech) -> SemanticTurnEnd.Length {
        guard speech.pieces.isEmpty, speech.voicedBefore + speech.voicedWindows < SemanticTurnEnd.briefWindows else { return .ample }
        return speech.hasPause || speech.voicedBefore > 0 ? .briefWithPause : .brief
    }

    /// Silent windows that end the turn, as far as is known now.
    func requiredSilence(_ speech: Speech) -> Int {
        switch settings.ending {
        case .byHand: return .max
        case .silence(let windows): return windows
        case .semantics(let rule):
            let text: TextCompletion? =
                if case .known(let text) = speech.text { TextCompletion("\(speech.textBefore) \(text)") } else { nil }
            return rule.silenceWindows(probability: speech.probability, text: text, length: Self.length(of: speech))
        }
    }
}
