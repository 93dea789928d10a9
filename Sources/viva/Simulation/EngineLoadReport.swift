import VivaTestKit

/// What `viva load engine` prints: what the candidates noticed, and what it cost the engine. Times in milliseconds.
struct EngineLoadReport: Encodable {
    /// How the load was made.
    struct Run {
        let calls: Int
        let minutes: Double
        let detection: String
        let inStep: Bool
        /// How many answers there are.
        let answers: Int
        let start: ContinuousClock.Instant
    }

    struct LongGap: Encodable {
        let at_s: Double
        let call: Int
        let ms: Int
    }

    struct CutOff: Encodable {
        /// From 1, in the order of the answers given.
        let answer: Int
        let after_ms: Int
        let call: Int
    }

    struct Answer: Encodable {
        /// From 1, in the order of the answers given.
        let answer: Int
        let call: Int
    }

    struct Response: Encodable {
        /// From 1, in the order of the answers given.
        let answer: Int
        let call: Int
        let ms: Int
    }

    let calls: Int
    let minutes: Double
    let detection: String
    let in_step: Bool
    let turns: Int
    let response_p50_ms: Int?
    let response_p95_ms: Int?
    let response_max_ms: Int?
    /// The slowest responses, slowest first.
    let slowest: [Response]
    let interruptions: Int
    let silenced_p50_ms: Int?
    let silenced_p95_ms: Int?
    let cut_off_turns: Int
    /// Which answers they were, so that one can be listened to.
    let cut_offs: [CutOff]
    /// Answers that were taken for two although nothing of a reply was heard in them.
    let split_turns: Int
    /// Answers that nobody replied to, and calls in which nothing went on any more.
    let lost_turns: Int
    /// Answers that nobody replied to, in the order of calls and time, so that one can be listened to.
    let unanswered: [Answer]
    let failed_calls: Int
    let gap_p99_ms: Int?
    let gap_max_ms: Int?
    let gaps_over_40_ms: Int
    /// The longest of these, in the order of time: one stall of the machine shows as several calls at the same moment.
    let longest_gaps: [LongGap]
    let engine_cpu_seconds_per_call_second: Double?
    let engine_memory_mb: Int?
    let engine_memory_mb_per_call: Double?

    /// In milliseconds; a listener's jitter buffer hides shorter ones.
    private static let longestGap = 40.0
    private static let gapsToShow = 40
    /// Of a run with 200 turns these are the slowest 5 %.
    private static let responsesToShow = 10

    /// - Parameter use: of the engine's process, before and after; nil when it is not known.
    init(_ outcomes: [EngineCandidate.Outcome], run: Run, use: (before: ProcessUse, after: ProcessUse)?) {
        let turns = outcomes.flatMap(\.turns)
        let placed = outcomes.flatMap { outcome in
            outcome.turns.map { turn in
                (call: outcome.call, answer: (outcome.firstAnswer + max(turn.question, 1) - 1) % run.answers + 1, turn: turn)
            }
        }
        let responses = turns.compactMap(\.responseMilliseconds)
        let silences = turns.compactMap(\.silencedMilliseconds)
        // The last turn of a call may end with the measurement.
        let closed = placed.indices.filter { placed.indices.contains($0 + 1) && placed[$0 + 1].call == placed[$0].call }
        unanswered = closed.map { placed[$0] }
            .filter { $0.turn.responseMilliseconds == nil && !$0.turn.cutOff }
            .map { Answer(answer: $0.answer, call: $0.call) }
        let late = outcomes.flatMap { outcome in outcome.gaps.map { (call: outcome.call, gap: $0) } }
        let gaps = late.map(\.gap.milliseconds)
        calls = run.calls
        minutes = run.minutes
        detection = run.detection
        in_step = run.inStep
        self.turns = turns.count
        response_p50_ms = Percentile.of(responses, 0.5).map { Int($0) }
        response_p95_ms = Percentile.of(responses, 0.95).map { Int($0) }
        response_max_ms = responses.max().map { Int($0) }
        let answered = placed.compactMap { call, answer, turn in
            turn.responseMilliseconds.map { Response(answer: answer, call: call, ms: Int($0)) }
        }
        slowest = Array(answered.sorted { $0.ms > $1.ms }.prefix(Self.responsesToShow))
        interruptions = silences.count
        silenced_p50_ms = Percentile.of(silences, 0.5).map { Int($0) }
        silenced_p95_ms = Percentile.of(silences, 0.95).map { Int($0) }
        cut_off_turns = turns.count(where: \.cutOff)
        let cutOffs = placed.compactMap { call, answer, turn in
            turn.cutOffMilliseconds.map { CutOff(answer: answer, after_ms: Int($0), call: call) }
        }
        cut_offs = cutOffs.sorted { $0.answer < $1.answer }
        // An answer that was cut off may have been taken for two as well: it is counted once, above.
        split_turns = outcomes.reduce(0) { $0 + max(0, $1.transcripts - $1.turns.count) }
        lost_turns = unanswered.count + outcomes.count(where: \.stalled)
        failed_calls = outcomes.count { $0.failure != nil }
        gap_p99_ms = Percentile.of(gaps, 0.99).map { Int($0) }
        gap_max_ms = gaps.max().map { Int($0) }
        gaps_over_40_ms = gaps.count { $0 > Self.longestGap }
        longest_gaps = late.filter { $0.gap.milliseconds > Self.longestGap }
            .sorted { $0.gap.milliseconds > $1.gap.milliseconds }
            .prefix(Self.gapsToShow)
            .sorted { $0.gap.at < $1.gap.at }
            .map { LongGap(at_s: ($0.gap.at - run.start) / .seconds(1), call: $0.call, ms: Int($0.gap.milliseconds)) }
        let callSeconds = run.minutes * 60 * Double(run.calls)
        engine_cpu_seconds_per_call_second = use.map { ($0.after.cpuSeconds - $0.before.cpuSeconds) / callSeconds }
        engine_memory_mb = use?.after.memoryMegabytes
        engine_memory_mb_per_call = use.map { Double($0.after.memoryMegabytes - $0.before.memoryMegabytes) / Double(run.calls) }
    }
}
