import RealtimeProtocol
@testable import VoiceEngineCores

/// Bytes are a script for the turn machine; after every step its actions are held against a model of a turn.
func testTurns(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
    var script = Script(bytes: input)
    let settings = script.settings()
    var machine = TurnStateMachine(settings: settings)
    var model = TurnModel()
    func note(_ actions: [TurnStateMachine.Action], _ cause: TurnModel.Cause, _ machine: borrowing TurnStateMachine) {
        model.check(actions, cause, sampleCount: machine.sampleCount)
    }
    while let step = script.next(lastRecognition: model.lastRecognition, lastJudgement: model.lastJudgement) {
        model.before(firstNeededSample: machine.firstNeededSample, endsByHand: machine.settings.endsByHand)
        switch step {
        case .windows(let number, let probability):
            for _ in 0..<number {
                model.before(firstNeededSample: machine.firstNeededSample, endsByHand: machine.settings.endsByHand)
                note(machine.window(probability: probability), .window, machine)
            }
        case .commit: note(machine.commit(), .commit, machine)
        case .clear: note(machine.clear(), .clear, machine)
        case .change(let changed):
            let changesHands = changed.endsByHand != machine.settings.endsByHand
            note(machine.change(to: changed), changesHands ? .clear : .change, machine)
        case .response(let activity):
            model.replyBecame(activity)
            note(machine.responseBecame(activity), .result, machine)
        case .recognised(let number, let text):
            note(machine.recognised(number, text: text), .result, machine)
        case .judged(let number, let probability):
            model.judgementEnded(number)
            note(machine.judged(number, probability: probability), .result, machine)
        }
        require(machine.firstNeededSample <= machine.sampleCount, "needs audio that is still to come")
        require(machine.uncommittedMilliseconds >= 0, "a negative commit")
    }
    return 0
}

/// Reads steps from bytes.
private struct Script {
    enum Step {
        case windows(Int, probability: Float)
        case commit
        case clear
        case change(TurnSettings)
        case response(TurnStateMachine.ResponseActivity)
        case recognised(Int, text: String?)
        case judged(Int, probability: Float?)
    }

    /// Windows of one input: 20 minutes, more than enough for every limit.
    private static let maximumWindows = 37_500
    /// Nothing, noise, a listening noise, words, an open sentence, a finished one.
    private static let texts: [String?] = [nil, "", "Mm-hm.", "No, wait.", "I think that the", "I left the company in May."]

    private var bytes: ArraySlice<UInt8>
    private var windows = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = ArraySlice(bytes)
    }

    private mutating func byte() -> Int { Int(bytes.popFirst() ?? 0) }

    /// Within the ranges that the session's rules allow.
    mutating func settings() -> TurnSettings {
        let kind = byte()
        let interim = kind & 8 == 0 ? nil : 1 + byte() % 64
        if kind & 20 == 16 {
            let eagerness: [TurnDetection.SemanticVAD.Eagerness] = [.low, .medium, .high, .auto]
            let vad = TurnDetection.SemanticVAD(
                eagerness: eagerness[byte() & 3],
                createResponse: kind & 1 == 0,
                interruptResponse: kind & 2 == 0
            )
            return TurnSettings(vad, interimWindows: interim)
        }
        let vad = TurnDetection.ServerVAD(
            threshold: Double(byte()) / 255,
            prefixPaddingMilliseconds: byte() * 2_000 / 255,
            silenceDurationMilliseconds: 32 + byte() * 9_968 / 255,
            createResponse: kind & 1 == 0,
            interruptResponse: kind & 2 == 0,
            idleTimeoutMilliseconds: kind & 32 == 0 ? nil : 5_000 + byte() * 25_000 / 255
        )
        return TurnSettings(kind & 4 == 0 ? vad : nil, interimWindows: interim)
    }

    mutating func next(lastRecognition: Int, lastJudgement: Int) -> Step? {
        guard let first = bytes.popFirst(), windows < Self.maximumWindows else { return nil }
        switch first {
        case 0..<128:
            windows += 1
            return .windows(1, probability: Float(first) / 127)
        case 128..<192:
            let number = 1 + byte() * 4
            windows += number
            return .windows(number, probability: Float(first - 128) / 63)
        case 192..<198: return .commit
        case 198..<202: return .clear
        case 202..<206: return .change(settings())
        case 206..<215:
            let activities: [TurnStateMachine.ResponseActivity] = [.none, .silent, .audible]
            return .response(activities[Int(first - 206) % 3])
        case 215: return .windows(1, probability: .nan)
        case 216..<236:
            let back = byte()
            return .recognised(max(0, lastRecognition - back % 4), text: Self.texts[back / 4 % Self.texts.count])
        default:
            let value = byte()
            return .judged(max(0, lastJudgement - value % 2), probability: value < 8 ? nil : value < 16 ? .nan : Float(value) / 255)
        }
    }
}

