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
    /// In milliseconds; a listener's jitter buffer hides shorter ones.
    private static let longestGap = 40.0
    private static let gapsToShow = 40
    private static let questions = [
        "Tell me about a project that you are proud of.", "What was the hardest part of it?", "How did you find the cause?",
        "How do you begin when a task is new to you?", "Which decision would you make differently today?",
    ]

    private struct LongGap: Encodable {
        let at_s: Double
        let call: Int
        let ms: Int
    }

    private struct Report: Encodable {
        let calls: Int
        let minutes: Double
        let detection: String
        let in_step: Bool
        let turns: Int
        let response_p50_ms: Int?
        let response_p95_ms: Int?
        let response_max_ms: Int?
        let interruptions: Int
        let silenced_p50_ms: Int?
        let silenced_p95_ms: Int?
        let cut_off_turns: Int
        let lost_turns: Int
        let failed_calls: Int
        let gap_p99_ms: Int?
        let gap_max_ms: Int?
        let gaps_over_40_ms: Int
        /// The longest of these, in the order of time: one stall of the machine shows as several calls at the same moment.
        let longest_gaps: [LongGap]
        let engine_cpu_seconds_per_call_second: Double?
        let engine_memory_mb: Int?
        let engine_memory_mb_per_call: Double?
    }

    func run() async throws {
        let settings = try await Settings()
        let turnDetection = try detectionSettings()
        let directory = try models.completeDirectory(settings)
        let speech = try await LocalSpeech.load(directory: directory.url)
        let source = try await AnswerSource.read(answers, voice: speech.synthesizer)
        let factory: PeerConnectionFactory
        do {
            factory = try PeerConnectionFactory(configuration: .init(complexity: Self.encoderEffort))
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
                    manner: .init(number: inStep ? 0 : index, bargesIn: bargeIn),
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
        let report = report(outcomes, since: start, before, after)
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

    private func report(
        _ outcomes: [EngineCandidate.Outcome],
        since start: ContinuousClock.Instant,
        _ before: ProcessUse?,
        _ after: ProcessUse?
    ) -> Report {
        let turns = outcomes.flatMap(\.turns)
        let responses = turns.compactMap(\.responseMilliseconds)
        let silences = turns.compactMap(\.silencedMilliseconds)
        // The last turn of a call may end with the measurement.
        let unanswered = outcomes.reduce(0) { $0 + $1.turns.dropLast().count { $0.responseMilliseconds == nil && !$0.cutOff } }
        let lost = unanswered + outcomes.count(where: \.stalled)
        let late = outcomes.enumerated().flatMap { call, outcome in outcome.gaps.map { (call: call, gap: $0) } }
        let gaps = late.map(\.gap.milliseconds)
        let seconds = minutes * 60 * Double(calls)
        return Report(
            calls: calls,
            minutes: minutes,
            detection: detection,
            in_step: inStep,
            turns: turns.count,
            response_p50_ms: Percentile.of(responses, 0.5).map { Int($0) },
            response_p95_ms: Percentile.of(responses, 0.95).map { Int($0) },
            response_max_ms: responses.max().map { Int($0) },
            interruptions: silences.count,
            silenced_p50_ms: Percentile.of(silences, 0.5).map { Int($0) },
            silenced_p95_ms: Percentile.of(silences, 0.95).map { Int($0) },
            cut_off_turns: turns.count(where: \.cutOff),
            lost_turns: lost,
            failed_calls: outcomes.count { $0.failure != nil },
            gap_p99_ms: Percentile.of(gaps, 0.99).map { Int($0) },
            gap_max_ms: gaps.max().map { Int($0) },
            gaps_over_40_ms: gaps.count { $0 > Self.longestGap },
            longest_gaps: late.filter { $0.gap.milliseconds > Self.longestGap }
                .sorted { $0.gap.milliseconds > $1.gap.milliseconds }
                .prefix(Self.gapsToShow)
                .sorted { $0.gap.at < $1.gap.at }
                .map { LongGap(at_s: ($0.gap.at - start) / .seconds(1), call: $0.call, ms: Int($0.gap.milliseconds)) },
            engine_cpu_seconds_per_call_second: before.flatMap { before in after.map { ($0.cpuSeconds - before.cpuSeconds) / seconds } },
            engine_memory_mb: after?.memoryMegabytes,
            engine_memory_mb_per_call: before.flatMap { before in
                after.map { Double($0.memoryMegabytes - before.memoryMegabytes) / Double(calls) }
            }
        )
    }
}
