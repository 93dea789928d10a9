/// Conducts one interview: decides what is said and when, in exact words, and never asks anything but
/// the plan's questions in the plan's order.
///
/// It is pure. Events come in with the monotonic time since the interview first went live (this time
/// base goes on while the call is suspended); actions go out and are performed in order. At most one
/// utterance is under way; the next one comes after `responseFinished`.
///
/// The interviewer speaks only when the floor is free: the candidate does not speak, no words of theirs
/// are still being recognised, and the last turn did not sound unfinished. Whatever is due then follows
/// from the state in one place (`takeFloor`), so a barge-in can delay what is due but not lose it.
///
/// Going on to the next question is provisional until that question is heard to begin. A candidate who
/// speaks on before that takes it back, and what they say is still part of their answer.
public struct InterviewConductor: ~Copyable {
    enum Phase {
        /// Next: live.
        case waitingForCall
        /// Next: suspended, over.
        case live
        /// Next: live, over.
        case suspended(since: Duration)
        case over
    }

    public let plan: InterviewPlan
    public let policy: ConductorPolicy

    /// The plan's, or less by `limitTime`.
    public private(set) var timeLimit: Duration
    var phase: Phase
    var stage: ConductorStage
    /// The question before, while going on from it is provisional.
    var previous: CurrentQuestion?
    /// Said before what the stage asks for.
    var queue: [(purpose: Utterance.Purpose, text: String)] = []
    var speaking: Speaking?
    var openTurns: [OpenTurn] = []
    /// Turns that nobody waits for any more, oldest first, so that late words find the question they answer.
    var givenUpTurns: [OpenTurn] = []
    var hold: Hold?
    /// Since when nobody has spoken.
    var quietSince: Duration = .zero
    var utterances = 0
    var failures = 0
    var disclosed: Bool
    /// Times that the greeting or its disclosure was cut off.
    var greetingsCutOff = 0
    /// A turn of the candidate has come while the utterance was under way.
    var turnDuringUtterance = false
    var timeWarningGiven: Bool
    /// Times that the warning became audible.
    var timeWarnings = 0
    var silentQuestions: Int
    var resumptions: Int
    var usedBefore: Duration
    var liveSince: Duration = .zero
    var lastNow: Duration
    /// The deadline that the shell was last told.
    var announced: Duration?
    /// Collected during one event.
    var actions: [ConductorAction] = []

    /// Stored times behind this count as this one, so that no number from outside can overflow a sum. 34,000 years.
    static let latestStart: Duration = .seconds(1 << 40)
    /// The same for the times of events, far behind `latestStart`, so that time goes on from there.
    static let latestMoment: Duration = .seconds(1 << 50)

    /// - Parameter resuming: progress of an earlier conductor of this interview, whose process is gone.
    ///   The interview is then suspended and `callLive` takes it up again.
    public init(plan: InterviewPlan, policy: ConductorPolicy = ConductorPolicy(), resuming progress: ConductorProgress? = nil) {
        self.plan = plan
        self.policy = policy
        timeLimit = plan.timeLimit
        let state = progress ?? ConductorProgress()
        let elapsed = Self.moment(milliseconds: state.elapsedMilliseconds)
        phase = progress == nil ? .waitingForCall : .suspended(since: elapsed)
        if state.questionIndex >= plan.questions.count {
            stage = .closing(Closing(cause: state.timeWasOver ? .timeOver : .beforeRestart, wrappedUp: !state.timeWasOver))
        } else {
            var question = CurrentQuestion(index: max(0, state.questionIndex))
            question.recorded = state.currentRecorded
            stage = .question(question)
        }
        disclosed = state.disclosed
        timeWarningGiven = state.timeWarningGiven
        silentQuestions = min(max(0, state.silentQuestions), policy.silentQuestions)
        resumptions = min(max(0, state.resumptions), policy.resumptions)
        usedBefore = Self.moment(milliseconds: state.usedMilliseconds)
        lastNow = elapsed
    }

    private static func moment(milliseconds: Int64) -> Duration { min(.milliseconds(max(0, milliseconds)), latestStart) }

    // MARK: What can be asked at any time

    public var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    /// The core question that is current; nil in the closing.
    public var currentQuestionID: QuestionID? {
        if case .question(let question) = stage { plan.questions[question.index].id } else { nil }
    }

