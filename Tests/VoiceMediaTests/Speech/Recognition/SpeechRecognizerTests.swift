import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite("Speech recogniser", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct SpeechRecognizerTests {
    /// Sentences one after another, about as long as wanted, and their text.
    private static func recording(seconds: Double) async throws -> (samples: [Float], text: String) {
        var (samples, text): ([Float], String) = ([], "")
        for sentence in InterviewSentences.all {
            let next = try await SpeechTestModels.recording(of: sentence)
            if Double(samples.count + next.count) > seconds * 16_000 { break }
            samples += next
            text += sentence + " "
        }
        return (samples, text)
    }

    @Test("twenty spoken interview sentences are read back with at most 4 % of the words wrong")
    func wordErrors() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        var (errors, words) = (0, 0)
        for sentence in InterviewSentences.all {
            let text = try await recognizer.transcribe(try await SpeechTestModels.recording(of: sentence))
            errors += WordErrors.count(expected: sentence, recognized: text)
            words += WordErrors.words(sentence).count
        }
        #expect(Double(errors) / Double(words) <= 0.04)
    }

    @Test("long segments work: as one piece to 30 s, cut in a pause beyond", arguments: [15.0, 25, 45])
    func longSegments(seconds: Double) async throws {
        let (samples, text) = try await Self.recording(seconds: seconds)
        let recognized = try await SpeechTestModels.speech().recognizer.transcribe(samples)
        #expect(Double(WordErrors.count(expected: text, recognized: recognized)) / Double(WordErrors.words(text).count) <= 0.05)
    }

    @Test("silence, faint noise and scraps give no text")
    func nothingFromNothing() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        var generator = SplitMix64(state: 11)
        let faint = (0..<48_000).map { _ in Float(2 * generator.unit() - 1) * 0.001 }
        for samples in [[], [0.5], [Float](repeating: 0, count: 32_000), faint, [Float](repeating: 0.3, count: 1_000)] {
            #expect(try await recognizer.transcribe(samples) == "")
        }
    }

    @Test("a sentence that is cut 160 ms behind its last word, in digital silence, ends with a full stop")
    func fullStop() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        let sentences = [
            "We decided to rewrite the billing module.", "The system handled around ten thousand requests per second.",
            "I usually begin with a simple drawing on paper.", "I would ask the customer for an example.",
            "I like working with people who say what they think.", "It took us about three months.",
        ]
        for sentence in sentences {
            let recording = try await SpeechTestModels.recording(of: sentence)
            let last = try #require(recording.lastIndex { abs($0) > 0.01 })
            let text = try await recognizer.transcribe(recording[...last] + [Float](repeating: 0, count: 2_560))
            #expect(text.hasSuffix("."))
        }
    }

    @Test("a draft changes nothing that is understood: of the beginning, of the whole, with a wrong end, and of something else")
    func drafts() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        let other = try await recognizer.transcribe(
            try await SpeechTestModels.recording(of: InterviewSentences.all[7]),
            priority: .final,
            draft: []
        )
        #expect(!other.tokens.isEmpty)
        for sentence in InterviewSentences.all.prefix(6) {
            let samples = try await SpeechTestModels.recording(of: sentence)
            let whole = try await recognizer.transcribe(samples, priority: .final, draft: [])
            let beginning = try await recognizer.transcribe(Array(samples.prefix(samples.count / 2)), priority: .interim, draft: [])
            for draft in [beginning.tokens, whole.tokens, whole.tokens.dropLast(3) + other.tokens, other.tokens, [-1, 40_000]] {
                let again = try await recognizer.transcribe(samples, priority: .final, draft: draft)
                #expect(again == whole)
            }
        }
    }

    @Test("samples that are not numbers do no harm")
    func notNumbers() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        var samples = try await SpeechTestModels.recording(of: InterviewSentences.all[0])
        for (index, value) in [Float.nan, .infinity, -.infinity, 1e20].enumerated() { samples[index] = value }
        let text = try await recognizer.transcribe(samples)
        #expect(WordErrors.count(expected: InterviewSentences.all[0], recognized: text) <= 2)
    }

    @Test("cancelling stops a running decode, and the recogniser works on")
    func cancellation() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        let samples = try await Self.recording(seconds: 25).samples
        let (started, signal) = AsyncStream<Void>.makeStream()
        let task = Task { () -> Bool in
            do throws(SpeechModelError) {
                _ = try await recognizer.workers.run { (options) throws(SpeechModelError) in
                    signal.yield()
                    // Without a working switch this would decode for a minute before it gives up.
                    for _ in 0..<100 {
                        _ = try samples.withUnsafeBufferPointer { (samples) throws(SpeechModelError) in
                            try recognizer.model.decode(samples, options: options)
                        }
                    }
                    return 0
                }
                return false
            } catch {
                return error.code == .cancelled
            }
        }
        for await _ in started { break }
        task.cancel()
        #expect(await task.value)
        let again = try await recognizer.transcribe(try await SpeechTestModels.recording(of: InterviewSentences.all[3]))
        #expect(WordErrors.count(expected: InterviewSentences.all[3], recognized: again) <= 1)
    }

    @Test("a task that is cancelled already does no work")
    func cancelledBefore() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        let samples = try await SpeechTestModels.recording(of: InterviewSentences.all[0])
        let task = Task { () -> SpeechModelError.Code? in
            withUnsafeCurrentTask { $0?.cancel() }
            do {
                _ = try await recognizer.transcribe(samples, priority: .interim)
                return nil
            } catch {
                return (error as? SpeechModelError)?.code
            }
        }
        #expect(await task.value == .cancelled)
    }

    @Test("eight calls at once get their own words")
    func concurrency() async throws {
        let recognizer = try await SpeechTestModels.speech().recognizer
        try await withThrowingTaskGroup(of: Int.self) { group in
            for sentence in InterviewSentences.all.prefix(8) {
                let samples = try await SpeechTestModels.recording(of: sentence)
                group.addTask {
                    WordErrors.count(expected: sentence, recognized: try await recognizer.transcribe(samples, priority: .interim))
                }
            }
            for try await errors in group { #expect(errors <= 2) }
        }
    }
}
