import ServerEdge

/// What the engine counts. Names and labels hold nothing about people.
struct EngineMetrics: Sendable {
    let registry: MetricsRegistry
    let callsActive: MetricsRegistry.Gauge
    let callsTotal: MetricsRegistry.Counter
    let callsRefused: MetricsRegistry.Counter
    let callsEnded: MetricsRegistry.Counter
    let speechLag: MetricsRegistry.Gauge
    let turns: MetricsRegistry.Counter
    let interruptions: MetricsRegistry.Counter
    let responses: MetricsRegistry.Counter
    let recognition: MetricsRegistry.Histogram
    let recognitionFailures: MetricsRegistry.Counter
    let transcriptWait: MetricsRegistry.Histogram
    let synthesis: MetricsRegistry.Histogram
    let firstAudio: MetricsRegistry.Histogram
    let inputDropped: MetricsRegistry.Counter
    let inputFilled: MetricsRegistry.Counter
    let messagesDropped: MetricsRegistry.Counter

    init(registry: MetricsRegistry = MetricsRegistry()) {
        self.registry = registry
        let times = [0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5]
        callsActive = registry.gauge("viva_engine_calls_active", help: "Calls that are live or being set up.")
        callsTotal = registry.counter("viva_engine_calls_total", help: "Calls that were answered.")
        callsRefused = registry.counter(
            "viva_engine_calls_refused_total",
            help: "Calls refused because the engine was full, overloaded or draining."
        )
        callsEnded = registry.counter("viva_engine_calls_ended_total", help: "Calls that ended.", labels: ["reason"])
        speechLag = registry.gauge(
            "viva_engine_speech_lag_seconds",
            help: "Seconds that recognition takes beyond what it should, on average; above 0.5 no more calls are taken."
        )
        turns = registry.counter("viva_engine_turns_total", help: "Turns of speech that were committed.")
        interruptions = registry.counter("viva_engine_interruptions_total", help: "Responses cut off by speech.")
        responses = registry.counter("viva_engine_responses_total", help: "Responses that ended.", labels: ["status"])
        recognition = registry.histogram("viva_engine_recognition_seconds", help: "Time to recognise a piece of speech.", buckets: times)
        recognitionFailures = registry.counter("viva_engine_recognition_failures_total", help: "Pieces that could not be recognised.")
        transcriptWait = registry.histogram(
            "viva_engine_transcript_wait_seconds",
            help: "From the decision that a turn ended to its transcript.",
            buckets: times
        )
        synthesis = registry.histogram("viva_engine_synthesis_seconds", help: "Time to speak a sentence.", buckets: times)
        firstAudio = registry.histogram(
            "viva_engine_first_audio_seconds",
            help: "From response.create to the first frame that was handed out.",
            buckets: times
        )
        inputDropped = registry.counter(
            "viva_engine_input_samples_dropped_total",
            help: "Input samples dropped because a session was late."
        )
        inputFilled = registry.counter("viva_engine_input_samples_filled_total", help: "Silent samples that replaced missing input.")
        messagesDropped = registry.counter("viva_engine_messages_dropped_total", help: "Messages to or from a peer that were dropped.")
    }
}
