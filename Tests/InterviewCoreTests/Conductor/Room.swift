import InterviewCore

/// A conductor with hand-moved time around it: performs what a gateway would and keeps what was said.
final class Room {
    private var conductor: InterviewConductor
    private(set) var now: Duration = .zero
    private(set) var actions: [ConductorAction] = []
    private(set) var said: [Utterance] = []
    private(set) var deadline: Duration?
    /// The utterance under way.
    private(set) var current: Utterance?
    private(set) var result: ConductorAction?
    private var items = 0

    init(_ plan: InterviewPlan = .short(), policy: ConductorPolicy = ConductorPolicy(), resuming: ConductorProgress? = nil) {
        conductor = InterviewConductor(plan: plan, policy: policy, resuming: resuming)
        now = .milliseconds(conductor.progress.elapsedMilliseconds)
    }

    var progress: ConductorProgress { conductor.progress }
    var isOver: Bool { conductor.isOver }
    /// The candidate's last turn.
    var item: String { "item\(items)" }
    var last: String { said.last?.text ?? "" }
    var coverage: [QuestionCoverage] {
        actions.compactMap { action in if case .recordCoverage(let coverage) = action { coverage } else { nil } }
    }
    var closed: [String] {
        actions.compactMap { action in if case .closeQuestion(let id, let outcome) = action { "\(id) \(outcome.rawValue)" } else { nil } }
    }
    var attributed: [String?] {
        actions.compactMap { action in if case .attributeTurn(_, let id) = action { .some(id?.rawValue) } else { nil } }
    }

    // MARK: Events

    func live() { perform(conductor.callLive(at: now)) }
    func lose() {
        current = nil
        perform(conductor.callLost(at: now))
    }
    func limitTime(to used: Duration) { perform(conductor.limitTime(to: used, at: now)) }
    func hangUp() { perform(conductor.candidateHangUp(at: now)) }

    /// Time goes on; the timer fires whenever it is due.
    func wait(_ span: Duration) {
        let end = now + span
        while let due = deadline, due <= end {
            now = max(now, due)
            deadline = nil
            perform(conductor.timerFired(at: now))
        }
        now = end
    }

    func sound() {
        guard let current else { return }
        perform(conductor.responseAudioStarted(utterance: current.number, at: now))
    }

    func finish(_ outcome: UtteranceOutcome = .completed) {
        guard let utterance = current else { return }
        current = nil
        perform(conductor.responseFinished(utterance: utterance.number, outcome, at: now))
    }

    /// Plays the utterance under way to its end, and no other.
    func play() {
        sound()
        wait(.seconds(3))
        finish()
    }

    /// Plays until the interviewer is silent.
    func playAll() {
        while current != nil { play() }
    }

    func startSpeaking() {
        items += 1
        perform(conductor.candidateSpeechStarted(itemID: "item\(items)", at: now))
    }
    func stopSpeaking() { perform(conductor.candidateSpeechStopped(itemID: "item\(items)", at: now)) }
    func words(_ text: String) { words(text, item: item) }
    /// The words of that turn, however long ago it was.
    func words(_ text: String, item: String) { perform(conductor.candidateTurn(text: text, itemID: item, at: now)) }
    func noWords() { perform(conductor.transcriptionFailed(itemID: "item\(items)", at: now)) }

    /// A turn of two seconds whose words come 200 ms later.
    func answer(_ text: String) {
        startSpeaking()
        wait(.seconds(2))
        stopSpeaking()
        wait(.milliseconds(200))
        words(text)
    }

    /// The candidate speaks into the utterance under way, of which that much was heard.
    func bargeIn(_ text: String, heard: Double) {
        sound()
        wait(.seconds(1))
        startSpeaking()
        finish(.interrupted(heardFraction: heard))
        wait(.seconds(2))
        stopSpeaking()
        wait(.milliseconds(200))
        words(text)
    }

    private func perform(_ new: [ConductorAction]) {
        for action in new {
            actions.append(action)
            switch action {
            case .say(let utterance):
                precondition(current == nil, "two utterances at once")
                said.append(utterance)
                current = utterance
            case .stopSpeaking: current = nil
            case .waitUntil(let moment): deadline = moment
            case .cancelTimer: deadline = nil
            case .complete, .end: result = action
            case .attributeTurn, .recordCoverage, .closeQuestion, .progress: break
            }
        }
        if result != nil { current = nil }
    }
}

extension InterviewPlan {
    /// Questions "Question number 1?" and so on.
    static func short(questions: Int = 3, timeLimitSeconds: Int = 600, patienceSeconds: Int? = nil) -> InterviewPlan {
        let draft = InterviewPlanDraft(
            id: "short",
            title: "Short",
            role: "Tester",
            questions: (1...questions).map {
                InterviewPlanDraft.Question(text: "Question number \($0)?", patienceSeconds: patienceSeconds)
            },
            timeLimitSeconds: timeLimitSeconds
        )
        do {
            return try InterviewPlan(checking: draft)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
