import ArgumentParser
import AsyncHTTPClient
import Foundation
import SpeechModels
import VivaTestKit
import VoiceMedia

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Let a synthetic candidate hold an interview over real WebRTC.",
        discussion: """
            It joins by a link, speaks its answers, hears the interviewer and prints the transcript and the time per turn.
            Exit code 0 only if the interview completed (and, with --plan, if every core question was asked word for word and in order).
            Example: viva simulate --link http://127.0.0.1:8080/i/TICKET --answers answers.txt
            """
    )

    @Option(help: "The join link, as a candidate gets it.")
    var link: String

    @Option(help: "A text file (one paragraph per answer, empty line between) or a folder of WAV files. Default: built-in answers.")
    var answers: String?

    @Option(help: "The plan of the interview, to check the questions against.")
    var plan: String?

    @Option(help: "Silence of the interviewer before the candidate answers, in milliseconds.")
    var thinkingTime = 900

    @Option(help: "Talk over the interviewer while question N is asked. May be given several times.")
    var bargeIn: [Int] = []

    @Option(help: "Milliseconds of the interviewer's speech before the candidate talks over it.")
    var bargeInAfter = 1_500

    @Option(help: "The whole interview must end within this many seconds.")
    var timeLimit = 900

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var models: ModelsOptions

    func run() async throws {
        let settings = try await Settings()
        let (base, ticket) = try GatewayAPI.split(link: link)
        let plan = try plan.map { try PlanCommand.read($0) }
        let directory = try models.completeDirectory(settings)
        let speech = try await LocalSpeech.load(directory: directory.url)
        let factory: PeerConnectionFactory
        do {
            factory = try PeerConnectionFactory(configuration: .init(encodesSilence: true))
        } catch {
            throw CommandFailure(error.description)
        }
        let source = try await AnswerSource.read(answers, voice: speech.synthesizer)
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let showLines = !json
        let call = CandidateCall(
            api: GatewayAPI(base: base, client: client),
            factory: factory,
            answers: source,
            behaviour: .init(thinkingTime: Double(thinkingTime), bargeInAt: Set(bargeIn), bargeInAfter: Double(bargeInAfter)),
            plan: plan,
            limit: .seconds(timeLimit),
            follow: { if showLines { Terminal.note($0) } }
        )
        let report: SimulationReport
        do {
            report = try await call.hold(ticket: ticket)
            try await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw error
        }
        Terminal.result(json ? try report.json : report.text)
        guard report.completed, report.questions_verbatim != false else { throw ExitCode.failure }
    }
}
