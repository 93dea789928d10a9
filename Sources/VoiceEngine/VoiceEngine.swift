#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
public import Logging
public import ServerEdge
public import ServiceLifecycle

/// Where an engine listens and what it may cost.
public struct VoiceEngineConfiguration: Sendable {
    public var host: String
    /// 0 takes a free port.
    public var port: Int
    /// Calls at once; beyond, 503 with `Retry-After`. 8 calls keep two cores below the point where turns get slow.
    public var maximumCalls = 8
    /// Clients must send it as a bearer token. Without one the engine listens on loopback only.
    public var apiKey: Secret<String>?
    /// How long live calls may go on after the first signal to stop.
    public var drainTimeout = Duration.seconds(30)
    /// Longest session; the API's maximum is 60 minutes.
    public var maximumSessionDuration = Duration.seconds(3_600)
    /// Whether clients of the API's beta are served in its shape. The provider has switched it off; so it is here by default.
    public var servesBeta = false
    /// Origins of web pages that may use the engine, such as `https://app.example`; nil: any when a key is needed, else none.
    public var allowedOrigins: Set<String>?
    /// Whether unfinished turns are looked at about every second. Costs about 0.06 of a core per talking caller.
    public var interimTranscripts = true

    public init(host: String = "127.0.0.1", port: Int = 8090) {
        self.host = host
        self.port = port
    }
}

/// Why an engine cannot be made. The description is one line that says what to do.
public enum VoiceEngineError: Error, Sendable, CustomStringConvertible {
    case openWithoutKey(host: String)

    public var description: String {
        switch self {
        case .openWithoutKey(let host):
            "The engine would listen on \(host) without an API key. Set a key, or listen on 127.0.0.1."
        }
    }
}

/// The local Realtime server: speaks OpenAI's Realtime API over WebRTC, with local speech models.
///
/// Run it in a `ServiceGroup`. At graceful shutdown it takes no new calls at once, lets live ones go on for
/// `drainTimeout`, then ends them and returns.
public struct VoiceEngine: Service {
    /// How often a draining engine looks whether the last call has ended.
    private static let drainPoll = Duration.milliseconds(100)

    private let configuration: VoiceEngineConfiguration
    private let registry: SessionRegistry
    private let routes: EngineRoutes
    private let logger: Logger
    private let onServerRunning: @Sendable (Int) async -> Void

    /// The metrics of the engine, for whoever wants to add to them.
    public let metrics: MetricsRegistry

    /// - Parameters:
    ///   - turnCompletion: judges for `semantic_vad` whether somebody has finished; nil: the words alone decide.
    ///   - transports: makes the media connection of each call.
    ///   - replies: decides what is said; by default what `response.create` supplies word for word.
    ///   - metricsRegistry: the metrics of the engine; the parts that it is given may count in the same.
    ///   - onServerRunning: called with the bound port once calls are taken.
    /// - Throws: ``VoiceEngineError``.
    public init(
        configuration: VoiceEngineConfiguration,
        speechToText: any SpeechToText,
        textToSpeech: any TextToSpeech,
        voiceActivity: any VoiceActivityDetecting,
        turnCompletion: (any TurnCompletionJudging)? = nil,
        transports: any AudioTransportMaking,
        replies: ReplySource = ReplySource(),
        metrics metricsRegistry: MetricsRegistry = MetricsRegistry(),
        logger: Logger,
        onServerRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws(VoiceEngineError) {
        guard configuration.apiKey != nil || Self.isLoopback(configuration.host) else { throw .openWithoutKey(host: configuration.host) }
        self.configuration = configuration
        self.logger = logger
        self.onServerRunning = onServerRunning
        let metrics = EngineMetrics(registry: metricsRegistry)
        self.metrics = metricsRegistry
        var limits = SessionLimits()
        limits.sessionDuration = configuration.maximumSessionDuration
        if !configuration.interimTranscripts { limits.interimWindows = nil }
        let start = ContinuousClock.now
        let now: @Sendable () -> UInt64 = {
            let passed = start.duration(to: .now).components
            return UInt64(passed.seconds) * 1_000_000_000 + UInt64(passed.attoseconds / 1_000_000_000)
        }
        let lag = SpeechLagMeter(now: now)
        registry = SessionRegistry(maximumCalls: configuration.maximumCalls, lag: lag, metrics: metrics)
        let services = SessionServices(
            speechToText: speechToText,
            textToSpeech: textToSpeech,
            voiceActivity: voiceActivity,
            turnCompletion: turnCompletion,
            replies: replies,
            metrics: metrics,
            lag: lag,
            logger: logger,
            now: now,
            secondsSince1970: { Int(Date().timeIntervalSince1970) },
            sleep: { try await Task.sleep(for: $0) }
        )
        routes = EngineRoutes(
            registry: registry,
            services: services,
            limits: limits,
            transports: transports,
            authorisation: EngineAuthorisation(
                apiKey: configuration.apiKey.map { TokenDigest(of: $0) },
                clientSecrets: ClientSecretStore(secondsSince1970: services.secondsSince1970)
            ),
            servesBeta: configuration.servesBeta,
            origins: configuration.allowedOrigins.map { .absentOrListed($0) } ?? (configuration.apiKey == nil ? .absentOrListed([]) : .any)
        )
    }

    public func run() async throws {
        var edge = EdgeServerConfiguration(host: configuration.host, port: configuration.port)
        // A gateway holds a sideband for each of its calls, and makes new ones beside them.
        edge.connectionsPerAddress?.maximum = max(100, 4 * configuration.maximumCalls)
        let server = EdgeServer(
            router: routes.router(),
            webSockets: [SocketRoutes(engine: routes).route()],
            configuration: edge,
            logger: logger,
            onServerRunning: onServerRunning
        )
        // The server would tell its WebSockets to leave as soon as it hears of the shutdown; live calls need their sidebands
        // until they end. So it lives in a group of its own, outside of this task's shutdown signal, and is told afterwards.
        let inner = ServiceGroup(services: [server, SessionService(registry: registry)], logger: logger)
        let running = Task.detached { try await inner.run() }
        let (registry, configuration) = (registry, configuration)
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await running.value
            } onGracefulShutdown: {
                registry.beginDraining()
                Task {
                    let deadline = ContinuousClock.now + configuration.drainTimeout
                    while registry.activeCalls > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: Self.drainPoll) }
                    // Ends the calls that are left (``SessionService``), and then the server. Ended before, they would look like a failure.
                    await inner.triggerGracefulShutdown()
                }
            }
        } onCancel: {
            registry.finish()
            running.cancel()
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}

/// The calls as a service: runs them all, ends them at shutdown.
private struct SessionService: Service {
    let registry: SessionRegistry

    func run() async throws {
        let registry = registry
        await withGracefulShutdownHandler {
            await registry.run()
        } onGracefulShutdown: {
            registry.finish()
        }
    }
}
