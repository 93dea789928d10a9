import AsyncHTTPClient
public import InterviewCore
public import InterviewStore
public import Logging
public import NIOCore
public import NIOPosix
import NIOSSL
public import ServerEdge
public import ServiceLifecycle

/// The gateway: signalling, interviews, transcripts and pages, in front of Realtime servers.
///
/// Run it in a service group behind the store and, when there is one, the ``EngineSupervisor``:
///
/// ```swift
/// ServiceGroup(services: [supervisor, gateway], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
/// ```
///
/// At graceful shutdown it takes no new calls at once, lets live ones go on up to
/// ``GatewayConfiguration/drainLimit``, suspends the rest so that they can be resumed after a restart, and returns when
/// everything is stored.
public final class Gateway: Service {
    private let configuration: GatewayConfiguration
    private let store: any InterviewStore
    private let upstreams: [UpstreamChoice]
    private let plans: [InterviewPlan]
    private let logger: Logger
    private let clock: MonotonicClock
    private let wallClock: WallClock
    private let eventLoopGroup: any EventLoopGroup
    private let onReady: @Sendable (GatewayReady) async -> Void
    private let metrics: MetricsRegistry

    /// - Parameters:
    ///   - upstreams: the servers that calls may go to, in the order in which they are asked; at least one.
    ///   - plans: saved to the store at start; the first one is the practice plan unless configured otherwise.
    ///   - metrics: shown at `/metrics`; hand in the registry of the store or others to show them together.
    ///   - onReady: called once, when the server listens and the upstream is ready.
    public init(
        configuration: GatewayConfiguration,
        store: any InterviewStore,
        upstreams: [UpstreamChoice],
        plans: [InterviewPlan],
        logger: Logger,
        clock: MonotonicClock? = nil,
        wallClock: WallClock = WallClock(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        metrics: MetricsRegistry = MetricsRegistry(),
        onReady: @escaping @Sendable (GatewayReady) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.store = store
        self.upstreams = upstreams
        self.plans = plans
        self.logger = logger
        self.clock = clock ?? MonotonicClock(eventLoopGroup: eventLoopGroup)
        self.wallClock = wallClock
        self.eventLoopGroup = eventLoopGroup
        self.metrics = metrics
        self.onReady = onReady
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: what keeps it from starting: a store that does not answer, a changed plan, a port in use.
    public func run() async throws {
        let httpClient = UpstreamClient.makeHTTPClient(
            eventLoopGroup: self.eventLoopGroup,
            limits: self.configuration.upstreamLimits,
            tls: self.configuration.upstreamTrust
        )
        do {
            try await self.serve(httpClient)
        } catch {
            try? await httpClient.shutdown()
            throw error
        }
        try await httpClient.shutdown()
    }

    private func serve(_ httpClient: HTTPClient) async throws {
        let parts = try self.assemble(httpClient)
        try await self.savePlans()
        try await parts.registry.recover()
        let practiceTicket = try await self.makePracticeTicket(parts)
        let workspaceToken = parts.router.authenticator.renewWorkspaceToken()

        let (listening, nowListening) = AsyncStream.makeStream(of: Int.self)
        var edge = self.configuration.server
        edge.runsTasksOnEventLoops = true
        let (host, isTLS, address) = (self.configuration.server.host, self.configuration.server.tls != nil, parts.router.address)
        let server = EdgeServer(
            router: parts.router.build(),
            webSockets: [parts.router.socket],
            configuration: edge,
            eventLoopGroup: self.eventLoopGroup,
            logger: self.logger,
            onServerRunning: { port in
                address.bind(host: host, port: port, isTLS: isTLS)
                nowListening.yield(port)
                nowListening.finish()
            }
        )
        let (ladder, onReady) = (parts.ladder, self.onReady)
        let steward = GatewaySteward(registry: parts.registry, drainLimit: self.configuration.drainLimit) {
            for await _ in listening {}
            // Beside the rest: no start waits for a server elsewhere.
            async let modelsChecked: Void = ladder.checkModels()
            guard await ladder.isReady() else { return }
            await onReady(
                GatewayReady(
                    address: address.base,
                    practiceLink: practiceTicket.map { address.joinLink($0) },
                    workspaceLink: address.workspaceLink(workspaceToken)
                )
            )
            await modelsChecked
        }
        // Shut down from the last to the first: drain, then the server, then what the calls still have to store.
        let group = ServiceGroup(
            services: [parts.keyUses, parts.router.watch, parts.router.signalling, parts.registry, server, steward],
            logger: self.logger
        )
        try await group.run()
    }

    struct Parts {
        let router: GatewayRouter
        let registry: CallRegistry
        let ladder: UpstreamLadder
        let keyUses: APIKeyUses
    }

    /// Makes the objects and their arrows; starts nothing.
    func assemble(_ httpClient: HTTPClient) throws -> Parts {
        let metrics = GatewayMetrics(registry: self.metrics)
        let budget = JournalBudget()
        let limits = self.configuration.upstreamLimits
        let webSockets = WebSocketClient(
            eventLoopGroup: self.eventLoopGroup,
            tls: self.configuration.upstreamTrust ?? .makeClientConfiguration()
        )
        let ladder = UpstreamLadder(
            self.upstreams,
            client: UpstreamClient(httpClient: httpClient, clock: self.clock, wallClock: self.wallClock, limits: limits),
            sideband: SidebandConnector(client: webSockets, limits: limits),
            limits: limits,
            clock: self.clock,
            random: self.configuration.random,
            metrics: metrics,
            logger: self.logger
        )
        let registry = CallRegistry(
            environment: CallEnvironment(
                store: self.store,
                ladder: ladder,
                policy: self.configuration.conductor,
                clock: self.clock,
                wallClock: self.wallClock,
                budget: budget,
                places: CallPlaces(self.configuration.limits, metrics: metrics),
                minutes: MinuteLimits(self.configuration.limits, store: self.store, wallClock: self.wallClock, metrics: metrics),
                metrics: metrics,
                logger: self.logger
            ),
            eventLoopGroup: self.eventLoopGroup,
            limit: self.configuration.interviewsHeld
        )
        let tickets = TicketOffice(
            store: self.store,
            wallClock: self.wallClock,
            ticketLifetime: self.configuration.ticketLifetime,
            tokenLifetime: self.configuration.candidateTokenLifetime
        )
        let address = PublicAddress(fixed: self.configuration.publicURL)
        // Behind a proxy that rewrites the host, the origin of our own pages is the public one.
        let origins = self.configuration.allowedOrigins.union([address.origin].compactMap { $0 })
        let keyUses = APIKeyUses(store: self.store, logger: self.logger)
        let verifier = self.configuration.jsonWebTokens.map { tokens in
            JSONWebTokenVerifier(
                configuration: tokens,
                published: tokens.keySet.map {
                    JSONWebKeySetCache(address: $0, httpClient: httpClient, clock: self.clock, logger: self.logger)
                },
                wallClock: self.wallClock
            )
        }
        let authenticator = Authenticator(
            store: self.store,
            verifier: verifier,
            wallClock: self.wallClock,
            plans: TenantPlans(store: self.store, plans: self.plans, wallClock: self.wallClock, logger: self.logger),
            keyUses: keyUses
        )
        let requestLimits = RequestLimits(self.configuration.limits, clock: self.clock, metrics: metrics)
        let watch = TokenWatch(store: self.store, clock: self.clock, wallClock: self.wallClock, logger: self.logger)
        let signalling = SignallingOffice(
            store: self.store,
            registry: registry,
            watch: watch,
            tickets: tickets,
            limits: self.configuration.signalling,
            requestLimits: requestLimits,
            clock: self.clock,
            wallClock: self.wallClock
        )
        let router = GatewayRouter(
            store: self.store,
            ladder: ladder,
            tickets: tickets,
            authenticator: authenticator,
            registry: registry,
            metrics: metrics,
            budget: budget,
            wallClock: self.wallClock,
            watch: watch,
            address: address,
            allowedOrigins: origins,
            isBehindTLS: self.configuration.server.tls != nil || self.configuration.publicURL?.hasPrefix("https://") == true,
            clock: self.clock,
            signalling: signalling,
            handsOutDirectKeys: self.configuration.handsOutDirectKeys,
            pages: try Pages(),
            assets: EmbeddedAssets(),
            limits: requestLimits,
            iceServers: self.configuration.iceServers
        )
        return Parts(router: router, registry: registry, ladder: ladder, keyUses: keyUses)
    }

    private func makePracticeTicket(_ parts: Parts) async throws -> Secret<String>? {
        guard let plan = self.configuration.practicePlan ?? self.plans.first?.id else { return nil }
        return try await parts.router.tickets.issuePractice(plan: plan, tenant: .local)
    }

    private func savePlans() async throws {
        for plan in self.plans {
            do {
                try await self.store.savePlan(plan, tenant: .local, at: self.wallClock.now)
            } catch {
                throw error.code == .conflict ? GatewayStartError.planChanged(plan.id, version: plan.version) : error
            }
        }
    }
}

/// Says when the gateway is ready, and at shutdown waits for the live calls before anything else is stopped.
struct GatewaySteward: Service {
    let registry: CallRegistry
    let drainLimit: Duration
    let announce: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.announce() }
        try await gracefulShutdown()
        await self.registry.drain(within: self.drainLimit)
    }
}

extension UpstreamLadder {
    /// Waits until calls can be made; false when that will not happen any more.
    func isReady() async -> Bool {
        let supervisors = self.rungs.compactMap { rung in
            if case .supervised(let supervisor) = rung.choice.upstream { supervisor } else { nil }
        }
        // A server elsewhere is taken as ready.
        guard supervisors.count == self.rungs.count, let supervisor = supervisors.first else { return !Task.isCancelled }
        for await status in supervisor.statusChanges() {
            if case .ready = status { return true }
        }
        return false
    }
}
