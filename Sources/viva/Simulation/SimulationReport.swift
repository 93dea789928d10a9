import Foundation
import InterviewCore
import VivaTestKit

/// What a simulated interview showed; `viva simulate --json` prints it.
struct SimulationReport: Encodable {
    struct Turn: Encodable {
        let question: Int
        let response_ms: Int?
        let silenced_ms: Int?
        let cut_off: Bool
    }

    let interview_id: String
    let status: String
    let completed: Bool
    /// Joining (the ticket's exchange) → first audible sample.
    let first_sound_ms: Int?
    let turns: [Turn]
    let response_p50_ms: Int?
    let response_p95_ms: Int?
    /// Stored candidate transcript against the spoken texts; absent when the texts are not known.
    let word_error_rate: Double?
    /// Whether every core question of the plan stands verbatim in the interviewer's segments, in order; absent without `--plan`.
    let questions_verbatim: Bool?
    /// Lines that arrived as final over the event stream, in order of arrival.
    let final_lines: Int
    let notices: [String]
    let segments: [GatewayAPI.Transcript.Segment]

    init(
        interview: String,
        transcript: GatewayAPI.Transcript,
        joinedAt: Double,
        firstSound: Double?,
        turns: [SyntheticCandidateStateMachine.Turn],
        spoken: [String],
        plan: InterviewPlan?,
        finalLines: Int,
        notices: [String]
    ) {
        interview_id = interview
        status = transcript.interview.status
        completed = status == "completed"
        first_sound_ms = firstSound.map { Int($0 - joinedAt) }
        self.turns = turns.map {
            Turn(
                question: $0.question,
                response_ms: $0.responseMilliseconds.map { Int($0) },
                silenced_ms: $0.silencedMilliseconds.map { Int($0) },
                cut_off: $0.cutOff
            )
        }
        let responses = turns.compactMap(\.responseMilliseconds)
        response_p50_ms = Percentile.of(responses, 0.5).map { Int($0) }
        response_p95_ms = Percentile.of(responses, 0.95).map { Int($0) }
        segments = transcript.segments
        final_lines = finalLines
        self.notices = notices

        let said = turns.map { spoken.indices.contains($0.question - 1) ? spoken[$0.question - 1] : spoken.last ?? "" }
        let reference = said.joined(separator: " ")
        let heard = transcript.segments.filter { $0.speaker == "candidate" }.map(\.text).joined(separator: " ")
        word_error_rate = said.contains("") || reference.isEmpty ? nil : WordErrorRate(reference: reference, hypothesis: heard).rate

        questions_verbatim = plan.map { plan in
            var rest = transcript.segments.filter { $0.speaker == "interviewer" && !$0.interrupted }.map(\.text)[...]
            return plan.questions.allSatisfy { question in
                guard let at = rest.firstIndex(where: { $0.contains(question.text) }) else { return false }
                rest = rest[(at + 1)...]
                return true
            }
        }
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// For a person.
    var text: String {
        var lines: [String] = []
        for segment in segments {
            let time = String(format: "%02d:%02d", segment.start_ms / 60_000, segment.start_ms / 1_000 % 60)
            let name = segment.speaker == "interviewer" ? "Interviewer" : "Candidate  "
            lines.append("\(time)  \(name)  \(segment.text)\(segment.interrupted ? " —" : "")")
        }
        lines.append("")
        lines.append("status               \(status)")
        if let first_sound_ms { lines.append("first sound          \(first_sound_ms) ms after joining") }
        for turn in turns {
            var line = "turn at question \(turn.question)   "
            line += turn.response_ms.map { "response \($0) ms" } ?? "no response"
            if let silenced = turn.silenced_ms { line += ", interviewer silent \(silenced) ms after the candidate began" }
            if turn.cut_off { line += ", candidate was cut off" }
            lines.append(line)
        }
        if let response_p50_ms, let response_p95_ms {
            lines.append("response time        p50 \(response_p50_ms) ms, p95 \(response_p95_ms) ms")
        }
        if let word_error_rate { lines.append(String(format: "word error rate      %.1f %%", word_error_rate * 100)) }
        if let questions_verbatim { lines.append("questions verbatim   \(questions_verbatim ? "all, in order" : "NO")") }
        for notice in notices { lines.append("notice               \(notice)") }
        return lines.joined(separator: "\n")
    }
}
