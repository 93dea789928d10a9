/// What follows from the candidate's speech.
extension InterviewConductor {
    /// Which question speech that begins now answers. nil: none.
    func questionBeingAnswered() -> Int? {
        switch stage {
        case .question(let question):
            guard let sounded = question.soundedAt else { return previous?.index }
            if lastNow - sounded >= policy.graceAfterSound || question.attempts > 1 { return question.index }
            return question.from
        case .closing(let closing):
            guard let sounded = closing.soundedAt else { return closing.from }
            let isProvisional = closing.cause == .silence && previous != nil
            return isProvisional || lastNow - sounded < policy.graceAfterSound ? closing.from : nil
        }
    }

    /// The words for this item are here, or will not come.
    mutating func closeTurn(_ itemID: String) -> OpenTurn {
        turnDuringUtterance = true
        if let known = openTurns.firstIndex(where: { $0.itemID == itemID }) { return openTurns.remove(at: known) }
        return OpenTurn(itemID: itemID, questionIndex: questionBeingAnswered(), stoppedAt: nil)
    }

    /// Nobody waits for the words of this turn any more.
    mutating func giveUp(_ turn: OpenTurn) {
        givenUpTurns.append(turn)
        if givenUpTurns.count > policy.givenUpTurns { givenUpTurns.removeFirst() }
    }

    mutating func giveUpOpenTurns() {
        for turn in openTurns { giveUp(turn) }
        openTurns = []
    }

    mutating func attribute(_ turn: OpenTurn) {
        actions.append(.attributeTurn(itemID: turn.itemID, turn.questionIndex.map { plan.questions[$0].id }))
    }

    /// Words of a turn that was given up. For a question that is done with they change nothing but the count of silent ones.
    mutating func takeLate(_ reading: TurnReading, of turn: OpenTurn) {
        guard reading != .empty else { return }
        silentQuestions = 0
        guard let index = turn.questionIndex, index == previous?.index || currentQuestion(index) != nil else { return }
        queue.removeAll { $0.purpose == .didNotCatch }
        take(reading, of: turn)
    }

    /// Takes note of a turn. What the interviewer does about it follows when the floor is free.
    mutating func take(_ reading: TurnReading, of turn: OpenTurn) {
        let stopped = turn.stoppedAt ?? lastNow
        quietSince = max(quietSince, stopped)
        if reading != .empty { silentQuestions = 0 }
        if var question = previous, question.index == turn.questionIndex {
            take(reading, stopped: stopped, for: &question)
            previous = question
            if reading != .empty { takeBackSilentGoodbye() }
        } else if case .question(var question) = stage, question.index == turn.questionIndex {
            take(reading, stopped: stopped, for: &question)
            stage = .question(question)
        } else {
            takeAside(reading, stopped: stopped)
        }
    }

    private mutating func take(_ reading: TurnReading, stopped: Duration, for question: inout CurrentQuestion) {
        switch reading {
        case .empty:
            // A noise. Whoever has begun an answer may still go on with it.
            if question.answer != .none { hold = Hold(until: lastNow + policy.unfinishedWait, confirmsWeakAnswer: true) }
        case .filler:
            hold = Hold(until: stopped + policy.unfinishedWait, confirmsWeakAnswer: true)
        case .backchannel:
            if question.answer == .given {
                hold = nil
            } else {
                question.answer = .weak
                hold = Hold(until: stopped + policy.backchannelWait, confirmsWeakAnswer: true)
            }
        case .thinking(let afterContent):
            if afterContent { answered(&question) }
            if question.answer == .weak { question.answer = .none }
            let patience = plan.questions[question.index].patience
            hold = Hold(until: stopped + (question.answer == .none ? max(policy.thinkingWait, patience) : policy.thinkingWait))
        case .unfinished:
            answered(&question)
            hold = Hold(until: stopped + policy.unfinishedWait)
        case .repeatRequest: wantsRepeat(&question, preface: ConductorPhrases.repeating)
        case .explanationRequest: wantsRepeat(&question, preface: ConductorPhrases.cannotExplain)
        case .presenceCheck, .greeting: wantsRepeat(&question, preface: ConductorPhrases.canHear)
        case .decline:
            hold = nil
            if question.answer != .given { question.answer = .declined }
            question.heard = true
            question.repeatPreface = nil
        case .finished:
            hold = nil
            answered(&question)
        }
    }

    private func answered(_ question: inout CurrentQuestion) {
        question.answer = .given
        if question.repeatCutOff { question.repeatPreface = nil }
    }

    /// Somebody who was taken for silent has spoken: the question is current again, and the goodbye is not meant any more.
    private mutating func takeBackSilentGoodbye() {
        if case .closing(let closing) = stage, closing.cause == .silence { takeStepBack() }
    }

    private mutating func wantsRepeat(_ question: inout CurrentQuestion, preface: String) {
        hold = nil
        guard question.repeats < policy.requestedRepeats else {
            question.answer = .given
            return
        }
        question.repeats += 1
        question.repeatCutOff = false
        question.repeatPreface = preface
        question.answer = .none
    }

    /// Words that answer no question: an answer to the greeting, the end of an answer after which the next
    /// question was already to be heard, a goodbye.
    private mutating func takeAside(_ reading: TurnReading, stopped: Duration) {
        switch reading {
        case .unfinished, .filler, .thinking:
            hold = Hold(until: stopped + policy.unfinishedWait)
        case .presenceCheck:
            hold = nil
            if case .question(var question) = stage, question.attempts == 0 {
                question.preface = ConductorPhrases.canHear
                stage = .question(question)
            }
        case .empty, .backchannel, .repeatRequest, .explanationRequest, .greeting, .decline, .finished:
            hold = nil
        }
    }

    /// The candidate spoke, but there are no words.
    mutating func takeFailedTranscription(of turn: OpenTurn) {
        quietSince = lastNow
        let isPrevious = previous != nil && previous?.index == turn.questionIndex
        guard var question = isPrevious ? previous : currentQuestion(turn.questionIndex) else { return }
        switch question.answer {
        case .given, .declined, .unclear:
            hold = Hold(until: lastNow + policy.unfinishedWait)
        case .none, .weak:
            // A question that was not heard, or is to be repeated, is asked again anyway.
            guard question.heard, question.repeatPreface == nil else { break }
            hold = nil
            if question.didNotCatch < policy.didNotCatchRepeats {
                question.didNotCatch += 1
                question.answer = .none
                queue.append((.didNotCatch, ConductorPhrases.didNotCatch))
            } else {
                question.answer = .unclear
            }
        }
        if isPrevious {
            previous = question
            takeBackSilentGoodbye()
        } else {
            stage = .question(question)
        }
    }

    private func currentQuestion(_ index: Int?) -> CurrentQuestion? {
        if case .question(let question) = stage, question.index == index { question } else { nil }
    }
}
