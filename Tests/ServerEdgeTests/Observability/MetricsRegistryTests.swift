import ServerEdge
import Testing

@Suite struct MetricsRegistryTests {
    @Test("counters, gauges and histograms are rendered in Prometheus' text format")
    func rendering() {
        let registry = MetricsRegistry()
        let calls = registry.counter("viva_calls_total", help: "Calls.", labels: ["result"])
        calls.increment(["ok"])
        calls.increment(by: 2, ["failed"])
        calls.increment(by: -1, ["ok"])
        registry.gauge("viva_live_calls", help: "Live calls.").set(3)
        let seconds = registry.histogram("viva_turn_seconds", help: "Turns.", buckets: [0.5, 1])
        for value in [0.25, 0.5, 0.75, 2] { seconds.observe(value) }
        #expect(
            registry.render() == """
                # HELP viva_calls_total Calls.
                # TYPE viva_calls_total counter
                viva_calls_total{result="failed"} 2
                viva_calls_total{result="ok"} 1
                # HELP viva_live_calls Live calls.
                # TYPE viva_live_calls gauge
                viva_live_calls 3
                # HELP viva_turn_seconds Turns.
                # TYPE viva_turn_seconds histogram
                viva_turn_seconds_bucket{le="0.5"} 2
                viva_turn_seconds_bucket{le="1"} 3
                viva_turn_seconds_bucket{le="+Inf"} 4
                viva_turn_seconds_sum 3.5
                viva_turn_seconds_count 4

                """
        )
    }

    @Test("too many label values end up in one series named other")
    func bounded() {
        let registry = MetricsRegistry()
        let counter = registry.counter("viva_x_total", help: "X.", labels: ["a"])
        for index in 0..<(MetricsRegistry.maximumSeries + 50) { counter.increment(["v\(index)"]) }
        let lines = registry.render().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == MetricsRegistry.maximumSeries + 1)
        #expect(lines.contains("viva_x_total{a=\"other\"} 50"))
    }

    @Test("quotes, line ends and backslashes in label values are escaped")
    func escaping() {
        let registry = MetricsRegistry()
        registry.counter("viva_x_total", help: "X.", labels: ["a"]).increment(["a\"b\\c\nd"])
        #expect(registry.render().contains(#"{a="a\"b\\c\nd"}"#))
    }
}
