/// What follows from the interviewer's own speech.
extension InterviewConductor {
    /// The utterance under way has become audible.
    mutating func soundBegan() {
        guard let utterance = speaking?.utterance else { return }
        switch utterance.purpose {
        case .question, .repeatQuestion:
            commitStep()
            guard case .question(var question) = stage else { return }
            question.attempts += 1
            if question.soundedAt == nil { question.soundedAt = lastNow }
            if question.exactWords.isEmpty { question.exactWords = utterance.text }
            // What was said before the question is asked again is not its answer.
            question.answer = .none
            question.repeatCutOff = false
            stage = .question(question)
            if question.attempts == 1 { actions.append(.progress(number: question.index + 1, count: plan.questions.count)) }
        case .wrapUp, .goodbye:
            guard case .closing(var closing) = stage else { return }
            // The goodbye to somebody who is silent can still be taken back.
            if closing.cause != .silence { commitStep() }
            if closing.soundedAt == nil { closing.soundedAt = lastNow }
            if utterance.purpose == .wrapUp { closing.wrapUps += 1 } else { closing.goodbyes += 1 }
            stage = .closing(closing)
        case .timeWarning:
            timeWarnings += 1
        case .greeting, .reminder, .didNotCatch, .resumeGreeting:
            break
        }
    }

    /// The utterance under way is over.
    mutating func finishSpeaking(_ outcome: UtteranceOutcome) {
        guard let done = speaking else { return }
        let fraction: Double =
            switch outcome {
            case .completed: 1
            case .interrupted(let fraction): fraction.isNaN ? 0 : min(max(fraction, 0), 1)
            case .failed: 0
            }
        // Not every upstream tells when sound begins.
        if fraction > 0, done.soundingSince == nil {
            speaking?.soundingSince = lastNow
            soundBegan()
        }
        let sounded = speaking?.soundingSince != nil
        speaking = nil
        // What failed before it was heard has not broken a silence.
        if outcome != .failed || sounded { quietSince = lastNow }
        if outcome == .failed {
            failures += 1
            if failures >= policy.speakingFailures {
                leave(.interviewerUnavailable)
                return
            }
            hold = Hold(until: lastNow + policy.retryWait)
        } else {
            failures = 0
        }
        let interrupted = outcome != .completed && outcome != .failed
        finish(done.utterance, outcome, fraction: fraction, sounded: sounded)
        // A noise does not take back a goodbye that was heard to begin; only words do.
        var isLeaving = false
        if case .closing(let closing) = stage { isLeaving = closing.soundedAt != nil }
        if previous != nil, !isLeaving, interrupted || !openTurns.isEmpty { takeStepBack() }
        // Somebody has cut us off: give their words a moment to arrive.
        if interrupted, openTurns.isEmpty, hold == nil, !turnDuringUtterance {
            hold = Hold(until: lastNow + policy.interruptionWait)
        }
    }

    private mutating func finish(_ utterance: Utterance, _ outcome: UtteranceOutcome, fraction: Double, sounded: Bool) {
        let heard = fraction >= policy.heardFraction
        switch utterance.purpose {
        case .greeting:
            if heard {
                disclosed = true
            } else if outcome == .failed {
                queue.insert((.greeting, utterance.text), at: 0)
            } else {
                repeatGreeting(utterance, fraction: fraction)
            }
        case .resumeGreeting:
            if outcome == .failed { queue.insert((utterance.purpose, utterance.text), at: 0) }
        case .timeWarning:
            if outcome == .failed { queue.insert((utterance.purpose, utterance.text), at: 0) }
            timeWarningGiven = heard || timeWarnings >= policy.timeWarnings
        case .reminder:
            // A reminder that nobody heard is still due.
            guard !sounded, case .question(var question) = stage else { return }
            question.reminders = max(0, question.reminders - 1)
            stage = .question(question)
        case .didNotCatch:
            guard case .question(let question) = stage else { return }
            if question.answer != .none {
                // Late words have made it needless, but the candidate was just asked to say it once more.
                hold = Hold(until: lastNow + policy.unfinishedWait)
            } else if outcome == .failed {
                queue.insert((utterance.purpose, utterance.text), at: 0)
            }
        case .question, .repeatQuestion:
            finishQuestion(utterance, outcome, fraction: fraction, sounded: sounded)
        case .wrapUp:
            guard case .closing(var closing) = stage else { return }
            closing.wrappedUp = heard || closing.wrapUps >= policy.wrapUps
            stage = .closing(closing)
        case .goodbye:
            guard case .closing(var closing) = stage else { return }
            closing.goodbyeHeard = heard || closing.goodbyes >= policy.goodbyes
            stage = .closing(closing)
        }
    }

    /// A greeting that was cut off at its beginning is said again; of a later one only the disclosure, which nobody may miss.
    private mutating func repeatGreeting(_ utterance: Utterance, fraction: Double) {
        greetingsCutOff += 1
        if greetingsCutOff == 1, fraction < policy.greetingHeardFraction {
            queue.insert((.greeting, utterance.text), at: 0)
        } else if greetingsCutOff <= 2 {
            queue.insert((.greeting, InterviewPlan.disclosure), at: 0)
        }
    }

    private mutating func finishQuestion(_ utterance: Utterance, _ outcome: UtteranceOutcome, fraction: Double, sounded: Bool) {
        guard case .question(var question) = stage, utterance.questionID == plan.questions[question.index].id else { return }
        defer { stage = .question(question) }
        if fraction >= question.heardFraction, sounded {
            question.heardFraction = fraction
            question.exactWords = utterance.text
        }
        if fraction >= policy.heardFraction {
            question.heard = true
            question.repeatPreface = repeatAsked(during: question)
            if outcome == .completed, openTurns.isEmpty, question.answer == .given || question.answer == .weak {
                // It was said into the question, not after it.
                question.answer = .none
                hold = nil
            }
            if !question.recorded {
                question.recorded = true
                actions.append(.recordCoverage(coverage(of: question, ifNeverAsked: .leftOutAtEnd)))
            }
            return
        }
        guard outcome != .failed, previous == nil else { return }
        let early = !sounded || openTurns.contains { $0.questionIndex != question.index }
        if question.heard {
            finishRepeat(of: &question, early: early)
            return
        }
        if early {
            question.unheard += 1
            question.heard = question.unheard > policy.unheardRepeats
        } else if question.answer != .declined {
            question.partlyHeard += 1
            question.heard = question.partlyHeard > policy.partlyHeardRepeats
            question.preface = ConductorPhrases.askingAgain
        }
        if question.heard || !early { question.repeatPreface = repeatAsked(during: question) }
    }

    /// The repeat of a question that was heard in full before is cut off. It is due again, unless an answer has made it needless.
    private func finishRepeat(of question: inout CurrentQuestion, early: Bool) {
        let isEnough: Bool
        if early {
            question.unheard += 1
            isEnough = question.unheard > policy.unheardRepeats
        } else {
            question.partlyHeard += 1
            question.repeatCutOff = true
            isEnough = question.partlyHeard > policy.partlyHeardRepeats
        }
        if isEnough || question.answer == .given || question.answer == .declined { question.repeatPreface = repeatAsked(during: question) }
    }

    /// A request to repeat that came while the question was being spoken stays; one that was being granted is done.
    private func repeatAsked(during question: CurrentQuestion) -> String? {
        turnDuringUtterance ? question.repeatPreface : nil
    }
}
