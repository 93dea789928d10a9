import Synchronization

/// Counters, gauges and histograms, rendered in Prometheus' text format 0.0.4.
///
/// Label values must come from closed sets (a route pattern, a status), never from a user:
/// metrics are readable by operators and kept for long.
public final class MetricsRegistry: Sendable {
    /// Series a metric may have. Beyond, values go to a series whose labels are all `other`,
    /// so that a label that isn't closed after all cannot eat the memory.
    public static let maximumSeries = 200

    enum Kind: String { case counter, gauge, histogram }

    struct Series {
        var value = 0.0
        /// Per bucket, not cumulative; one more than there are bounds.
        var buckets: [UInt64] = []
        var count: UInt64 = 0
    }

    struct Metric {
        let kind: Kind
        let help: String
        let labels: [String]
        let bounds: [Double]
        var series: [[String]: Series] = [:]
    }

    private let metrics = Mutex<[String: Metric]>([:])

    public init() {}

    /// A number that only grows. The name ends in `_total`.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        register(name, Metric(kind: .counter, help: help, labels: labels, bounds: []))
        return Counter(registry: self, name: name)
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        register(name, Metric(kind: .gauge, help: help, labels: labels, bounds: []))
        return Gauge(registry: self, name: name)
    }

    /// A distribution. `buckets` are upper bounds in the metric's unit (seconds for times).
    public func histogram(_ name: String, help: String, buckets: [Double], labels: [String] = []) -> Histogram {
        register(name, Metric(kind: .histogram, help: help, labels: labels, bounds: buckets.sorted()))
        return Histogram(registry: self, name: name)
    }

    public struct Counter: Sendable {
        let registry: MetricsRegistry
        let name: String

        /// Negative amounts are ignored.
        public func increment(by amount: Double = 1, _ labels: [String] = []) {
            guard amount >= 0 else { return }
            registry.update(name, labels) { series, _ in series.value += amount }
        }

        public func increment(_ labels: [String]) {
            increment(by: 1, labels)
        }
    }

    public struct Gauge: Sendable {
        let registry: MetricsRegistry
        let name: String

        public func set(_ value: Double, _ labels: [String] = []) {
            registry.update(name, labels) { series, _ in series.value = value }
        }

        public func add(_ amount: Double, _ labels: [String] = []) {
            registry.update(name, labels) { series, _ in series.value += amount }
        }
    }

    public struct Histogram: Sendable {
        let registry: MetricsRegistry
        let name: String

        public func observe(_ value: Double, _ labels: [String] = []) {
            registry.update(name, labels) { series, bounds in
                if series.buckets.isEmpty { series.buckets = Array(repeating: 0, count: bounds.count + 1) }
                let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
                series.buckets[bucket] += 1
                series.count += 1
                series.value += value
            }
        }
    }

    private func register(_ name: String, _ metric: Metric) {
        metrics.withLock { metrics in
            if metrics[name] == nil {
                var metric = metric
                if metric.labels.isEmpty {
                    // A series that is 0 from the start, so that rates work from the first scrape.
                    metric.series[[]] = Series(buckets: Array(repeating: 0, count: metric.bounds.count + 1))
                }
                metrics[name] = metric
            }
        }
    }

    private func update(_ name: String, _ labels: [String], _ change: (inout Series, [Double]) -> Void) {
        metrics.withLock { metrics in
            guard let metric = metrics[name] else { return }
            var key = Array(labels.prefix(metric.labels.count))
            while key.count < metric.labels.count { key.append("") }
            if metric.series[key] == nil, metric.series.count >= Self.maximumSeries {
                key = Array(repeating: "other", count: metric.labels.count)
            }
            change(&metrics[name, default: metric].series[key, default: Series()], metric.bounds)
        }
    }

    /// All metrics, sorted by name; content type `text/plain; version=0.0.4`.
    public func render() -> String {
        let metrics = metrics.withLock { $0 }
        var text = ""
        for (name, metric) in metrics.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(Self.escapeHelp(metric.help))\n# TYPE \(name) \(metric.kind.rawValue)\n"
            for (values, series) in metric.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let pairs = zip(metric.labels, values).map { "\($0)=\"\(Self.escapeLabel($1))\"" }
                switch metric.kind {
                case .counter, .gauge:
                    text += "\(name)\(Self.braces(pairs)) \(Self.number(series.value))\n"
                case .histogram:
                    var cumulative: UInt64 = 0
                    for (index, count) in series.buckets.enumerated() {
                        cumulative += count
                        let bound = index < metric.bounds.count ? Self.number(metric.bounds[index]) : "+Inf"
                        text += "\(name)_bucket\(Self.braces(pairs + ["le=\"\(bound)\""])) \(cumulative)\n"
                    }
                    text += "\(name)_sum\(Self.braces(pairs)) \(Self.number(series.value))\n"
                    text += "\(name)_count\(Self.braces(pairs)) \(series.count)\n"
                }
            }
        }
        return text
    }

    private static func braces(_ pairs: [String]) -> String {
        pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escapeHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escapeLabel(_ text: String) -> String {
        escapeHelp(text).replacing("\"", with: "\\\"")
    }
}
