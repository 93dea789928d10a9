import ServerEdge

/// The gateway's own figures at `/metrics`, beside those of its HTTP edge. Labels hold closed sets only.
struct GatewayMetrics: Sendable {
    let registry: MetricsRegistry
    let callsStarted: MetricsRegistry.Counter
    let callsRefused: MetricsRegistry.Counter
    let callsLost: MetricsRegistry.Counter
    let callsConnected: MetricsRegistry.Gauge
    let interviewsEnded: MetricsRegistry.Counter
    let segmentsStored: MetricsRegistry.Counter
    let writesRefused: MetricsRegistry.Counter
    let writesLost: MetricsRegistry.Counter
    let writesWaiting: MetricsRegistry.Gauge
    let unreadableEvents: MetricsRegistry.Counter
    let repeatedEvents: MetricsRegistry.Counter
    let upstreamExchanges: MetricsRegistry.Counter
    let upstreamCircuitOpen: MetricsRegistry.Gauge
    let limitRefusals: MetricsRegistry.Counter

    init(registry: MetricsRegistry) {
        self.registry = registry
        self.callsStarted = registry.counter("viva_calls_started_total", help: "Calls that were answered.")
        self.callsRefused = registry.counter(
            "viva_calls_refused_total",
            help: "Calls that could not be set up, by error code.",
            labels: ["code"]
        )
        self.callsLost = registry.counter("viva_calls_lost_total", help: "Calls that broke off, by reason.", labels: ["reason"])
        self.callsConnected = registry.gauge("viva_calls_connected", help: "Calls with a sideband now.")
        self.interviewsEnded = registry.counter(
            "viva_interviews_ended_total",
            help: "Interviews that reached a final status.",
            labels: ["status"]
        )
        self.segmentsStored = registry.counter("viva_transcript_segments_stored_total", help: "Transcript segments stored durably.")
        self.writesRefused = registry.counter("viva_journal_writes_refused_total", help: "Writes that found the journal full.")
        self.writesLost = registry.counter("viva_journal_writes_lost_total", help: "Writes that the store refused for good.")
        self.writesWaiting = registry.gauge("viva_journal_writes_waiting", help: "Writes that wait for the store.")
        self.unreadableEvents = registry.counter("viva_sideband_unreadable_total", help: "Messages of an upstream that are no events.")
        self.repeatedEvents = registry.counter("viva_sideband_repeated_total", help: "Events that an upstream sent twice.")
        self.upstreamExchanges = registry.counter(
            "viva_upstream_exchanges_total",
            help: "Requests to upstreams, by place in the ladder, kind and outcome.",
            labels: ["upstream", "exchange", "outcome"]
        )
        self.upstreamCircuitOpen = registry.gauge(
            "viva_upstream_circuit_open",
            help: "1 while an upstream is not asked because it failed; 0 as soon as the next call would try it.",
            labels: ["upstream"]
        )
        self.limitRefusals = registry.counter(
            "viva_limit_refusals_total",
            help: "Requests and calls that met a limit, by limit.",
            labels: ["limit"]
        )
    }
}