    /// Talking time up to then, suspensions not counted.
    public func usedTime(at now: Duration) -> Duration {
        if case .live = phase { usedBefore + max(.zero, now - liveSince) } else { usedBefore }
    }

    /// How far the interview has come, for the store. A provisional step is not counted.
    public var progress: ConductorProgress {
        var progress = ConductorProgress(
            usedMilliseconds: usedTime(at: lastNow).wholeMilliseconds,
            elapsedMilliseconds: lastNow.wholeMilliseconds,
            disclosed: disclosed,
            timeWarningGiven: timeWarningGiven,
            silentQuestions: silentQuestions,
            resumptions: resumptions
        )
        switch (previous, stage) {
        case (let question?, _), (nil, .question(let question)):
            progress.questionIndex = question.index
            progress.currentRecorded = question.recorded
        case (nil, .closing(let closing)):
            progress.questionIndex = plan.questions.count
            progress.timeWasOver = closing.cause == .timeOver && !closing.wrappedUp
        }
        return progress
    }

    // MARK: The call

    /// Both sides can hear each other: for the first time, or again after `callLost`.
    public mutating func callLive(at now: Duration) -> [ConductorAction] {
        begin(now)
        // Another call may count its items from the beginning again.
        if case .suspended = phase { givenUpTurns = [] }
        switch phase {
        case .waitingForCall:
            phase = .live
            liveSince = lastNow
            queue = [(.greeting, plan.greetingText)]
        case .suspended:
            phase = .live
            liveSince = lastNow
            resumptions += 1
            queue = [(.resumeGreeting, ConductorPhrases.resumeGreeting)]
            if !disclosed { queue.append((.greeting, InterviewPlan.disclosure)) }
        case .live, .over:
            break
        }
        quietSince = lastNow
        return finishEvent()
    }

    /// The call broke off. What is under way is forgotten; nothing that is due is lost.
    public mutating func callLost(at now: Duration) -> [ConductorAction] {
        begin(now)
        guard case .live = phase else { return finishEvent() }
        giveUpOpenTurns()
        // Whoever comes back is there after all.
        if case .closing(let closing) = stage, closing.cause == .silence { takeStepBack() }
        usedBefore = usedTime(at: lastNow)
        phase = .suspended(since: lastNow)
        commitStep()
        if resumptions >= policy.resumptions {
            endAfterLoss()
            return finishEvent()
        }
        speaking = nil
        queue = []
        hold = nil
        failures = 0
        switch stage {
        case .question(var question):
            // It is asked again in full, and what was half said is not taken for its answer.
            question.heard = false
            question.answer = .none
            question.preface = nil
            question.repeatPreface = nil
            question.partlyHeard = 0
            question.unheard = 0
            question.from = nil
            stage = .question(question)
        case .closing(var closing):
            closing.from = nil
            stage = .closing(closing)
        }
        return finishEvent()
    }

    /// From now on the interview ends at this talking time, if the plan does not end it sooner: with the sentences and the
    /// patience of the plan's own limit.
    public mutating func limitTime(to used: Duration, at now: Duration) -> [ConductorAction] {
        begin(now)
        timeLimit = min(plan.timeLimit, max(.zero, min(used, Self.latestStart)))
        return finishEvent()
    }

    /// The candidate has ended the call on purpose. During the goodbye that completes the interview.
    public mutating func candidateHangUp(at now: Duration) -> [ConductorAction] {
        begin(now)
        if !isOver { leave(.candidateLeft) }
        return finishEvent()
    }

    /// Nobody will come back to a suspended interview. The conductor's own `resumeWindow` says the same.
    public mutating func candidateDidNotReturn(at now: Duration) -> [ConductorAction] {
        begin(now)
        if case .suspended = phase { endAfterLoss() }
        return finishEvent()
    }

    /// The moment of the last `waitUntil` has come. Too early or too late does no harm.
    public mutating func timerFired(at now: Duration) -> [ConductorAction] {
        begin(now)
        announced = nil
        return finishEvent()
    }

    // MARK: The interviewer's speech

    /// The engine has begun to make the utterance. Nothing depends on it; the watch goes on until it sounds.
    public mutating func responseStarted(utterance number: Int, at now: Duration) -> [ConductorAction] {
        begin(now)
        return finishEvent()
    }

