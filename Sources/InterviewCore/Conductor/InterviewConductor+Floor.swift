/// Who has the floor, and what the interviewer does with it.
extension InterviewConductor {
    private enum Wait {
        case until(Duration)
        /// Something has changed; look again.
        case again
        /// The interviewer may speak.
        case free
    }

    /// Steps that one event can cause. Real ones cause three or four; the limit turns a mistake into a wait.
    private static let stepsPerEvent = 32

    /// Does everything that is due now.
    /// - Returns: when to look again if nothing happens; nil: there is nothing to wait for.
    mutating func settle() -> Duration? {
        for _ in 0..<Self.stepsPerEvent {
            guard case .live = phase else { return nil }
            switch waitForFloor() {
            case .until(let deadline): return deadline
            case .again: continue
            case .free: break
            }
            if let deadline = takeFloor() { return deadline }
        }
        return lastNow + policy.unfinishedWait
    }

    var timeIsOver: Bool { usedTime(at: lastNow) >= timeLimit }

    /// The answer has gone on too long after the time limit: the candidate's floor does not count any more.
    var overrunIsOver: Bool { usedTime(at: lastNow) >= timeLimit + policy.overrun }

    private var overrunEnd: Duration { lastNow + max(.zero, timeLimit + policy.overrun - usedTime(at: lastNow)) }

    private mutating func waitForFloor() -> Wait {
        if let speaking {
            let words = speaking.utterance.text.split(separator: " ").count
            let deadline =
                speaking.soundingSince.map { $0 + policy.soundBase + policy.soundPerWord * words }
                ?? speaking.askedAt + policy.replyStartLimit
            guard lastNow >= deadline else { return .until(deadline) }
            // Its end was missed, or it never began.
            actions.append(.stopSpeaking(utterance: speaking.utterance.number))
            finishSpeaking(speaking.soundingSince == nil ? .failed : .completed)
            return .again
        }
        if overrunIsOver {
            hold = nil
            if case .question(var question) = stage {
                question.cutShort = question.answer == .none || question.answer == .weak || !openTurns.isEmpty
                enterClosing(.timeOver, from: question)
            }
            return .free
        }
        if openTurns.contains(where: { $0.stoppedAt == nil }) { return .until(overrunEnd) }
        if let oldest = openTurns.first, let stopped = oldest.stoppedAt {
            let deadline = stopped + policy.transcriptionLimit
            guard lastNow >= deadline else { return .until(min(deadline, overrunEnd)) }
            let turn = closeTurn(oldest.itemID)
            giveUp(turn)
            takeFailedTranscription(of: turn)
            return .again
        }
        if let hold {
            guard lastNow >= hold.until else { return .until(min(hold.until, overrunEnd)) }
            self.hold = nil
            if hold.confirmsWeakAnswer, case .question(var question) = stage, question.answer == .weak {
                question.answer = .given
                stage = .question(question)
            }
        }
        return .free
    }

    /// The interviewer's move.
    /// - Returns: a deadline when the move is to wait; nil when something was done.
    private mutating func takeFloor() -> Duration? {
        if !queue.isEmpty {
            let next = queue.removeFirst()
            say(next.purpose, next.text)
            return nil
        }
        switch stage {
        case .question(let question): return takeFloor(with: question)
        case .closing(let closing):
            takeFloor(with: closing)
            return nil
        }
    }

    private mutating func takeFloor(with current: CurrentQuestion) -> Duration? {
        var current = current
        let question = plan.questions[current.index]
        if timeIsOver, !current.wasAsked {
            enterClosing(.timeOver, from: current)
            return nil
        }
        if let preface = current.repeatPreface {
            say(.repeatQuestion(question.id), preface + " " + question.text, question: question.text)
            return nil
        }
        if !current.heard {
            say(.question(question.id), (current.preface.map { $0 + " " } ?? "") + question.text, question: question.text)
            return nil
        }
        guard current.answer == .none else {
            advance(from: current)
            return nil
        }
        let deadline = quietSince + question.patience
        if lastNow < deadline { return deadline }
        if timeIsOver {
            enterClosing(.timeOver, from: current)
        } else if current.reminders < policy.reminders {
            current.reminders += 1
            stage = .question(current)
            say(.reminder, plan.reminders[current.index % plan.reminders.count])
        } else {
            advance(from: current)
        }
        return nil
    }

    private mutating func takeFloor(with current: Closing) {
        var current = current
        if current.goodbyeHeard || current.begun >= policy.closingAttempts {
            finish(current)
            return
        }
        current.begun += 1
        stage = .closing(current)
        if !current.wrappedUp {
            say(.wrapUp, current.leavesOut ? ConductorPhrases.timeOver : ConductorPhrases.timeOverAfterLast)
        } else if current.goodbyes > 0 {
            say(.goodbye, InterviewPlan.reviewNotice + " Goodbye.")
        } else {
            say(.goodbye, goodbye(current))
        }
    }

    private func goodbye(_ closing: Closing) -> String {
        switch closing.cause {
        case .allAsked: ConductorPhrases.lastQuestionDone + " " + plan.closingText
        case .timeOver, .beforeRestart: plan.closingText
        case .silence: ConductorPhrases.silentGoodbye + " " + InterviewPlan.reviewNotice + " Goodbye."
        }
    }

    private mutating func say(_ purpose: Utterance.Purpose, _ text: String, question: String? = nil) {
        utterances += 1
        let utterance = Utterance(number: utterances, purpose: purpose, text: text, questionText: question)
        speaking = Speaking(utterance: utterance, askedAt: lastNow)
        turnDuringUtterance = false
        actions.append(.say(utterance))
    }

    // MARK: From question to question

