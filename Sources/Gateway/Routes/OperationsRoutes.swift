import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// The routes for operators: alive, ready, figures, and the description of the interface.
struct OperationsRoutes: Sendable {
    let store: any InterviewStore
    let ladder: UpstreamLadder
    let registry: CallRegistry
    let metrics: GatewayMetrics
    let budget: JournalBudget
    let signalling: SignallingOffice
    let clock: MonotonicClock

    func add(to router: some RouterMethods<GatewayContext>) {
        router.get("/health") { _, _ in Response.json(["status": "ok"]) }
        router.get("/healthz") { _, _ in
            Response.json(
                AliveBody(uptime: Double(self.clock.now.wholeMilliseconds) / 1000, sessions: self.signalling.count)
            )
        }
        router.get("/ready") { _, _ in await self.ready() }
        router.get("/metrics") { _, _ in
            self.metrics.writesWaiting.set(Double(self.budget.waiting))
            for rung in self.ladder.rungs { rung.measure() }
            return Response.text(self.metrics.registry.render(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/openapi.json") { _, _ in
            Response.text(OpenAPIDocument.text, contentType: "application/json; charset=utf-8")
        }
    }

    private struct AliveBody: Encodable {
        let status = "ok"
        /// Seconds since the process began.
        let uptime: Double
        /// Signalling sessions.
        let sessions: Int
    }

    private struct ReadyBody: Encodable {
        let ready: Bool
        let reasons: [String]
    }

    private func ready() async -> Response {
        var reasons: [String] = []
        if await self.registry.isDraining { reasons.append("the server is shutting down") }
        if let reason = self.ladder.notReadyReason { reasons.append(reason) }
        do {
            try await self.store.checkReadiness()
        } catch {
            reasons.append("the store is not ready (\(error.code.rawValue))")
        }
        return .json(ReadyBody(ready: reasons.isEmpty, reasons: reasons), status: reasons.isEmpty ? .ok : .serviceUnavailable)
    }
}
