import Foundation
import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite("Speech synthesiser", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct SpeechSynthesizerTests {
    private static func speak(_ text: String, speed: Double = 1) async throws -> [Int16] {
        try await SpeechTestModels.speech().synthesizer.synthesize(text, voice: "heart", speed: speed)
    }

    @Test("the same text gives the same samples, not only from the cache")
    func determinism() async throws {
        let model = try await SpeechTestModels.speech().synthesizer.model
        let options = try OnnxRunOptions(runtime: SpeechTestModels.runtime())
        let first = try model.speak("həlˈO ðˈɛɹ.", speed: 1, options: options)
        #expect(first.count > 6_000)
        #expect(first == (try model.speak("həlˈO ðˈɛɹ.", speed: 1, options: options)))
    }

    @Test("speech begins within 20 ms and ends within 100 ms of the end", arguments: InterviewSentences.all)
    func silence(sentence: String) async throws {
        let samples = try await Self.speak(sentence)
        // −58 dBFS: 38 dB below the common level, what the synthesiser counts as silence.
        let first = try #require(samples.firstIndex { $0.magnitude > 41 })
        let last = try #require(samples.lastIndex { $0.magnitude > 41 })
        #expect(first < 480)
        #expect(samples.count - last < 2_400)
    }

    @Test("every sentence is about as loud as the others, and below the peak limit", arguments: InterviewSentences.all)
    func loudness(sentence: String) async throws {
        let samples = try await Self.speak(sentence)
        let level = (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot() / 32_768
        #expect((-24 ... -19).contains(20 * log10(level)))
        #expect((samples.map(\.magnitude).max() ?? 0) <= 29_205)
    }

    @Test("speed changes the length, and absurd speeds are limited")
    func speed() async throws {
        let text = "How do you decide?"
        let natural = try await Self.speak(text).count
        #expect(try await Self.speak(text, speed: 1.5).count < natural * 4 / 5)
        #expect(try await Self.speak(text, speed: 0.5).count > natural * 3 / 2)
        #expect(try await Self.speak(text, speed: 100) == Self.speak(text, speed: 1.5))
        #expect(try await Self.speak(text, speed: .nan).count == natural)
    }

    @Test(
        "unknown symbols, emoji, other scripts and nothing at all do no harm",
        arguments: ["", " ", "…", "🎙️🎙️", "你好", "\u{0}\u{7}", "?!?!", "<|>{}[]"]
    )
    func symbols(text: String) async throws {
        #expect(try await Self.speak(text).count < 24_000 * 10)
    }

    @Test("words that no dictionary has are spoken all the same")
    func unknownWords() async throws {
        #expect(try await Self.speak("Zyxelorium and Grafonko.").count > 20_000)
    }

    @Test("a very long sentence is spoken in parts, beyond the limit it is refused")
    func longTexts() async throws {
        let long = String(repeating: "and then we measured it again ", count: 30)
        #expect(try await Self.speak(long).count > 24_000 * 20)
        let error = await #expect(throws: SpeechModelError.self) { try await Self.speak(String(repeating: "a", count: 2_001)) }
        #expect(error?.code == .textTooLong)
    }

    @Test("a text is split into sentences none of which is very long")
    func sentences() async throws {
        let synthesizer = try await SpeechTestModels.speech().synthesizer
        #expect(synthesizer.sentences(of: "Thank you. What did Dr. Smith say?") == ["Thank you.", "What did Dr. Smith say?"])
        #expect(synthesizer.sentences(of: " \n ").isEmpty)
        let long = synthesizer.sentences(of: String(repeating: "one, two three ", count: 100) + String(repeating: "x", count: 1_000))
        #expect(long.allSatisfy { $0.count <= SpeechSynthesizer.longestSentence })
        #expect(long.joined().filter { !$0.isWhitespace }.count == 11 * 100 + 1_100)
    }

    @Test("a cancelled task does not get a sentence")
    func cancellation() async throws {
        let synthesizer = try await SpeechTestModels.speech().synthesizer
        let task = Task { () -> SpeechModelError.Code? in
            withUnsafeCurrentTask { $0?.cancel() }
            do {
                _ = try await synthesizer.synthesize("This was never spoken before.", voice: "heart", speed: 1)
                return nil
            } catch {
                return (error as? SpeechModelError)?.code
            }
        }
        #expect(await task.value == .cancelled)
    }
}
