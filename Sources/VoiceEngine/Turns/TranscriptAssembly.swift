/// Collects the texts of a turn's pieces, which may arrive before or after the turn has ended.
struct TranscriptAssembly {
    enum Outcome: Equatable {
        case completed(String)
        /// No piece could be recognised.
        case failed
    }

    /// Stands for a piece that could not be recognised among others that could: nothing is dropped silently.
    static let inaudible = "[inaudible]"

    private enum Text {
        case recognised(String)
        case failed
    }

    private var texts: [TurnStateMachine.RecognitionNumber: Text] = [:]
    private var pieces: [TurnStateMachine.RecognitionNumber]?

    mutating func recognised(_ number: TurnStateMachine.RecognitionNumber, _ text: String) -> Outcome? {
        texts[number] = .recognised(text)
        return outcome
    }

    mutating func failed(_ number: TurnStateMachine.RecognitionNumber) -> Outcome? {
        texts[number] = .failed
        return outcome
    }

    mutating func cancelled(_ number: TurnStateMachine.RecognitionNumber) {
        texts[number] = nil
    }

    mutating func commit(_ pieces: [TurnStateMachine.RecognitionNumber]) -> Outcome? {
        self.pieces = pieces
        return outcome
    }

    /// The text of these pieces; nil while one is not known, or failed.
    func text(of pieces: [TurnStateMachine.RecognitionNumber]) -> String? {
        var known: [String] = []
        for piece in pieces {
            guard case .recognised(let text) = texts[piece] else { return nil }
            if !text.isEmpty { known.append(text) }
        }
        return known.joined(separator: " ")
    }

    var isCommitted: Bool { pieces != nil }

    /// Whether the piece's text will be asked for or may still be.
    func wants(_ number: TurnStateMachine.RecognitionNumber) -> Bool {
        pieces.map { $0.contains(number) } ?? true
    }

    /// The text so far, before the turn has ended.
    var textSoFar: String {
        join(texts.keys.sorted().compactMap { texts[$0] })
    }

    private var outcome: Outcome? {
        guard let pieces else { return nil }
        let known = pieces.compactMap { texts[$0] }
        guard known.count == pieces.count else { return nil }
        let allFailed = !known.isEmpty && known.allSatisfy { if case .failed = $0 { true } else { false } }
        return allFailed ? .failed : .completed(join(known))
    }

    private func join(_ texts: [Text]) -> String {
        texts.map { text in
            switch text {
            case .recognised(let text): text
            case .failed: Self.inaudible
            }
        }
        .filter { !$0.isEmpty }
        .joined(separator: " ")
    }
}
