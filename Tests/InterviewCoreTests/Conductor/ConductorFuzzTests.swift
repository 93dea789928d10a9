import InterviewCore
import Testing

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("The conductor under random events")
struct ConductorFuzzTests {
    private static let texts = [
        "", "Yes.", "Um", "I did it and", "We used a queue for that.", "Could you repeat the question?", "I don't know.", "Let me think.",
        "Hello?", "What do you mean?", "¿…?", "so", "Next question please.",
    ]

    private struct Outcome {
        var said: [Utterance] = []
        var end: ConductorAction?
        var coverage: [QuestionCoverage] = []
        var closed: [QuestionID] = []
    }

    /// Events in any order, from shells that are late, confused or lying.
    private func run(seed: UInt64, wild: Bool) -> Outcome {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...6, using: &random)
        let plan = InterviewPlan.short(questions: count, timeLimitSeconds: Int.random(in: 60...900, using: &random))
        var conductor = InterviewConductor(plan: plan)
        var now = Duration.zero
        var outcome = Outcome()
        var current: Int?
        var deadline: Duration?
        var lost = false
        // Items count up like those of a real upstream; a late event may name one of long ago.
        var items = 0
        var attributed: [String: QuestionID?] = [:]

        func perform(_ actions: [ConductorAction]) {
            for (index, action) in actions.enumerated() {
                switch action {
                case .say(let utterance):
                    if current != nil { Issue.record("seed \(seed): two utterances at once") }
                    if lost { Issue.record("seed \(seed): speaks without a call") }
                    outcome.said.append(utterance)
                    current = utterance.number
                case .stopSpeaking: current = nil
                case .waitUntil(let moment): deadline = moment
                case .cancelTimer: deadline = nil
                case .recordCoverage(let proof): outcome.coverage.append(proof)
                case .complete, .end:
                    if outcome.end != nil || index != actions.count - 1 { Issue.record("seed \(seed): something follows the end") }
                    outcome.end = action
                    current = nil
                case .attributeTurn(let itemID, let question): attributed[itemID] = .some(question)
                case .closeQuestion(let question, _): outcome.closed.append(question)
                case .progress: break
                }
            }
            // Something is always waited for while the interview goes on.
            if deadline == nil, outcome.end == nil, !outcome.said.isEmpty { Issue.record("seed \(seed): waits for nothing") }
        }

