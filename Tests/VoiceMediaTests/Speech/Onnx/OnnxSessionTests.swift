import Testing

@testable import VoiceMedia

@Suite("ONNX session", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct OnnxSessionTests {
    private static func unknownWords() throws -> OnnxSession {
        try OnnxSession(
            ModelFile("hibari/oov.onnx", in: SpeechTestModels.directory),
            runtime: try SpeechTestModels.runtime(),
            inputs: ["chars"],
            outputs: ["ids"]
        )
    }

    @Test("the library is loaded once")
    func once() throws {
        #expect(try SpeechTestModels.runtime() === SpeechTestModels.runtime())
    }

    @Test("an input of the wrong type fails with the library's message inside")
    func wrongType() throws {
        let session = try Self.unknownWords()
        let input = try OnnxValue.floats([1, 2], runtime: session.runtime) { $0.initialize(repeating: 0) }
        let error = #expect(throws: SpeechModelError.self) { try session.run([input]) }
        #expect(error?.code == .runFailed)
        #expect(error?.cause?.isEmpty == false)
    }

    @Test("the wrong number of inputs is refused")
    func wrongCount() throws {
        let error = #expect(throws: SpeechModelError.self) { try Self.unknownWords().run([]) }
        #expect(error?.code == .shapeMismatch)
    }

    @Test("reading integers as floating point numbers is refused")
    func wrongElements() throws {
        let session = try Self.unknownWords()
        let value = try OnnxValue.integers([2], runtime: session.runtime) { $0.initialize(repeating: 3) }
        #expect(try value.withIntegers { Array($0) } == [3, 3])
        let error = #expect(throws: SpeechModelError.self) { try value.withFloats { $0.count } }
        #expect(error?.code == .shapeMismatch)
    }

    @Test("terminated run options end every run, and the session works on with others")
    func termination() throws {
        let session = try Self.unknownWords()
        let input = try OnnxValue.integers([1, 3], runtime: session.runtime) { $0.initialize(repeating: 30) }
        let options = try OnnxRunOptions(runtime: session.runtime)
        options.terminate()
        let error = #expect(throws: SpeechModelError.self) { try session.run([input], options: options) }
        #expect(error?.code == .cancelled)
        #expect(try session.run([input], options: OnnxRunOptions(runtime: session.runtime)).count == 1)
    }
}