    /// The candidate begins to hear the utterance.
    public mutating func responseAudioStarted(utterance number: Int, at now: Duration) -> [ConductorAction] {
        begin(now)
        if case .live = phase, speaking?.utterance.number == number, speaking?.soundingSince == nil {
            speaking?.soundingSince = lastNow
            soundBegan()
        }
        return finishEvent()
    }

    /// The utterance is over: played to its end, cut off, or failed.
    public mutating func responseFinished(utterance number: Int, _ outcome: UtteranceOutcome, at now: Duration) -> [ConductorAction] {
        begin(now)
        if case .live = phase, speaking?.utterance.number == number { finishSpeaking(outcome) }
        return finishEvent()
    }

    // MARK: The candidate's speech

    /// The candidate begins to speak; the words will come as this item.
    public mutating func candidateSpeechStarted(itemID: String, at now: Duration) -> [ConductorAction] {
        begin(now)
        guard case .live = phase else { return finishEvent() }
        if let known = openTurns.firstIndex(where: { $0.itemID == itemID }) {
            openTurns[known].stoppedAt = nil
        } else {
            givenUpTurns.removeAll { $0.itemID == itemID }
            // One person speaks one turn at a time, so the end of an earlier one was missed. It must not hold the floor.
            for index in openTurns.indices where openTurns[index].stoppedAt == nil { openTurns[index].stoppedAt = lastNow }
            openTurns.append(OpenTurn(itemID: itemID, questionIndex: questionBeingAnswered(), stoppedAt: nil))
            if openTurns.count > policy.openTurns { giveUp(openTurns.removeFirst()) }
        }
        hold = nil
        return finishEvent()
    }

    /// The candidate has stopped; the words are being recognised.
    public mutating func candidateSpeechStopped(itemID: String, at now: Duration) -> [ConductorAction] {
        begin(now)
        guard case .live = phase, let known = openTurns.firstIndex(where: { $0.itemID == itemID }) else { return finishEvent() }
        openTurns[known].stoppedAt = lastNow
        quietSince = lastNow
        return finishEvent()
    }

    /// What the candidate said. An empty text is a noise.
    ///
    /// Words that come after their turn was given up (`transcriptionLimit`, `openTurns`, a lost call, the end) are attributed to
    /// the question that they answer; they count as its answer only while it is current.
    public mutating func candidateTurn(text: String, itemID: String, at now: Duration) -> [ConductorAction] {
        begin(now)
        if let known = givenUpTurns.firstIndex(where: { $0.itemID == itemID }) {
            let turn = givenUpTurns.remove(at: known)
            attribute(turn)
            if case .live = phase { takeLate(TurnReading(text), of: turn) }
            return finishEvent()
        }
        guard !isOver else { return finishEvent() }
        let turn = closeTurn(itemID)
        attribute(turn)
        if case .live = phase { take(TurnReading(text), of: turn) }
        return finishEvent()
    }

    /// There are no words for this turn.
    public mutating func transcriptionFailed(itemID: String, at now: Duration) -> [ConductorAction] {
        begin(now)
        givenUpTurns.removeAll { $0.itemID == itemID }
        guard case .live = phase, openTurns.contains(where: { $0.itemID == itemID }) else { return finishEvent() }
        takeFailedTranscription(of: closeTurn(itemID))
        return finishEvent()
    }

    // MARK: One event

    private mutating func begin(_ now: Duration) {
        // A shell that takes the time before a lock may be a little out of order.
        lastNow = max(lastNow, min(now, Self.latestMoment))
        actions = []
    }

    /// Does what is due and tells the shell when to look again.
    private mutating func finishEvent() -> [ConductorAction] {
        let deadline: Duration?
        switch phase {
        case .waitingForCall, .over: deadline = nil
        case .live: deadline = settle()
        case .suspended(let since):
            let end = since + policy.resumeWindow
            if lastNow >= end { endAfterLoss() }
            deadline = isOver ? nil : end
        }
        if deadline != announced {
            actions.append(deadline.map { .waitUntil($0) } ?? .cancelTimer)
            announced = deadline
        }
        // Whatever belongs before the end is before it: the end is the last action there is.
        if let end = actions.firstIndex(where: Self.isEnd), end != actions.endIndex - 1 {
            let action = actions.remove(at: end)
            actions.append(action)
        }
        defer { actions = [] }
        return actions
    }

    private static func isEnd(_ action: ConductorAction) -> Bool {
        switch action {
        case .complete, .end: true
        default: false
        }
    }
}