        perform(conductor.callLive(at: now))
        for _ in 0..<20_000 where outcome.end == nil {
            // A lost turn must not freeze the room: time goes on in every step.
            now += .milliseconds(Int.random(in: 1...(wild ? 3000 : 1500), using: &random))
            if let due = deadline, due <= now { perform(conductor.timerFired(at: now)) }
            if outcome.end != nil { break }
            if Int.random(in: 0...3, using: &random) == 0 { items += 1 }
            let item = "item\(max(0, items - Int.random(in: 0...(wild ? 40 : 3), using: &random)))"
            // Some shells take the time before they take the lock.
            let stamp = wild ? now - .milliseconds(Int.random(in: 0...5000, using: &random)) : now
            let number = wild && Bool.random(using: &random) ? Int.random(in: -1...40, using: &random) : current ?? 0
            switch Int.random(in: 0...(wild ? 19 : 15), using: &random) {
            case 0, 1: perform(conductor.candidateSpeechStarted(itemID: item, at: stamp))
            case 2, 3: perform(conductor.candidateSpeechStopped(itemID: item, at: stamp))
            case 4, 5, 6:
                attributed[item] = nil
                perform(conductor.candidateTurn(text: Self.texts.randomElement(using: &random) ?? "", itemID: item, at: stamp))
                if attributed[item] == nil { Issue.record("seed \(seed): words without a place") }
            case 7: perform(conductor.transcriptionFailed(itemID: item, at: stamp))
            case 8, 9: perform(conductor.responseAudioStarted(utterance: number, at: stamp))
            case 10, 11, 12:
                if number == current { current = nil }
                perform(conductor.responseFinished(utterance: number, .completed, at: stamp))
            case 13:
                if number == current { current = nil }
                let fraction = wild ? Double(bitPattern: random.next()) : Double.random(in: 0...1, using: &random)
                perform(conductor.responseFinished(utterance: number, .interrupted(heardFraction: fraction), at: stamp))
            case 14: perform(conductor.timerFired(at: now - .seconds(Int.random(in: 0...3, using: &random))))
            case 15:
                guard Int.random(in: 0...20, using: &random) == 0 else { continue }
                if !lost { current = nil }
                lost = true
                perform(conductor.callLost(at: now))
            case 16: perform(conductor.responseStarted(utterance: number, at: now))
            case 17 where Int.random(in: 0...8, using: &random) == 0:
                if number == current { current = nil }
                perform(conductor.responseFinished(utterance: number, .failed, at: now))
            case 18 where Int.random(in: 0...300, using: &random) == 0: perform(conductor.candidateHangUp(at: now))
            default: break
            }
            if lost, Int.random(in: 0...3, using: &random) == 0, outcome.end == nil {
                lost = false
                perform(conductor.callLive(at: now))
            }
            // The process ends, and another one goes on from what was stored.
            if wild, outcome.end == nil, Int.random(in: 0...400, using: &random) == 0 {
                conductor = InterviewConductor(plan: plan, resuming: conductor.progress)
                current = nil
                deadline = nil
                lost = true
                perform(conductor.timerFired(at: now))
            }
        }
        // Words that come behind the end have a place if their turn was known, and cause nothing.
        for item in 0...items {
            let late = conductor.candidateTurn(text: "Goodbye.", itemID: "item\(item)", at: now)
            for action in late {
                if case .attributeTurn = action { continue }
                Issue.record("seed \(seed): acts behind the end")
            }
        }
        return outcome
    }

    /// Seeds of each kind. Some seconds in a debug build.
    private static let seeds = 400

    @Test("random events never trap, always come to an end, and keep the order of the questions", arguments: [false, true])
    func fuzz(wild: Bool) {
        var completed = 0
        for seed in 1...UInt64(Self.seeds) {
            let outcome = run(seed: seed, wild: wild)
            let coverage = outcome.coverage
            #expect(outcome.end != nil, "seed \(seed): no end")
            if outcome.end == .complete { completed += 1 }
            // A question never comes back after the next one was heard to begin: numbers rise in the record.
            #expect(coverage.map(\.number) == coverage.map(\.number).sorted(), "seed \(seed): order")
            #expect(Set(coverage.map(\.questionID)).count == coverage.count, "seed \(seed): a question twice in the record")
            #expect(Set(outcome.closed).count == outcome.closed.count, "seed \(seed): a question closed twice")
            for utterance in outcome.said {
                if let question = utterance.questionText { #expect(utterance.text.hasSuffix(question), "seed \(seed): words") }
            }
        }
        #expect(completed > 40)
    }

    @Test("a call that is lost at any moment costs neither a question nor the end", arguments: 1...60)
    func lostAnywhere(step: Int) {
        var random = SeededGenerator(seed: UInt64(step))
        let room = Room(.short(questions: 3))
        room.live()
        for index in 1...400 where room.result == nil {
            if index == step {
                room.lose()
                room.wait(.seconds(5))
                room.words("It broke off.", item: "item1")
                room.live()
            }
            // A candidate who sometimes cuts in, and answers when nobody speaks.
            if room.current == nil {
                if index % 2 == 0 { room.startSpeaking() } else { room.wait(.seconds(1)) }
                room.stopSpeaking()
                room.words("We used a queue.")
            } else if Int.random(in: 0...5, using: &random) == 0 {
                room.bargeIn("One thing more.", heard: 0.5)
            } else if index % 2 == 0 {
                room.sound()
            } else {
                room.finish()
            }
        }
        #expect(room.result == .complete)
        #expect(room.coverage.map(\.number) == [1, 2, 3])
        #expect(room.coverage.allSatisfy { $0.outcome == .asked || $0.outcome == .askedInPart })
        #expect(room.progress.disclosed || room.coverage.contains { $0.attempts > 1 })
    }

    @Test("the record of a complete interview names every question")
    func coverageIsComplete() {
        for seed in UInt64(2000)...2100 {
            let outcome = run(seed: seed, wild: false)
            let coverage = outcome.coverage
            guard outcome.end == .complete else { continue }
            let asked = Set(outcome.said.compactMap(\.questionID))
            for proof in coverage where proof.outcome == .asked { #expect(asked.contains(proof.questionID)) }
            #expect(coverage.map(\.number) == Array(1...coverage.count))
        }
    }
}
