import InterviewCore
import ServerEdge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a candidate's room is told by server-sent events. The names are the contract with the room.
enum CallEvent: Sendable, Equatable {
    /// Where the call stands.
    case state(CallStatus, reason: String? = nil, message: String? = nil)
    /// A line of the transcript. Published only after it was stored durably.
    case segment(TranscriptSegment)
    /// How far the interview is.
    case progress(questionNumber: Int, questionCount: Int, elapsedMilliseconds: Int64, limitMilliseconds: Int64)
    /// Something the candidate should know.
    case notice(CallNotice, message: String)
    /// The last event of a stream.
    case end(CallStatus, message: String)

    /// The value of the `event` field.
    var name: String {
        switch self {
        case .state: "state"
        case .segment: "segment"
        case .progress: "progress"
        case .notice: "notice"
        case .end: "end"
        }
    }

    /// The event as it goes over the wire.
    func serverSent(id: Int) -> ServerSentEvent {
        ServerSentEvent(id: String(id), event: self.name, data: self.json)
    }

    private var json: String {
        switch self {
        case .state(let status, let reason, let message):
            JSONText.encode(StateBody(status: status.rawValue, reason: reason, message: message))
        case .segment(let segment):
            JSONText.encode(SegmentBody(segment))
        case .progress(let number, let count, let elapsed, let limit):
            JSONText.encode(ProgressBody(question_number: number, question_count: count, elapsed_ms: elapsed, limit_ms: limit))
        case .notice(let notice, let message):
            JSONText.encode(NoticeBody(code: notice.rawValue, message: message))
        case .end(let status, let message):
            JSONText.encode(StateBody(status: status.rawValue, reason: nil, message: message))
        }
    }

    private struct StateBody: Encodable {
        let status: String
        let reason: String?
        let message: String?
    }

    private struct ProgressBody: Encodable {
        let question_number: Int
        let question_count: Int
        let elapsed_ms: Int64
        let limit_ms: Int64
    }

    private struct NoticeBody: Encodable {
        let code: String
        let message: String
    }
}

/// A line of the transcript as clients see it, in events and in the transcript document.
struct SegmentBody: Encodable {
    let sequence: Int
    let speaker: String
    let text: String
    let start_ms: Int64
    let end_ms: Int64
    let item_id: String
    let question_id: String?
    let interrupted: Bool

    init(_ segment: TranscriptSegment) {
        self.sequence = segment.sequence.rawValue
        self.speaker = segment.speaker.rawValue
        self.text = segment.text
        self.start_ms = segment.startMilliseconds
        self.end_ms = segment.endMilliseconds
        self.item_id = segment.itemID
        self.question_id = segment.questionID?.rawValue
        self.interrupted = segment.interrupted
    }
}

/// The states of a call in the terms of the room.
enum CallStatus: String, Sendable {
    case connecting
    case live
    case suspended
    case completed
    case ended
    case failed

    /// Nothing follows.
    var isFinal: Bool {
        switch self {
        case .completed, .ended, .failed: true
        case .connecting, .live, .suspended: false
        }
    }
}

/// The closed list of notices.
enum CallNotice: String, Sendable, CaseIterable {
    case engineLost = "engine_lost"
    case callLost = "call_lost"
    case setUpFailed = "setup_failed"
    case notUnderstood = "not_understood"
    case storageDelayed = "storage_delayed"
    case storageFull = "storage_full"
    case storageRefused = "storage_refused"
    case draining
    case replaced

    /// What the candidate reads.
    ///
    /// - Parameter resumeWindow: how long the interview waits for a candidate who was lost.
    func message(resumeWindow: Duration) -> String {
        switch self {
        case .engineLost: "The voice service was interrupted. Please reconnect; the interview continues where it stopped."
        case .callLost:
            "The connection was lost. Please reconnect within \(Self.span(resumeWindow)); the interview continues where it stopped."
        case .setUpFailed: "The audio connection could not be opened. Please try again, if need be from another network."
        case .notUnderstood: "The last words could not be understood. Please say them again."
        case .storageDelayed: "Your answers are kept, but saving them takes longer than usual. You can go on."
        case .storageFull: "Your latest words could not be saved. Please pause for a moment before you go on."
        case .storageRefused:
            "A part of what was said could not be saved. You can go on; please tell the person who invited you about it."
        case .draining: "The server is about to restart. Please reconnect in a moment; what was said so far is saved."
        case .replaced: "The interview goes on over the connection that was opened last."
        }
    }
}

extension CallNotice {
    /// A time in words, rounded down: nobody is promised more of it than there is.
    static func span(_ duration: Duration) -> String {
        let seconds = max(1, duration.components.seconds)
        let (number, unit) = seconds < 60 ? (seconds, "second") : (seconds / 60, "minute")
        return number == 1 ? "a \(unit)" : "\(number) \(unit)s"
    }
}

/// JSON with stable key order for the bodies of this module.
enum JSONText {
    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Bodies hold strings, integers and booleans only, which JSON always expresses.
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
