import ArgumentParser
import Foundation
import Glibc
import Logging
import ServerEdge
import ServiceLifecycle
import SpeechModels
import VoiceEngine
import VoiceMedia

struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Run the local Realtime server alone: WebRTC in, speech recognition and a voice inside.",
        discussion: """
            `viva serve` starts one by itself. Alone it is how media capacity is scaled out.
            Prints `ready http://HOST:PORT` when it takes calls. Without VIVA_ENGINE_API_KEY it listens on loopback only.
            VIVA_LLM_URL and VIVA_LLM_MODEL let a language model write the replies: any server of the chat completions API.
            Example: viva engine --port 8090
            """
    )

    @Option(help: "Address to listen on (VIVA_ENGINE_HOST; default 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on, 0 for a free one (VIVA_ENGINE_PORT; default 8090).")
    var port: Int?

    @Option(help: "Calls at once; beyond, 503 (VIVA_ENGINE_MAX_CALLS; default 8).")
    var maxCalls: Int?

    @Flag(help: "End when standard input ends: how a supervisor makes sure that no engine outlives it.")
    var endWithStandardInput = false

    @OptionGroup var models: ModelsOptions

    func run() async throws {
        let settings = try await Settings()
        let logger = try Compose.logger("viva.engine", settings)
        let directory = try models.completeDirectory(settings)
        let host = host ?? settings.text("viva.engine.host") ?? "127.0.0.1"
        var configuration = VoiceEngineConfiguration(
            host: host,
            port: try port ?? settings.number("viva.engine.port", in: 0...65_535) ?? 8_090
        )
        configuration.maximumCalls = try maxCalls ?? settings.number("viva.engine.max.calls", in: 0...10_000) ?? configuration.maximumCalls
        configuration.apiKey = try settings.secret("viva.engine.api.key")
        configuration.servesBeta = try settings.flag("viva.engine.beta") ?? false
        configuration.allowedOrigins = settings.text("viva.engine.allowed.origins").map { list in
            Set(list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        }
        let metrics = MetricsRegistry()
        let languageModel = try LanguageModelSettings.configuration(settings).map {
            ChatCompletionsReplyModel(configuration: $0, metrics: metrics, logger: logger)
        }

        let speech: LocalSpeech
        let transports: PeerConnectionFactory
        do {
            speech = try await LocalSpeech.load(directory: directory.url)
            transports = try PeerConnectionFactory(configuration: try Compose.peerConnections(settings))
        } catch let error as SpeechModelError {
            throw CommandFailure(error.description)
        } catch let error as PeerConnectionFactory.Unavailable {
            throw CommandFailure(error.description)
        }
        // The first answer of a process takes half a second longer; it should not be a candidate's.
        if await !transports.warmUp() { logger.warning("WebRTC warm-up failed, the first call may be slow") }
        let engine: VoiceEngine
        do {
            engine = try VoiceEngine(
                configuration: configuration,
                speechToText: speech.recognizer,
                textToSpeech: speech.synthesizer,
                voiceActivity: speech.voiceActivity,
                turnCompletion: speech.turnCompletion,
                transports: transports,
                replies: ReplySource(languageModel: languageModel),
                metrics: metrics,
                logger: logger,
                onServerRunning: { port in Terminal.result("ready http://\(Compose.urlHost(host)):\(port)") }
            )
        } catch {
            throw CommandFailure(error.description)
        }
        if endWithStandardInput { Self.endWithStandardInput() }
        try await Compose.run([engine], logger: logger)
        await languageModel?.close()
    }

    /// A thread of its own, because reading blocks. When the parent is gone, by whatever cause, the pipe ends.
    private static func endWithStandardInput() {
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            // Without destructors: they would run under the threads of the speech and media libraries.
            _exit(0)
        }
    }
}
