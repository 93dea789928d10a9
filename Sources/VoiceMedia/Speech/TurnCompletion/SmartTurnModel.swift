public import VoiceEngine

/// Smart Turn v3.2 (pipecat, BSD-2-Clause) on ONNX Runtime: judges the last 8 s of a turn by their sound.
///
/// One session serves every call. Work runs on the recogniser's threads and goes before interims, like a final: the end of a
/// turn waits for it. One judgement took 75 ms at p50 (48 to 106 ms) on one core of a shared virtual AMD EPYC, nearly all of it in
/// the network, whose work does not depend on the length; on a processor without VNNI it takes 15 % more since it is exact
/// there. Loading and running it add about 30 MB to the process, once.
public struct SmartTurnModel: TurnCompletionJudging {
    static let inputs = ["input_features"]
    static let outputs = ["logits"]

    private let session: OnnxSession
    private let workers: SpeechWorkers
    private let features = WhisperFeatures()

    init(_ file: ModelFile, runtime: OnnxRuntime, workers: SpeechWorkers) throws(SpeechModelError) {
        session = try OnnxSession(file, runtime: runtime, inputs: Self.inputs, outputs: Self.outputs, avoidsOverflow: true)
        self.workers = workers
    }

    /// - Throws: `SpeechModelError`; `.cancelled` soon after the task is cancelled, `.overloaded` when too much waits.
    public func probability(thatTurnIsComplete samples: [Float]) async throws -> Float {
        let (session, features) = (session, features)
        return try await workers.run(priority: .final) { (options) throws(SpeechModelError) in
            let input = try OnnxValue.floats([1, WhisperFeatures.bands, WhisperFeatures.frames], runtime: session.runtime) {
                features.calculate(samples, into: $0)
            }
            try options.checkCancellation()
            let output = try session.run([input], options: options)
            let probability = try output[0].withFloats { (numbers) throws(SpeechModelError) -> Float in
                guard let first = numbers.first, first.isFinite else { throw .mismatch("no probability") }
                return first
            }
            return min(max(probability, 0), 1)
        }
    }
}
