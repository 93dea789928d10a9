import RealtimeProtocol
@testable import VoiceEngineCores

/// Bytes are a script for the turn machine; after every step its actions are held against a model of a turn.
func testTurns(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
    var script = Script(bytes: input)
    var settings = script.settings()
    var machine = TurnStateMachine(settings: settings)
    var model = TurnModel(isManual: settings.silenceWindows == nil)
    while let step = script.next() {
        model.before(firstNeededSample: machine.firstNeededSample, isManual: settings.silenceWindows == nil)
        switch step {
        case .windows(let number, let probability):
            for _ in 0..<number {
                model.before(firstNeededSample: machine.firstNeededSample, isManual: settings.silenceWindows == nil)
                let actions = machine.window(probability: probability)
                model.check(actions, .window, sampleCount: machine.sampleCount)
            }
        case .commit: model.check(machine.commit(), .commit, sampleCount: machine.sampleCount)
        case .clear: model.check(machine.clear(), .clear, sampleCount: machine.sampleCount)
        case .change(let changed):
            let actions = machine.change(to: changed)
            let changesHands = (changed.silenceWindows == nil) != (settings.silenceWindows == nil)
            settings = changed
            model.check(actions, changesHands ? .clear : .change, sampleCount: machine.sampleCount)
        case .response(let isActive): machine.responseBecame(active: isActive)
        case .finished(let number): machine.recognitionFinished(number)
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
        case response(isActive: Bool)
        case finished(Int)
    }

    /// Windows of one input: 20 minutes, more than enough for every limit.
    private static let maximumWindows = 37_500

    private var bytes: ArraySlice<UInt8>
    private var windows = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = ArraySlice(bytes)
    }

    private mutating func byte() -> Int { Int(bytes.popFirst() ?? 0) }

    /// Within the ranges that the session's rules allow.
    mutating func settings() -> TurnSettings {
        let kind = byte()
        let vad = TurnDetection.ServerVAD(
            threshold: Double(byte()) / 255,
            prefixPaddingMilliseconds: byte() * 2_000 / 255,
            silenceDurationMilliseconds: 32 + byte() * 9_968 / 255,
            createResponse: kind & 1 == 0,
            interruptResponse: kind & 2 == 0
        )
        return TurnSettings(kind & 4 == 0 ? vad : nil, interimWindows: kind & 8 == 0 ? nil : 1 + byte() % 64)
    }

    mutating func next() -> Step? {
        guard let first = bytes.popFirst(), windows < Self.maximumWindows else { return nil }
        switch first {
        case 0..<160:
            windows += 1
            return .windows(1, probability: Float(first) / 159)
        case 160..<230:
            let number = 1 + byte() * 4
            windows += number
            return .windows(number, probability: Float(first - 160) / 69)
        case 230..<236: return .commit
        case 236..<240: return .clear
        case 240..<244: return .change(settings())
        case 244..<248: return .response(isActive: first & 1 == 0)
        case 248: return .windows(1, probability: .nan)
        default: return .finished(byte())
        }
    }
}

/// What an owner of the machine relies on.
private struct TurnModel {
    enum Cause { case window, commit, clear, change }

    private struct Asked {
        var recognition: TurnStateMachine.Recognition
        var isCancelled = false
    }

    private var asked: [Int: Asked] = [:]
    private var started: [Int: Int] = [:]
    private var stopped: Set<Int> = []
    private var committed: Set<Int> = []
    private var lastRecognition = -1
    private var lastTurn = -1
    private var lastEnd = 0
    private var firstNeeded = 0
    private var isManual: Bool

    init(isManual: Bool) { self.isManual = isManual }

    mutating func before(firstNeededSample: Int, isManual: Bool) {
        firstNeeded = firstNeededSample
        self.isManual = isManual
    }

    mutating func check(_ actions: [TurnStateMachine.Action], _ cause: Cause, sampleCount: Int) {
        var hasCommitted = false
        for action in actions {
            switch action {
            case .startSpeech(let turn, let sample):
                require(cause == .window && !isManual, "speech starts in a window of an automatic session")
                require(turn > lastTurn, "turns are numbered upwards")
                require(sample >= lastEnd && sample <= sampleCount, "audio belongs to one turn")
                require(sample >= firstNeeded, "the start of a turn is still there")
                lastTurn = turn
                started[turn] = sample
            case .interruptResponse: require(cause == .window, "only speech interrupts")
            case .recognise(let recognition):
                require(recognition.number > lastRecognition, "recognitions are numbered upwards")
                lastRecognition = recognition.number
                require(!recognition.samples.isEmpty, "there is something to recognise")
                require(recognition.samples.upperBound <= sampleCount, "it has been heard")
                require(recognition.samples.lowerBound >= firstNeeded, "its audio is still there")
                require(recognition.samples.lowerBound >= started[recognition.turn] ?? lastEnd, "it belongs to the turn")
                require(!committed.contains(recognition.turn), "its turn is open")
                asked[recognition.number] = Asked(recognition: recognition)
            case .cancelRecognition(let number):
                guard let known = asked[number] else { fatalError("cancels what was not asked for") }
                require(!known.isCancelled, "cancels twice")
                asked[number]?.isCancelled = true
            case .stopSpeech(let turn, let sample):
                require(started[turn] != nil, "stops only what started")
                require(stopped.insert(turn).inserted, "stops once")
                require(sample <= sampleCount, "it has been heard")
            case .commit(let turn, let pieces):
                require(cause == .window || cause == .commit, "only an end or the client commits")
                require(committed.insert(turn).inserted, "commits once")
                require(started[turn] == nil || stopped.contains(turn), "an automatic turn stops before it is committed")
                require(started[turn] != nil || isManual, "commits only after a start, or by hand")
                var end = started[turn] ?? 0
                for piece in pieces {
                    guard let known = asked[piece] else { fatalError("a piece was not asked for") }
                    require(!known.isCancelled, "a piece was cancelled")
                    require(known.recognition.turn == turn, "a piece of another turn")
                    require(known.recognition.purpose == .text, "a look is no piece")
                    require(known.recognition.samples.lowerBound >= end, "pieces are in order and do not overlap")
                    end = known.recognition.samples.upperBound
                }
                lastTurn = max(lastTurn, turn)
                lastEnd = sampleCount
                hasCommitted = true
            case .createResponse: require(cause == .window && hasCommitted, "a reply follows a commit that nobody asked for")
            }
        }
        require(cause != .change || actions.isEmpty, "a change of numbers does nothing by itself")
        require(cause != .clear || actions.allSatisfy { if case .cancelRecognition = $0 { true } else { false } }, "clearing cancels")
        if cause == .clear { lastEnd = sampleCount }
    }
}
