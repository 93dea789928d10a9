import ArgumentParser
import Foundation
import SpeechModels
import VivaTestKit
import VoiceMedia

struct SpeakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speak",
        abstract: "Speak a text with the local voice into a WAV file.",
        discussion: """
            Prints the length in seconds. 24 kHz, mono, 16 bit.
            Example: viva speak "Tell me about a project." --output question.wav
            """
    )

    @Argument(help: "The text.")
    var text: String

    @Option(help: "The WAV file to write.")
    var output: String

    @OptionGroup var models: ModelsOptions

    func run() async throws {
        let settings = try await Settings()
        let directory = try models.completeDirectory(settings)
        let voice = try await LocalSpeech.load(directory: directory.url).synthesizer
        let source = try await AnswerSource.spoken([text], voice: voice)
        let samples = source.samples.first ?? []
        do {
            try Data(WaveFile.bytes(of: samples)).write(to: URL(fileURLWithPath: output))
        } catch {
            throw CommandFailure("cannot write \(output)")
        }
        Terminal.result(String(format: "%.2f s", Double(samples.count) / 24_000))
    }
}