/// What an owner of the machine relies on.
private struct TurnModel {
    enum Cause { case window, commit, clear, change, result }
    private enum Level { case full, ducked, paused }

    private struct Asked {
        var recognition: TurnStateMachine.Recognition
        var isCancelled = false
    }

    private var asked: [Int: Asked] = [:]
    private var openJudgements: Set<Int> = []
    private var started: [Int: Int] = [:]
    private var stopped: Set<Int> = []
    private var committed: Set<Int> = []
    private var idle: Set<Int> = []
    private var prepared: Int?
    /// The last committed turn, as long as it may be answered.
    private var answerable: Int?
    private var level = Level.full
    /// There is a reply of which nothing was heard: it can be held without being turned down before.
    private var isUnheard = false
    /// Such a reply was held. What is held is let go even when the reply has ended since.
    private var isHeldUnheard = false
    private(set) var lastRecognition = -1
    private(set) var lastJudgement = -1
    private var lastTurn = -1
    private var lastEnd = 0
    private var firstNeeded = 0
    private var endsByHand = false

    mutating func before(firstNeededSample: Int, endsByHand: Bool) {
        firstNeeded = firstNeededSample
        self.endsByHand = endsByHand
    }

    /// A reply that has ended, or was begun anew, is at full level.
    mutating func replyBecame(_ activity: TurnStateMachine.ResponseActivity) {
        isUnheard = activity == .silent
        if activity != .audible { level = .full }
    }
    mutating func judgementEnded(_ number: Int) { openJudgements.remove(number) }

