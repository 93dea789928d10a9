public import Foundation

/// The speech models of a models directory, loaded.
///
/// The parts share one ONNX Runtime. Each keeps what it needs alive, so they may outlive this value.
public struct LocalSpeech: Sendable {
    public let voiceActivity: VoiceActivityDetector
    public let recognizer: SpeechRecognizer
    public let synthesizer: SpeechSynthesizer
    public let turnCompletion: SmartTurnModel
    /// Version of the loaded ONNX Runtime, such as `1.31.1`.
    public let runtimeVersion: String
    /// From the call of `load` to the moment when everything was ready.
    public let loadTime: Duration

    /// Loads everything, in parallel, on threads of its own.
    ///
    /// - Parameters:
    ///   - directory: laid out as `viva models fetch` does it.
    ///   - threads: of the recogniser and of the synthesiser each; at least 2 are started.
    /// - Throws: an error that names the first missing or unusable file.
    public static func load(
        directory: URL,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) async throws(SpeechModelError) -> LocalSpeech {
        let start = ContinuousClock.now
        let files = Files(directory: directory)
        let runtime = try await onOwnThread { () throws(SpeechModelError) in
            for file in files.all { try file.requirePresence() }
            return try OnnxRuntime.load(files.runtime)
        }.get()
        let recognitionWorkers = SpeechWorkers(name: "viva-stt", threads: threads, runtime: runtime)
        async let turnCompletion = onOwnThread { () throws(SpeechModelError) in
            try SmartTurnModel(files.turnCompletion, runtime: runtime, workers: recognitionWorkers)
        }
        async let voiceActivity = onOwnThread { () throws(SpeechModelError) in
            try VoiceActivityDetector(files.voiceActivity, runtime: runtime)
        }
        async let model = onOwnThread { () throws(SpeechModelError) in try files.recognition(runtime: runtime) }
        async let voice = onOwnThread { () throws(SpeechModelError) in try files.voice(runtime: runtime) }
        async let pronouncer = onOwnThread { () throws(SpeechModelError) in try files.pronouncer(runtime: runtime) }
        let (loadedModel, tokenizer) = try await model.get()
        return LocalSpeech(
            voiceActivity: try await voiceActivity.get(),
            recognizer: SpeechRecognizer(
                model: loadedModel,
                tokenizer: tokenizer,
                workers: recognitionWorkers
            ),
            synthesizer: SpeechSynthesizer(
                model: try await voice.get(),
                pronouncer: try await pronouncer.get(),
                workers: SpeechWorkers(name: "viva-tts", threads: threads, runtime: runtime)
            ),
            turnCompletion: try await turnCompletion.get(),
            runtimeVersion: runtime.version,
            loadTime: start.duration(to: .now)
        )
    }

    /// Loading takes up to a second: too long for the cooperative pool.
    private static func onOwnThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SpeechModelError) -> Value
    ) async -> Result<Value, SpeechModelError> {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do throws(SpeechModelError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }
}

/// The layout of the models directory, as far as speech is concerned.
private struct Files: Sendable {
    let runtime: ModelFile
    let voiceActivity: ModelFile
    let turnCompletion: ModelFile
    let encoder: ModelFile
    let decoder: ModelFile
    let tokenizer: ModelFile
    let voice: ModelFile
    let vocabulary: ModelFile
    let unknownWords: ModelFile
    let alphabet: ModelFile
    /// What `Pronouncer` reads, and where.
    let pronunciationTables: [ModelFile]
    let pronunciation: URL

    init(directory: URL) {
        runtime = ModelFile("onnxruntime/libonnxruntime.so.1.31.1", in: directory)
        voiceActivity = ModelFile("silero/silero_vad.onnx", in: directory)
        turnCompletion = ModelFile("smart-turn/smart-turn-v3.2-cpu.onnx", in: directory)
        encoder = ModelFile("moonshine/tiny-en/encoder_model.ort", in: directory)
        decoder = ModelFile("moonshine/tiny-en/decoder_model_merged.ort", in: directory)
        tokenizer = ModelFile("moonshine/tiny-en/tokenizer.bin", in: directory)
        voice = ModelFile("hibari/hibari.onnx", in: directory)
        vocabulary = ModelFile("hibari/vocab.json", in: directory)
        unknownWords = ModelFile("hibari/oov.onnx", in: directory)
        alphabet = ModelFile("hibari/oov.json", in: directory)
        pronunciation = directory.appending(path: "hibari", directoryHint: .isDirectory)
        pronunciationTables = [
            "normalize.json", "tokenizer_exceptions.json", "tagger.json.gz", "lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz",
        ].map { ModelFile("hibari/\($0)", in: directory) }
    }

    var all: [ModelFile] {
        [runtime, voiceActivity, turnCompletion, encoder, decoder, tokenizer, voice, vocabulary, unknownWords, alphabet]
            + pronunciationTables
    }

    func recognition(runtime: OnnxRuntime) throws(SpeechModelError) -> (MoonshineModel, MoonshineTokenizer) {
        guard let table = MoonshineTokenizer(try tokenizer.contents()) else { throw .unusable(tokenizer, cause: "not a token table") }
        let encoder = try OnnxSession(
            encoder,
            runtime: runtime,
            inputs: MoonshineModel.encoderInputs,
            outputs: MoonshineModel.encoderOutputs
        )
        let decoder = try OnnxSession(
            decoder,
            runtime: runtime,
            inputs: MoonshineModel.decoderInputs,
            outputs: MoonshineModel.decoderOutputs
        )
        return (MoonshineModel(encoder: encoder, decoder: decoder), table)
    }

    func voice(runtime: OnnxRuntime) throws(SpeechModelError) -> HibariModel {
        let session = try OnnxSession(voice, runtime: runtime, inputs: HibariModel.inputs, outputs: HibariModel.outputs)
        return try HibariModel(session: session, vocabulary: vocabulary)
    }

    func pronouncer(runtime: OnnxRuntime) throws(SpeechModelError) -> Pronouncer {
        let network = try UnknownWordNetwork(network: unknownWords, alphabet: alphabet, runtime: runtime)
        do throws(PronunciationDataError) {
            return try Pronouncer(directory: pronunciation, unknownWord: { network.phonemes(of: $0) })
        } catch {
            let file = ModelFile("hibari/\(error.file)", in: pronunciation.deletingLastPathComponent())
            throw .unusable(file, cause: error.reason.rawValue)
        }
    }
}
