import ArgumentParser
import Foundation
import Gateway
import InterviewCore
import InterviewStore
import Logging
import ServerEdge
import ServiceLifecycle
import SpeechModels

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the gateway: pages, tickets, conduct and transcripts. Starts the local engine unless an upstream is set.",
        discussion: """
            Prints `ready http://HOST:PORT` when it takes calls, then the practice link and the workspace link.
            Example: viva serve --port 8080 --data-dir data
            """
    )

    @Option(help: "Address to listen on (VIVA_HOST; default 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on, 0 for a free one (VIVA_PORT; default 8080).")
    var port: Int?

    @Option(help: "Folder of the database (VIVA_DATA_DIR; default ./data).")
    var dataDir: String?

    @Option(help: "A plan document or a folder of them (VIVA_PLAN; default: the built-in plans).")
    var plan: String?

    @OptionGroup var models: ModelsOptions

    func run() async throws {
        let settings = try await Settings()
        let logger = try Compose.logger("viva.gateway", settings)
        let plans = try Plans.load(plan ?? settings.text("viva.plan"))
        let configuration = try gatewayConfiguration(settings, logger: logger)
        let store: SQLiteInterviewStore
        do {
            store = try SQLiteInterviewStore.open(directory: dataDir ?? settings.text("viva.data.dir") ?? "data")
        } catch {
            throw CommandFailure(error.message)
        }
        let choices = try UpstreamSettings.choices(settings, logger: logger) { try engineSupervisor(settings, logger: logger) }
        let gateway = Gateway(
            configuration: configuration,
            store: store,
            upstreams: choices.upstreams,
            plans: plans,
            logger: logger,
            onReady: { ready in
                Terminal.result("ready \(ready.address)")
                if let link = ready.practiceLink { Terminal.result("practice   \(link.expose())") }
                Terminal.result("workspace  \(ready.workspaceLink.expose())")
            }
        )
        do {
            try await Compose.run(choices.engine.map { [$0, gateway] } ?? [gateway], logger: logger)
            await store.close()
        } catch let error as GatewayStartError {
            throw CommandFailure(error.description)
        } catch let error as InterviewStoreError {
            throw CommandFailure(error.message)
        }
    }

    private func gatewayConfiguration(_ settings: Settings, logger: Logger) throws -> GatewayConfiguration {
        let host = host ?? settings.text("viva.host") ?? "127.0.0.1"
        let port = try port ?? settings.number("viva.port", in: 0...65_535) ?? 8_080
        var configuration = GatewayConfiguration(server: EdgeServerConfiguration(host: host, port: port))
        if let address = settings.text("viva.public.url") {
            guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil else {
                throw CommandFailure("VIVA_PUBLIC_URL must be a web address such as https://interviews.example, not \"\(address)\"")
            }
            configuration.publicURL = address.hasSuffix("/") ? String(address.dropLast()) : address
        }
        let origins = settings.text("viva.allowed.origins")?.split(separator: ",") ?? []
        configuration.allowedOrigins = Set(origins.map { $0.trimmingCharacters(in: .whitespaces) })
        configuration.handsOutDirectKeys = try settings.flag("viva.direct.keys") ?? false
        if let seconds = try settings.number("viva.signalling.resume.seconds", in: 1...3600) {
            configuration.signalling.resumeWindow = .seconds(seconds)
        }
        if let seconds = try settings.number("viva.signalling.idle.seconds", in: 10...86_400) {
            configuration.signalling.idleTimeout = .seconds(seconds)
        }
        configuration.jsonWebTokens = try JSONWebTokenSettings.configuration(settings)
        try LimitSettings.apply(settings, to: &configuration, logger: logger)
        configuration.iceServers = try ICESettings.servers(settings)
        return configuration
    }

    private func engineSupervisor(_ settings: Settings, logger: Logger) throws -> EngineSupervisor {
        let directory = try models.completeDirectory(settings)
        var engine = EngineConfiguration(
            executable: Compose.ownExecutable(),
            arguments: [
                "engine", "--host", "127.0.0.1", "--port", "0", "--models-dir", directory.url.path, "--end-with-standard-input",
            ],
            environment: try EngineSettings.environment(settings)
        )
        // No other program or page of this machine may take the engine's places.
        engine.makeKey(for: "VIVA_ENGINE_API_KEY")
        return EngineSupervisor(configuration: engine, logger: logger) { Terminal.note($0) }
    }
}