    mutating func check(_ actions: [TurnStateMachine.Action], _ cause: Cause, sampleCount: Int) {
        for action in actions {
            switch action {
            case .startSpeech(let turn, let sample):
                require(cause == .window && !endsByHand, "speech starts in a window of an automatic session")
                require(turn > lastTurn, "turns are numbered upwards")
                require(sample >= lastEnd && sample <= sampleCount, "audio belongs to one turn")
                require(sample >= firstNeeded, "the start of a turn is still there")
                lastTurn = turn
                started[turn] = sample
                answerable = nil
            case .interruptResponse: level = .full
            case .duckOutput:
                // One that was held unheard may become audible, by a frame that was under way; then it is decided about as any other.
                require(level == .full || isHeldUnheard, "only a reply at full level is turned down")
                level = .ducked
            case .pauseOutput:
                require(level == .ducked || (isUnheard && level == .full), "a reply that is heard is turned down before it is held")
                if level == .full { isHeldUnheard = true }
                level = .paused
            case .resumeOutput:
                require(level != .full || isHeldUnheard, "only what was turned down or held resumes")
                isHeldUnheard = false
                level = .full
            case .recognise(let recognition): check(recognition, sampleCount: sampleCount)
            case .cancelRecognition(let number):
                guard let known = asked[number] else { fatalError("cancels what was not asked for") }
                require(!known.isCancelled, "cancels twice")
                asked[number]?.isCancelled = true
            case .judge(let judgement):
                require(judgement.number > lastJudgement, "judgements are numbered upwards")
                lastJudgement = judgement.number
                openJudgements.insert(judgement.number)
                require(!judgement.samples.isEmpty && judgement.samples.upperBound <= sampleCount, "it has been heard")
                require(judgement.samples.lowerBound >= firstNeeded, "what is judged is still there")
                require(judgement.samples.lowerBound >= started[judgement.turn] ?? lastEnd, "it belongs to the turn")
                require(!committed.contains(judgement.turn), "its turn is open")
            case .cancelJudgement(let number):
                require(openJudgements.remove(number) != nil, "cancels a judgement that is not open")
            case .prepareResponse(let turn, let pieces):
                require(prepared == nil, "prepares one reply at a time")
                require(!committed.contains(turn), "prepares a reply to an open turn")
                check(pieces, of: turn)
                prepared = turn
            case .discardPreparedResponse(let turn):
                require(prepared == turn, "discards what was prepared")
                prepared = nil
            case .stopSpeech(let turn, let sample):
                require(started[turn] != nil, "stops only what started")
                require(stopped.insert(turn).inserted, "stops once")
                require(sample <= sampleCount, "it has been heard")
            case .idleTimeout(let turn, let samples):
                require(cause == .window && turn > lastTurn, "an idle turn is a new one")
                require(samples.lowerBound >= lastEnd && samples.upperBound <= sampleCount, "audio belongs to one turn")
                idle.insert(turn)
            case .commit(let turn, let pieces):
                require(cause != .clear && cause != .change, "a change of numbers commits nothing")
                require(committed.insert(turn).inserted, "commits once")
                require(started[turn] == nil || stopped.contains(turn), "an automatic turn stops before it is committed")
                require(started[turn] != nil || endsByHand || idle.contains(turn), "commits after a start, by hand, or idle")
                check(pieces, of: turn)
                lastTurn = max(lastTurn, turn)
                lastEnd = sampleCount
                answerable = cause == .commit ? nil : turn
            case .createResponse:
                require(cause != .commit, "a commit by the client creates no response")
                require(answerable != nil, "a turn is answered once, and before the next begins")
                require(prepared == nil || prepared == answerable, "the prepared reply is to this turn")
                prepared = nil
                answerable = nil
            }
        }
        require(prepared.map { !committed.contains($0) } ?? true, "a prepared reply is used or discarded when its turn ends")
        if cause == .clear || cause == .change {
            for action in actions {
                switch action {
                case .cancelRecognition, .cancelJudgement, .discardPreparedResponse, .resumeOutput: break
                default: fatalError("drops, and does nothing else: \(action)")
                }
            }
        }
        if cause == .clear { lastEnd = sampleCount }
    }

    private mutating func check(_ recognition: TurnStateMachine.Recognition, sampleCount: Int) {
        require(recognition.number > lastRecognition, "recognitions are numbered upwards")
        lastRecognition = recognition.number
        require(!recognition.samples.isEmpty, "there is something to recognise")
        require(recognition.samples.upperBound <= sampleCount, "it has been heard")
        require(recognition.samples.lowerBound >= firstNeeded, "its audio is still there")
        require(recognition.samples.lowerBound >= started[recognition.turn] ?? lastEnd, "it belongs to the turn")
        require(!committed.contains(recognition.turn), "its turn is open")
        require(recognition.voicedWindows >= 0, "a count")
        asked[recognition.number] = Asked(recognition: recognition)
    }

    private func check(_ pieces: [Int], of turn: Int) {
        var end = started[turn] ?? 0
        for piece in pieces {
            guard let known = asked[piece] else { fatalError("a piece was not asked for") }
            require(!known.isCancelled, "a piece was cancelled")
            require(known.recognition.turn == turn, "a piece of another turn")
            require(known.recognition.purpose == .text, "a look is no piece")
            require(known.recognition.samples.lowerBound >= end, "pieces are in order and do not overlap")
            end = known.recognition.samples.upperBound
        }
    }
}
