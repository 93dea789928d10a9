import RealtimeProtocol
import Testing

@testable import VoiceEngine

/// Random event sequences against the rules that the session relies on.
@Suite struct TurnFuzzTests {
    private static let texts = ["", "Mm-hm.", "Yes.", "I led the team for two years.", "and then", "Stop.", "Right."]

    private static func settings(using generator: inout SeededGenerator) -> TurnSettings {
        let creates = Bool.random(using: &generator)
        let interrupts = Int.random(in: 0..<4, using: &generator) > 0
        let interim = Bool.random(using: &generator) ? 31 : nil
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return TurnSettings(nil, interimWindows: interim)
        case 1..<5:
            let eagerness = [TurnDetection.SemanticVAD.Eagerness.low, .medium, .high].randomElement(using: &generator) ?? .auto
            return TurnSettings(
                TurnDetection.SemanticVAD(eagerness: eagerness, createResponse: creates, interruptResponse: interrupts),
                interimWindows: interim
            )
        default:
            return TurnSettings(
                TurnDetection.ServerVAD(
                    prefixPaddingMilliseconds: [0, 300, 1_000].randomElement(using: &generator) ?? 0,
                    silenceDurationMilliseconds: [32, 100, 500, 2_000].randomElement(using: &generator) ?? 500,
                    createResponse: creates,
                    interruptResponse: interrupts,
                    idleTimeoutMilliseconds: Bool.random(using: &generator) ? 5_000 : nil
                ),
                interimWindows: interim
            )
        }
    }

    /// What the session knows of the machine's doings, with the rules.
    private struct Rules {
        var openTurn: Int?
        var lastTurn = -1
        var recognitions: Set<Int> = []
        var judgements: Set<Int> = []
        var issued = 0
        var prepared: (turn: Int, pieces: [Int])?
        var lastCommit: (turn: Int, pieces: [Int])?
        var isTurnedDown = false
        var isHeld = false
        var heldFor = 0
        var turnedDownFor = 0
        var lastEnd = 0
        var texts: Set<Int> = []

        mutating func check(_ actions: [TurnStateMachine.Action], _ sampleCount: Int, responds: inout TurnStateMachine.ResponseActivity) {
            for action in actions {
                switch action {
                case .startSpeech(let turn, let start):
                    #expect(openTurn == nil && turn > lastTurn)
                    #expect(start >= lastEnd && start <= sampleCount)
                    openTurn = turn
                    lastTurn = turn
                case .stopSpeech(let turn, let end):
                    #expect(turn == openTurn)
                    openTurn = nil
                    lastEnd = end
                case .recognise(let recognition):
                    #expect(!recognition.samples.isEmpty && recognition.samples.upperBound <= sampleCount)
                    #expect(recognition.voicedWindows >= TurnLimits.voicedWindows)
                    #expect(recognition.number == issued)
                    issued += 1
                    recognitions.insert(recognition.number)
                    if recognition.purpose == .text { texts.insert(recognition.number) }
                case .cancelRecognition(let number):
                    // A finished one is in no list any more.
                    recognitions.remove(number)
                    #expect(texts.remove(number) != nil || number < issued)
                case .judge(let judgement):
                    #expect(judgements.isEmpty, "one judgement at a time")
                    #expect(judgement.samples.count <= TurnLimits.judgedSamples && judgement.samples.upperBound == sampleCount)
                    judgements.insert(judgement.number)
                case .cancelJudgement(let number): #expect(judgements.remove(number) != nil)
                case .prepareResponse(let turn, let pieces):
                    #expect(prepared == nil)
                    #expect(pieces.allSatisfy(texts.contains))
                    prepared = (turn, pieces)
                case .discardPreparedResponse(let turn):
                    #expect(prepared?.turn == turn)
                    prepared = nil
                case .commit(let turn, let pieces):
                    #expect(pieces.allSatisfy(texts.contains) && pieces == pieces.sorted())
                    if let prepared { #expect(prepared.turn == turn && prepared.pieces == pieces) }
                    lastCommit = (turn, pieces)
                    lastTurn = max(lastTurn, turn)
                case .createResponse:
                    #expect(lastCommit != nil)
                    lastCommit = nil
                    prepared = nil
                    responds = .silent
                case .idleTimeout(_, let samples):
                    #expect(openTurn == nil && !samples.isEmpty && samples.lowerBound >= lastEnd)
                    lastEnd = samples.upperBound
                case .duckOutput:
                    #expect(!isTurnedDown && responds == .audible)
                    (isTurnedDown, isHeld) = (true, false)
                    turnedDownFor = 0
                case .pauseOutput:
                    #expect(isTurnedDown || responds == .silent)
                    isHeld = !isTurnedDown
                    heldFor = 0
                case .resumeOutput:
                    #expect(isTurnedDown || isHeld)
                    (isTurnedDown, isHeld) = (false, false)
                case .interruptResponse:
                    #expect(responds != .none)
                    isTurnedDown = false
                    responds = .none
                }
            }
        }
    }

    @Test("random sequences of events keep the rules", arguments: 0..<40)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var machine = TurnStateMachine(settings: Self.settings(using: &generator))
        var rules = Rules()
        var activity = TurnStateMachine.ResponseActivity.none
        for _ in 0..<1_500 {
            var actions: [TurnStateMachine.Action] = []
            let before = activity
            switch Int.random(in: 0..<300, using: &generator) {
            case 0:
                actions = machine.commit()
            case 1:
                actions = machine.clear()
                rules.openTurn = nil
            case 2:
                let settings = Self.settings(using: &generator)
                if settings.endsByHand != machine.settings.endsByHand { rules.openTurn = nil }
                actions = machine.change(to: settings)
            case 3..<10:
                activity = [.none, .silent, .audible].randomElement(using: &generator) ?? .none
                if activity != .audible { rules.isTurnedDown = false }
                if activity == .none { rules.isHeld = false }
                actions = machine.responseBecame(activity)
            case 10..<60:
                // Mostly what is awaited, sometimes anything.
                let number = rules.recognitions.randomElement(using: &generator) ?? Int.random(in: -1..<50, using: &generator)
                rules.recognitions.remove(number)
                actions = machine.recognised(
                    number,
                    text: Bool.random(using: &generator) ? Self.texts.randomElement(using: &generator) : nil
                )
            case 60..<90:
                let number = rules.judgements.first ?? Int.random(in: -1..<50, using: &generator)
                rules.judgements.remove(number)
                actions = machine.judged(number, probability: [nil, .nan, 0, 0.4, 0.6, 0.99, 7].randomElement(using: &generator) ?? nil)
            case 90..<150:
                for _ in 0..<Int.random(in: 1..<50, using: &generator) { feed(0.9, &machine, &rules, &activity) }
            case 150..<230:
                for _ in 0..<Int.random(in: 1..<40, using: &generator) { feed(0.05, &machine, &rules, &activity) }
            default: feed([.nan, -1, 0.2, 0.4, 0.6, 2].randomElement(using: &generator) ?? 0, &machine, &rules, &activity)
            }
            perform(actions, &machine, &rules, &activity, before: before)
            #expect(machine.firstNeededSample <= machine.sampleCount)
            #expect(machine.sampleCount - machine.firstNeededSample <= SpeechBuffer.maximumSamples)
        }
    }

    private func feed(
        _ probability: Float,
        _ machine: inout TurnStateMachine,
        _ rules: inout Rules,
        _ activity: inout TurnStateMachine.ResponseActivity
    ) {
        let before = activity
        if rules.isTurnedDown { rules.turnedDownFor += 1 }
        perform(machine.window(probability: probability), &machine, &rules, &activity, before: before)
        rules.heldFor = rules.isHeld ? rules.heldFor + 1 : 0
        #expect(rules.heldFor <= TurnLimits.longestHoldWindows, "a reply that was not heard is never held back for long")
        #expect(!rules.isTurnedDown || rules.turnedDownFor <= BargeInStateMachine.longestHoldWindows, "a reply is never held for long")
    }

    /// As the session does it: what an action changes about the reply is told back.
    private func perform(
        _ actions: [TurnStateMachine.Action],
        _ machine: inout TurnStateMachine,
        _ rules: inout Rules,
        _ activity: inout TurnStateMachine.ResponseActivity,
        before: TurnStateMachine.ResponseActivity
    ) {
        rules.check(actions, machine.sampleCount, responds: &activity)
        var told = before
        if actions.contains(.interruptResponse) {
            // Also when the next one begins at once.
            told = .none
            rules.isHeld = false
            #expect(machine.responseBecame(.none).isEmpty)
        }
        if activity != told {
            let more = machine.responseBecame(activity)
            if activity == .none { rules.isHeld = false }
            #expect(more.isEmpty || more == [.pauseOutput], "nothing follows from what the machine itself wanted, but waiting")
            rules.check(more, machine.sampleCount, responds: &activity)
        }
    }
}
