import ArgumentParser
import AsyncHTTPClient
import Foundation
import RealtimeProtocol
import ServerEdge
import SpeechModels
import VivaTestKit
import VoiceEngine
import VoiceMedia

/// `viva load engine`: many interviews at once against one engine.
struct LoadEngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Hold many calls at once with an engine: each asks, answers aloud, and asks again.",
        discussion: """
            Measures what a candidate notices: end of speech to the first audible sample, answers that were cut off or lost, gaps in the
            sound. Prints a summary as JSON. Start the engine with room for the calls (VIVA_ENGINE_MAX_CALLS).
            Example: viva load engine --url http://127.0.0.1:8090 --calls 8 --minutes 2 --pid $(pgrep -f 'viva engine')
            """
    )

    @Option(help: "Address of the engine.")
    var url = "http://127.0.0.1:8090"

    @Option(help: "Calls at once.")
    var calls = 8

    @Option(help: "How long they last, in minutes; fractions are allowed.")
    var minutes = 2.0

    @Option(help: "Turn detection: semantic-low, semantic-auto, semantic-high or server (500 ms).")
    var detection = "semantic-low"

    @Option(help: "Answers: a text file (one paragraph per answer, [0.7] is a pause of so many seconds) or a folder of WAV files.")
    var answers: String?

    @Flag(
        help:
            "Let all candidates begin together and give the same answers, so that pauses and turn ends fall together: harder than people are."
    )
    var inStep = false

    @Flag(help: "Let the candidates talk over every question, and measure how soon it is silent.")
    var bargeIn = false

    @Option(help: "Process of the engine, for its processor time and memory.")
    var pid: Int?

    @OptionGroup var models: ModelsOptions

    /// A question, the time to think, an answer and its words take about this long. Calls begin spread over it.
    private static let turn = Duration.seconds(11)
    /// Between the starts of two calls in step: setting up a call is not what is measured.
    private static let stepInterval = Duration.milliseconds(250)
    /// The candidates' own sound is encoded with the least effort: in life it costs the engine's machine nothing.
    private static let encoderEffort: UInt32 = 0
    private static let questions = [
        "Tell me about a project that you are proud of.", "What was the hardest part of it?", "How did you find the cause?",
        "How do you begin when a task is new to you?", "Which decision would you make differently today?",
    ]

    func run() async throws {
        let settings = try await Settings()
        let turnDetection = try detectionSettings()
        let directory = try models.completeDirectory(settings)
        let speech = try await LocalSpeech.load(directory: directory.url)
        let source = try await AnswerSource.read(answers, voice: speech.synthesizer)
        let factory: PeerConnectionFactory
        do {
            factory = try PeerConnectionFactory(configuration: .init(complexity: Self.encoderEffort, encodesSilence: true))
        } catch {
            throw CommandFailure(error.description)
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let key: Secret<String>? = try settings.secret("viva.engine.api.key")
        let count = max(1, calls)
        let interval = inStep ? Self.stepInterval : Self.turn / count
        let before = pid.flatMap { ProcessUse(pid: $0) }
        Terminal.note("\(calls) calls for \(minutes) minutes")
        let start = ContinuousClock.now
        let outcomes = await withTaskGroup(of: EngineCandidate.Outcome.self) { group in
            for index in 0..<count {
                let candidate = EngineCandidate(
                    base: url,
                    key: key,
                    client: client,
                    factory: factory,
                    manner: .init(number: inStep ? 0 : index, of: count, answers: source.samples.count, bargesIn: bargeIn),
                    answers: source,
                    questions: Self.questions,
                    duration: .seconds(minutes * 60),
                    turnDetection: turnDetection
                )
                group.addTask { await candidate.run() }
                try? await Task.sleep(for: interval)
            }
            var outcomes: [EngineCandidate.Outcome] = []
            for await outcome in group {
                if let failure = outcome.failure { Terminal.note("a call failed: \(failure)") }
                outcomes.append(outcome)
            }
            return outcomes
        }
        let after = pid.flatMap { ProcessUse(pid: $0) }
        try? await client.shutdown()
        let report = EngineLoadReport(
            outcomes,
            run: .init(calls: calls, minutes: minutes, detection: detection, inStep: inStep, answers: source.samples.count, start: start),
            use: before.flatMap { before in after.map { (before, $0) } }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Terminal.result(String(decoding: try encoder.encode(report), as: UTF8.self))
        guard report.failed_calls == 0, report.lost_turns == 0 else { throw ExitCode.failure }
    }

    private func detectionSettings() throws -> TurnDetection {
        let semantic = { (eagerness: TurnDetection.SemanticVAD.Eagerness) -> TurnDetection in
            .semanticVAD(.init(eagerness: eagerness, createResponse: false, interruptResponse: true))
        }
        switch detection {
        case "semantic-low": return semantic(.low)
        case "semantic-auto": return semantic(.auto)
        case "semantic-high": return semantic(.high)
        case "server": return .serverVAD(.init(createResponse: false))
        default: throw CommandFailure("--detection must be semantic-low, semantic-auto, semantic-high or server, not \"\(detection)\"")
        }
    }
}
