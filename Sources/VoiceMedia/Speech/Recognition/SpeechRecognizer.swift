public import VoiceEngine

/// English speech to text with Moonshine tiny on ONNX Runtime.
///
/// One value serves every call: the networks are immutable, and work runs on a small fixed set of own threads with a
/// bounded queue in which finals go before interims.
public struct SpeechRecognizer: SpeechToText {
    /// The longest piece that is recognised at once: 30 s. At 36 s decoding takes a second, at 49 s the output collapses.
    static let longestPiece = 30 * MoonshineModel.sampleRate
    /// A piece that collapsed is cut in two and tried again as long as the halves are longer than 4 s.
    static let shortestRetriedHalf = 4 * MoonshineModel.sampleRate
    /// The longest recording of one call: 10 min. A turn is cut far earlier by the turn-taking.
    static let longestRecording = 600 * MoonshineModel.sampleRate

    let model: MoonshineModel
    private let tokenizer: MoonshineTokenizer
    let workers: SpeechWorkers

    init(model: MoonshineModel, tokenizer: MoonshineTokenizer, workers: SpeechWorkers) {
        self.model = model
        self.tokenizer = tokenizer
        self.workers = workers
    }

    /// - Throws: `SpeechModelError`; `.cancelled` soon after the task is cancelled, `.overloaded` when too much waits.
    public func transcribe(_ samples: [Float], priority: SpeechToTextPriority, draft: [Int]) async throws -> Transcription {
        let recognition = Recognition(model: model, tokenizer: tokenizer, draft: draft)
        return try await workers.run(priority: priority) { (options) throws(SpeechModelError) in
            try recognition.transcription(of: samples, options: options)
        }
    }
}

/// What a worker does with one recording.
private struct Recognition: Sendable {
    let model: MoonshineModel
    let tokenizer: MoonshineTokenizer
    let draft: [Int]

    func transcription(of samples: [Float], options: OnnxRunOptions) throws(SpeechModelError) -> Transcription {
        // One number that is none would make every number of the network none.
        var audio = ContiguousArray<Float>(samples.prefix(SpeechRecognizer.longestRecording))
        audio.withUnsafeMutableBufferPointer { audio in
            for index in audio.indices where !(abs(audio[index]) <= 1) {
                audio[index] = audio[index].isFinite ? (audio[index] < 0 ? -1 : 1) : 0
            }
        }
        var energies = audio.withUnsafeBufferPointer { SpeechSegmenting.energies($0) }
        guard audio.count >= MoonshineModel.fewestSamples, !SpeechSegmenting.isSilent(energies) else {
            return Transcription(text: "")
        }
        audio.append(contentsOf: repeatElement(0, count: RoomNoise.windowsBehind * SpeechSegmenting.window))
        energies.append(contentsOf: repeatElement(0, count: RoomNoise.windowsBehind))
        audio.withUnsafeMutableBufferPointer { RoomNoise.add(to: $0) }
        let pieces = SpeechSegmenting.pieces(count: audio.count, longest: SpeechRecognizer.longestPiece, energies: energies)
        var whole: [Transcription] = []
        for (index, piece) in pieces.enumerated() {
            whole += try recognize(piece, of: audio, energies: energies, draft: index == 0 ? draft : [], options: options)
        }
        return Transcription(text: whole.map(\.text).joined(separator: " "), tokens: whole.flatMap(\.tokens))
    }

    /// - Returns: of each part that was recognised by itself what was understood, if anything was.

    private func recognize(
        _ range: Range<Int>,
        of audio: ContiguousArray<Float>,
        energies: [Float],
        draft: [Int],
        options: OnnxRunOptions
    ) throws(SpeechModelError) -> [Transcription] {
        let windows = range.lowerBound / SpeechSegmenting.window..<range.upperBound / SpeechSegmenting.window
        guard range.count >= MoonshineModel.fewestSamples, !SpeechSegmenting.isSilent(Array(energies[windows])) else { return [] }
        let hypothesis = try audio.withUnsafeBufferPointer { (audio) throws(SpeechModelError) in
            try model.decode(UnsafeBufferPointer(rebasing: audio[range]), draft: draft, options: options)
        }
        guard hypothesis.collapsed, range.count >= 2 * SpeechRecognizer.shortestRetriedHalf else {
            let text = tokenizer.text(of: hypothesis.tokens)
            return text.isEmpty ? [] : [Transcription(text: text, tokens: hypothesis.tokens)]
        }
        // Collapse was seen to come with length, so two shorter pieces are tried, cut in the middle third.
        let third = range.count / 3
        let cut = SpeechSegmenting.quietestSample(in: range.lowerBound + third..<range.upperBound - third, energies: energies)
        return try recognize(range.lowerBound..<cut, of: audio, energies: energies, draft: [], options: options)
            + recognize(cut..<range.upperBound, of: audio, energies: energies, draft: [], options: options)
    }
}
