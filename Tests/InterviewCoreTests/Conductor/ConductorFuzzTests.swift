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

    /// Events in any order, from shells that are late, confused or lying.
    private func run(seed: UInt64, wild: Bool) -> (said: [Utterance], end: ConductorAction?, coverage: [QuestionCoverage]) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...6, using: &random)
        let plan = InterviewPlan.short(questions: count, timeLimitSeconds: Int.random(in: 60...900, using: &random))
        var conductor = InterviewConductor(plan: plan)
        var now = Duration.zero
        var said: [Utterance] = []
        var coverage: [QuestionCoverage] = []
        var end: ConductorAction?
        var current: Int?
        var deadline: Duration?
        var lost = false

        func perform(_ actions: [ConductorAction]) {
            for (index, action) in actions.enumerated() {
                switch action {
                case .say(let utterance):
                    if current != nil { Issue.record("seed \(seed): two utterances at once") }
                    if lost { Issue.record("seed \(seed): speaks without a call") }
                    said.append(utterance)
                    current = utterance.number
                case .stopSpeaking: current = nil
                case .waitUntil(let moment): deadline = moment
                case .cancelTimer: deadline = nil
                case .recordCoverage(let proof): coverage.append(proof)
                case .complete, .end:
                    if end != nil || index != actions.count - 1 { Issue.record("seed \(seed): something follows the end") }
                    end = action
                    current = nil
                case .attributeTurn, .closeQuestion, .progress: break
                }
            }
        }

        perform(conductor.callLive(at: now))
        for _ in 0..<20_000 where end == nil {
            // A lost turn must not freeze the room: time goes on in every step.
            now += .milliseconds(Int.random(in: 1...(wild ? 3000 : 1500), using: &random))
            if let due = deadline, due <= now { perform(conductor.timerFired(at: now)) }
            if end != nil { break }
            let item = "item\(Int.random(in: 0...5, using: &random))"
            let number = wild && Bool.random(using: &random) ? Int.random(in: -1...40, using: &random) : current ?? 0
            switch Int.random(in: 0...(wild ? 19 : 15), using: &random) {
            case 0, 1: perform(conductor.candidateSpeechStarted(itemID: item, at: now))
            case 2, 3: perform(conductor.candidateSpeechStopped(itemID: item, at: now))
            case 4, 5, 6:
                perform(conductor.candidateTurn(text: Self.texts.randomElement(using: &random) ?? "", itemID: item, at: now))
            case 7: perform(conductor.transcriptionFailed(itemID: item, at: now))
            case 8, 9: perform(conductor.responseAudioStarted(utterance: number, at: now))
            case 10, 11, 12:
                if number == current { current = nil }
                perform(conductor.responseFinished(utterance: number, .completed, at: now))
            case 13:
                if number == current { current = nil }
                let fraction = wild ? Double(bitPattern: random.next()) : Double.random(in: 0...1, using: &random)
                perform(conductor.responseFinished(utterance: number, .interrupted(heardFraction: fraction), at: now))
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
            if lost, Int.random(in: 0...3, using: &random) == 0, end == nil {
                lost = false
                perform(conductor.callLive(at: now))
            }
        }
        return (said, end, coverage)
    }

    @Test("random events never trap, always come to an end, and keep the order of the questions", arguments: [false, true])
    func fuzz(wild: Bool) {
        var completed = 0
        for seed in UInt64(1)...200 {
            let (said, end, coverage) = run(seed: seed, wild: wild)
            #expect(end != nil, "seed \(seed): no end")
            if end == .complete { completed += 1 }
            // A question never comes back after the next one was heard to begin: numbers rise in the record.
            #expect(coverage.map(\.number) == coverage.map(\.number).sorted(), "seed \(seed): order")
            #expect(Set(coverage.map(\.questionID)).count == coverage.count, "seed \(seed): a question twice in the record")
            for utterance in said {
                if let question = utterance.questionText { #expect(utterance.text.hasSuffix(question), "seed \(seed): words") }
            }
        }
        #expect(completed > 40)
    }

    @Test("the record of a complete interview names every question")
    func coverageIsComplete() {
        for seed in UInt64(2000)...2100 {
            let (said, end, coverage) = run(seed: seed, wild: false)
            guard end == .complete else { continue }
            let asked = Set(said.compactMap(\.questionID))
            for proof in coverage where proof.outcome == .asked { #expect(asked.contains(proof.questionID)) }
            #expect(coverage.map(\.number) == Array(1...coverage.count))
        }
    }
}
