import Foundation
import Testing

@testable import VoiceMedia

@Suite("Models directory", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct LocalSpeechTests {
    private static let files = [
        "onnxruntime/libonnxruntime.so.1.31.1", "silero/silero_vad.onnx", "smart-turn/smart-turn-v3.2-cpu.onnx",
        "moonshine/tiny-en/encoder_model.ort",
        "moonshine/tiny-en/decoder_model_merged.ort", "moonshine/tiny-en/tokenizer.bin", "hibari/hibari.onnx", "hibari/vocab.json",
        "hibari/oov.onnx", "hibari/oov.json", "hibari/tagger.json.gz", "hibari/lexicon_us_gold.json.gz",
        "hibari/lexicon_us_silver.json.gz", "hibari/tokenizer_exceptions.json", "hibari/normalize.json",
    ]

    /// A copy of the models directory made of links, in which one file can be replaced or left out.
    private static func withCopy(replacing name: String, by content: Data?, _ body: (URL) async throws -> Void) async throws {
        let manager = FileManager.default
        let copy = manager.temporaryDirectory.appending(path: "viva-models-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? manager.removeItem(at: copy) }
        for file in files {
            let target = copy.appending(path: file)
            try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            if file == name {
                try content?.write(to: target)
            } else {
                try manager.createSymbolicLink(at: target, withDestinationURL: SpeechTestModels.directory.appending(path: file))
            }
        }
        try await body(copy)
    }

    private static func error(loading directory: URL) async -> SpeechModelError? {
        do {
            _ = try await LocalSpeech.load(directory: directory)
            return nil
        } catch {
            return error
        }
    }

    @Test("a missing file is named, with the remedy", arguments: files)
    func missing(file: String) async throws {
        try await Self.withCopy(replacing: file, by: nil) { directory in
            let error = try #require(await Self.error(loading: directory))
            #expect(error.code == .fileMissing)
            #expect(error.file == file)
            #expect(error.message.contains(file) && error.message.contains("viva models fetch"))
            #expect(!error.description.contains(directory.path(percentEncoded: false)))
        }
    }

    @Test("a file of garbage is named, with the remedy", arguments: files)
    func garbage(file: String) async throws {
        try await Self.withCopy(replacing: file, by: Data("this is not a model ".utf8)) { directory in
            let error = try #require(await Self.error(loading: directory))
            #expect(error.code == (file.hasPrefix("onnxruntime") ? .libraryUnusable : .fileUnusable))
            #expect(error.file == file)
            #expect(error.message.contains(file) && error.message.contains("viva models fetch"))
        }
    }

    @Test(
        "a file that was cut short is refused",
        arguments: files.filter { $0.hasSuffix(".onnx") || $0.hasSuffix(".ort") || $0.hasSuffix(".bin") }
    )
    func truncated(file: String) async throws {
        let whole = try Data(contentsOf: SpeechTestModels.directory.appending(path: file))
        try await Self.withCopy(replacing: file, by: whole.prefix(whole.count / 2)) { directory in
            let error = try #require(await Self.error(loading: directory))
            #expect(error.code == .fileUnusable)
            #expect(error.file == file)
        }
    }

    @Test("another model under the right name is refused")
    func anotherModel() async throws {
        let other = try Data(contentsOf: SpeechTestModels.directory.appending(path: "hibari/oov.onnx"))
        try await Self.withCopy(replacing: "silero/silero_vad.onnx", by: other) { directory in
            let error = try #require(await Self.error(loading: directory))
            #expect(error.code == .fileUnusable)
            #expect(error.file == "silero/silero_vad.onnx")
        }
    }
}
