import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// Puts the routes of the gateway together. A test compares the result with `/openapi.json`.
struct GatewayRouter: Sendable {
    let store: any InterviewStore
    let ladder: UpstreamLadder
    let tickets: TicketOffice
    let authenticator: Authenticator
    let registry: CallRegistry
    let metrics: GatewayMetrics
    let budget: JournalBudget
    let wallClock: WallClock
    let watch: TokenWatch
    let address: PublicAddress
    let allowedOrigins: Set<String>
    let isBehindTLS: Bool
    let clock: MonotonicClock
    let signalling: SignallingOffice
    let handsOutDirectKeys: Bool
    let pages: Pages
    let assets: EmbeddedAssets
    let limits: RequestLimits
    let iceServers: ICEServers

    func build() -> Router<GatewayContext> {
        // Twice, as what knows all routes stands before them.
        let routes = self.router(knowing: KnownMethods([])).routes.map { (path: $0.path.description, method: $0.method) }
        return self.router(knowing: KnownMethods(routes + [(path: SignallingSocket.path, method: .get)]))
    }

    private func router(knowing known: KnownMethods) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        // Middleware counts for the routes added after it only. These are outside of the errors: they are for those, too.
        router.add(middleware: HeadMiddleware())
        router.add(middleware: CrossOriginMiddleware(origins: .listed(self.allowedOrigins)))
        router.addEdgeMiddleware(
            contentSecurityPolicy: Pages.contentSecurityPolicy,
            strictTransportSecurity: self.isBehindTLS,
            metrics: self.metrics.registry
        )
        // Before anything that asks the store.
        router.add(middleware: AddressLimitMiddleware(limits: self.limits))
        router.add(middleware: OriginMiddleware<GatewayContext>(rule: OriginRule(allowed: self.allowedOrigins)))
        router.add(middleware: MethodMiddleware(known: known))

        OperationsRoutes(
            store: self.store,
            ladder: self.ladder,
            registry: self.registry,
            metrics: self.metrics,
            budget: self.budget,
            signalling: self.signalling,
            clock: self.clock
        )
        .add(to: router.group().add(middleware: OffEventLoopMiddleware()))
        // The page shows what the answer of the ticket's exchange repeats and the record names.
        let notice = CandidateNotice(VoicePath(self.ladder.rungs.map(\.choice.upstream)))
        PageRoutes(pages: self.pages, assets: self.assets, tickets: self.tickets, notice: notice)
            .add(to: router.group().add(middleware: OffEventLoopMiddleware()))
        JoinRoutes(tickets: self.tickets, store: self.store, wallClock: self.wallClock, notice: notice, limits: self.limits).add(to: router)

        // From here on a request has a principal, and each group admits one kind of it.
        let authenticated = router.group().add(middleware: AuthenticationMiddleware(authenticator: self.authenticator, limits: self.limits))
        CallRoutes(registry: self.registry, store: self.store, wallClock: self.wallClock, watch: self.watch, limits: self.limits)
            .add(to: authenticated.group(context: CandidateContext.self))
        ICEServerRoutes(servers: self.iceServers, wallClock: self.wallClock)
            .add(to: authenticated.group(context: CandidateContext.self))
        let interviews = InterviewRoutes(
            store: self.store,
            tickets: self.tickets,
            registry: self.registry,
            signalling: self.signalling,
            wallClock: self.wallClock,
            address: self.address,
            allowedOrigins: self.allowedOrigins,
            limits: self.limits
        )
        interviews.addReading(to: authenticated.group(context: WorkspaceContext.self).add(middleware: OffEventLoopMiddleware()))
        interviews.addInviting(to: authenticated.group(context: InterviewerContext.self))
        TranscriptRoutes(store: self.store)
            .add(to: authenticated.group(context: ReaderContext.self).add(middleware: OffEventLoopMiddleware()))
        self.addSignalling(to: router, interviews, notice)
        return router
    }

    /// The routes of older signalling servers, with the errors their pages read.
    private func addSignalling(to router: Router<GatewayContext>, _ interviews: InterviewRoutes, _ notice: CandidateNotice) {
        let options = self.ladder.rungs.first?.choice.session ?? InterviewSession.Options()
        let routes = SignallingRoutes(
            office: self.signalling,
            directKeys: self.handsOutDirectKeys ? DirectKeys(store: self.store, ladder: self.ladder) : nil,
            configuration: options,
            limits: self.limits
        )
        func group(optional: Bool) -> RouterGroup<GatewayContext> {
            router.group()
                .add(middleware: ErrorResponseMiddleware(.flat))
                .add(middleware: AddressLimitMiddleware(limits: self.limits, isSignalling: true))
                .add(middleware: AuthenticationMiddleware(authenticator: self.authenticator, limits: self.limits, isOptional: optional))
        }
        routes.addKeys(to: group(optional: true).group(context: SignallingContext.self))
        let authenticated = group(optional: false)
        routes.addSessions(to: authenticated.group(context: CandidateContext.self))
        routes.addReading(to: authenticated.group(context: ReaderContext.self))
        InterviewStartRoute(interviews: interviews, address: self.address, configuration: options, notice: notice)
            .add(to: authenticated.group(context: InterviewerContext.self))
    }

    /// `/ws`, which the server adds to the routes itself.
    var socket: WebSocketRoute {
        SignallingSocket(
            office: self.signalling,
            authenticator: self.authenticator,
            origins: OriginRule(allowed: self.allowedOrigins),
            limits: self.limits
        )
        .route()
    }
}
