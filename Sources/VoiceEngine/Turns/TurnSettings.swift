import RealtimeProtocol

/// The numbers of turn detection, in windows and samples.
struct TurnSettings: Equatable {
    /// What ends a turn.
    enum Ending: Equatable {
        /// The client, by hand.
        case byHand
        /// So many silent windows (`server_vad`).
        case silence(windows: Int)
        /// Silence, as long as sound and words call for (`semantic_vad`).
        case semantics(SemanticTurnEnd)
    }

    /// A window above it counts as speech.
    var startThreshold: Float
    /// A window below it counts as silence; between the two is neither. 0.15 below the start, as Silero's authors do it.
    var endThreshold: Float
    /// Audio from before the detected start that belongs to the turn, in samples.
    var prefixSamples: Int
    var ending: Ending
    var createResponse: Bool
    var interruptResponse: Bool
    /// Quiet samples after a reply that was heard to its end, after which the engine speaks again. nil: never.
    var idleSamples: Int?
    /// Voiced windows between two looks at the unfinished turn. nil: no interim transcripts.
    var interimWindows: Int?

    var endsByHand: Bool { ending == .byHand }

    /// - Parameter detection: nil means that the client commits by hand.
    init(_ detection: TurnDetection.ServerVAD?, interimWindows: Int? = nil) {
        let vad = detection ?? TurnDetection.ServerVAD(createResponse: false, interruptResponse: false)
        startThreshold = Float(vad.threshold)
        endThreshold = max(Float(vad.threshold) - 0.15, 0.01)
        prefixSamples = vad.prefixPaddingMilliseconds * SpeechWindow.sampleRate / 1_000
        ending = detection.map { .silence(windows: SpeechWindow.count(inMilliseconds: $0.silenceDurationMilliseconds)) } ?? .byHand
        createResponse = vad.createResponse
        interruptResponse = vad.interruptResponse
        idleSamples = vad.idleTimeoutMilliseconds.map { $0 * SpeechWindow.sampleRate / 1_000 }
        self.interimWindows = interimWindows
    }

    /// The thresholds and the padding are those of `server_vad`'s defaults; the API has no fields for them here.
    init(_ detection: TurnDetection.SemanticVAD, interimWindows: Int? = nil) {
        self.init(
            TurnDetection.ServerVAD(createResponse: detection.createResponse, interruptResponse: detection.interruptResponse),
            interimWindows: interimWindows
        )
        let eagerness: SemanticTurnEnd.Eagerness =
            switch detection.eagerness {
            case .low: .low
            case .high: .high
            default: .medium
            }
        ending = .semantics(SemanticTurnEnd(eagerness: eagerness))
    }
}
