@testable import VoiceEngine

/// Feeds a turn machine with windows and collects what it wants done.
struct TurnDriver: ~Copyable {
    var machine: TurnStateMachine
    var log: [TurnStateMachine.Action] = []

    init(_ settings: TurnSettings) {
        machine = TurnStateMachine(settings: settings)
    }

    @discardableResult
    mutating func feed(_ probability: Float, windows: Int = 1) -> [TurnStateMachine.Action] {
        var actions: [TurnStateMachine.Action] = []
        for _ in 0..<windows { actions += machine.window(probability: probability) }
        log += actions
        return actions
    }

    @discardableResult
    mutating func speech(_ windows: Int) -> [TurnStateMachine.Action] { feed(0.9, windows: windows) }

    @discardableResult
    mutating func silence(_ windows: Int) -> [TurnStateMachine.Action] { feed(0.05, windows: windows) }

    @discardableResult
    mutating func response(_ activity: TurnStateMachine.ResponseActivity) -> [TurnStateMachine.Action] {
        let actions = machine.responseBecame(activity)
        log += actions
        return actions
    }

    @discardableResult
    mutating func recognised(_ number: Int, _ text: String?) -> [TurnStateMachine.Action] {
        let actions = machine.recognised(number, text: text)
        log += actions
        return actions
    }

    @discardableResult
    mutating func judged(_ number: Int, _ probability: Float?) -> [TurnStateMachine.Action] {
        let actions = machine.judged(number, probability: probability)
        log += actions
        return actions
    }
}

extension [TurnStateMachine.Action] {
    /// The ranges of text recognitions, in order.
    var recognised: [Range<Int>] {
        compactMap { if case .recognise(let recognition) = $0, recognition.purpose == .text { recognition.samples } else { nil } }
    }

    /// Numbers of text recognitions, in order.
    var recognitions: [Int] {
        compactMap { if case .recognise(let recognition) = $0, recognition.purpose == .text { recognition.number } else { nil } }
    }

    var judgements: [TurnStateMachine.Judgement] {
        compactMap { if case .judge(let judgement) = $0 { judgement } else { nil } }
    }

    var cancelled: [Int] {
        compactMap { if case .cancelRecognition(let number) = $0 { number } else { nil } }
    }

    var commits: [[Int]] {
        compactMap { if case .commit(_, let pieces) = $0 { pieces } else { nil } }
    }

    var starts: [Int] {
        compactMap { if case .startSpeech(_, let start) = $0 { start } else { nil } }
    }

    var stops: [Int] {
        compactMap { if case .stopSpeech(_, let end) = $0 { end } else { nil } }
    }
}