    /// Goes on from a question, provisionally until what comes next is heard to begin.
    private mutating func advance(from question: CurrentQuestion) {
        let silent = question.answer == .none ? silentQuestions + 1 : 0
        if silent >= policy.silentQuestions {
            enterClosing(.silence, from: question)
            return
        }
        let next = question.index + 1
        if next >= plan.questions.count {
            enterClosing(.allAsked, from: question)
            return
        }
        if timeIsOver {
            enterClosing(.timeOver, from: question)
            return
        }
        var preface: String? =
            switch question.answer {
            case .none: ConductorPhrases.movingOn
            case .declined: ConductorPhrases.skipping
            case .weak, .given, .unclear: ConductorPhrases.acknowledgement(beforeQuestion: next)
            }
        /// The acknowledgement stands before whatever comes first.
        func led(_ sentence: String) -> String {
            defer { preface = nil }
            return (preface.map { $0 + " " } ?? "") + sentence
        }
        previous = question
        if !disclosed, !question.disclosureTried {
            // Whoever talked into the greeting again and again is told between two questions.
            previous?.disclosureTried = true
            queue.append((.greeting, led(InterviewPlan.disclosure)))
        }
        let remaining = timeLimit - usedTime(at: lastNow)
        if !timeWarningGiven, usedTime(at: lastNow) >= timeLimit * policy.timeWarningFraction {
            queue.append((.timeWarning, led(ConductorPhrases.timeWarning(remaining: remaining))))
        }
        stage = .question(CurrentQuestion(index: next, from: question.wasAsked ? question.index : nil, preface: preface))
    }

    private mutating func enterClosing(_ cause: ClosingCause, from question: CurrentQuestion) {
        // A provisional step from a question that never sounded: both are behind us now.
        commitStep()
        previous = question
        queue = []
        let leavesOut = !question.wasAsked || question.index < plan.questions.count - 1
        stage = .closing(
            Closing(
                cause: cause,
                from: question.wasAsked ? question.index : question.from,
                leavesOut: leavesOut,
                wrappedUp: cause != .timeOver
            )
        )
    }

    /// The candidate speaks on: the question before is current again.
    mutating func takeStepBack() {
        guard let question = previous, !overrunIsOver else { return }
        previous = nil
        queue.removeAll { $0.purpose == .timeWarning || $0.purpose == .greeting }
        stage = .question(question)
    }

    /// What comes next was heard to begin: the question before is done with.
    mutating func commitStep() {
        guard let question = previous else { return }
        previous = nil
        queue.removeAll { $0.purpose == .didNotCatch }
        silentQuestions = question.answer == .none ? silentQuestions + 1 : 0
        guard case .closing(let closing) = stage else {
            closeQuestion(question, ifNeverAsked: .leftOutAtEnd)
            return
        }
        let leftOut: QuestionCoverage.Outcome = closing.cause == .timeOver ? .leftOutForTime : .leftOutAtEnd
        closeQuestion(question, ifNeverAsked: leftOut)
        leaveOut(after: question.index, leftOut)
    }

    // MARK: The end

    /// The goodbye was said.
    private mutating func finish(_ closing: Closing) {
        giveUpOpenTurns()
        commitStep()
        phase = .over
        actions.append(closing.cause == .silence ? .end(.candidateSilent) : .complete)
    }

    /// The interview is broken off. One whose plan is through counts as complete.
    mutating func leave(_ reason: EndReason) {
        if let speaking { actions.append(.stopSpeaking(utterance: speaking.utterance.number)) }
        speaking = nil
        giveUpOpenTurns()
        switch stage {
        case .closing(let closing):
            finish(closing)
        case .question(var question):
            commitStep()
            question.cutShort = question.answer == .none || question.answer == .weak
            closeQuestion(question, ifNeverAsked: .leftOutAtEnd)
            leaveOut(after: question.index, .leftOutAtEnd)
            phase = .over
            actions.append(.end(reason))
        }
    }

    mutating func endAfterLoss() { leave(.candidateDidNotReturn) }

    // MARK: The record

    func coverage(of question: CurrentQuestion, ifNeverAsked leftOut: QuestionCoverage.Outcome) -> QuestionCoverage {
        let heard = question.heardFraction >= policy.heardFraction
        return QuestionCoverage(
            questionID: plan.questions[question.index].id,
            number: question.index + 1,
            outcome: question.attempts == 0 ? leftOut : heard ? .asked : .askedInPart,
            exactWords: question.exactWords,
            askedAtMilliseconds: question.soundedAt?.wholeMilliseconds,
            heardFraction: question.heardFraction,
            attempts: question.attempts
        )
    }

    private mutating func closeQuestion(_ question: CurrentQuestion, ifNeverAsked leftOut: QuestionCoverage.Outcome) {
        if !question.recorded { actions.append(.recordCoverage(coverage(of: question, ifNeverAsked: leftOut))) }
        guard question.attempts > 0 || question.recorded else { return }
        let outcome: AnswerOutcome =
            if question.cutShort {
                .cutShort
            } else {
                switch question.answer {
                case .none: .silent
                case .weak, .given: .answered
                case .declined: .declined
                case .unclear: .notUnderstood
                }
            }
        actions.append(.closeQuestion(plan.questions[question.index].id, outcome))
    }

    private mutating func leaveOut(after index: Int, _ outcome: QuestionCoverage.Outcome) {
        for (number, question) in plan.questions.enumerated().dropFirst(index + 1) {
            actions.append(
                .recordCoverage(
                    QuestionCoverage(
                        questionID: question.id,
                        number: number + 1,
                        outcome: outcome,
                        exactWords: "",
                        askedAtMilliseconds: nil,
                        heardFraction: 0,
                        attempts: 0
                    )
                )
            )
        }
    }
}
