public import VoiceEngine

/// Silero voice activity detection, version 6.2 of the model, on ONNX Runtime.
///
/// The model is loaded once; a stream holds only its own 1.3 KB.
public struct VoiceActivityDetector: VoiceActivityDetecting {
    /// Samples of one window: 32 ms at 16 kHz.
    public static let windowSize = 512
    /// Samples of the previous window that go in front of each window. Without them the probabilities are wrong.
    static let contextSize = 64
    /// Numbers of the recurrent state: [2, 1, 128].
    static let stateSize = 256

    private let session: OnnxSession

    init(_ file: ModelFile, runtime: OnnxRuntime) throws(SpeechModelError) {
        session = try OnnxSession(file, runtime: runtime, inputs: ["input", "state", "sr"], outputs: ["output", "stateN"])
    }

    public func makeStream() throws -> any VoiceActivityStream {
        SileroStream(session: session)
    }
}

/// One stream's detector: the shared model, 64 samples of context and the recurrent state.
private struct SileroStream: VoiceActivityStream {
    private let session: OnnxSession
    private var context = [Float](repeating: 0, count: VoiceActivityDetector.contextSize)
    private var state = [Float](repeating: 0, count: VoiceActivityDetector.stateSize)

    init(session: OnnxSession) {
        self.session = session
    }

    mutating func probability(ofSpeechIn window: [Float]) throws -> Float {
        guard window.count == VoiceActivityDetector.windowSize else {
            throw SpeechModelError.mismatch("window of \(window.count) samples, expected \(VoiceActivityDetector.windowSize)")
        }
        let runtime = session.runtime
        let input = try OnnxValue.floats([1, context.count + window.count], runtime: runtime) { buffer in
            for (index, sample) in context.enumerated() { buffer[index] = sample }
            for (index, sample) in window.enumerated() { buffer[context.count + index] = Self.sane(sample) }
        }
        let stateValue = try OnnxValue.floats([2, 1, 128], runtime: runtime) { buffer in
            for (index, number) in state.enumerated() { buffer[index] = number }
        }
        let rate = try OnnxValue.integers([], runtime: runtime) { $0[0] = 16_000 }
        let outputs = try session.run([input, stateValue, rate])
        let probability = try outputs[0].withFloats { (numbers) throws(SpeechModelError) -> Float in
            guard let first = numbers.first, first.isFinite else { throw .mismatch("no probability") }
            return first
        }
        let next = try outputs[1].withFloats { Array($0) }
        guard next.count == VoiceActivityDetector.stateSize else { throw SpeechModelError.mismatch("state of \(next.count)") }
        state = next
        context = window.suffix(VoiceActivityDetector.contextSize).map(Self.sane)
        return min(max(probability, 0), 1)
    }

    /// What is not a number would stay in the recurrent state for the rest of the call.
    private static func sane(_ sample: Float) -> Float {
        sample.isFinite ? min(max(sample, -1), 1) : 0
    }
}
