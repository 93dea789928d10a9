import InterviewCore
import RealtimeProtocol

/// Reads the server events of one connection and says what they mean. Pure: the time of arrival is an argument.
///
/// Times are milliseconds of the call clock. The sound of the interviewer is timed by the arrival of
/// `output_audio_buffer.*`; the turns of the candidate by the audio positions in `speech_started` and `speech_stopped`,
/// which count from the first sample of the session, plus the smallest difference seen between arrival and position.
struct WireTranslation: ~Copyable {
    /// Replies and turns followed at the same time. One reply and one or two turns are usual; the oldest is forgotten
    /// beyond, so a peer that never finishes anything costs nothing.
    static let mostOpen = 32

    /// Words of one reply that are kept while it is made: an hour of speech. What a server sends beyond is dropped.
    static let longestReply = 64 * 1024
    /// Replies and turns whose end is remembered, so that a server that tells it twice changes nothing.
    static let mostRemembered = 64

    private struct Reply {
        var utterance: Int?
        /// Words we asked for; empty when the upstream spoke on its own.
        var planned = ""
        var questionID: QuestionID?
        var itemID: String?
        var generated = ""
        /// The whole text has come; pieces that come later are late copies of what it holds.
        var isWhole = false
        var startedAt: Int64?
        var endedAt: Int64?
        var wasCleared = false
        var truncatedAfter: Int64?
        var result: (status: RealtimeResponse.Status, text: String)?
    }

    private struct Turn {
        var startAudio: Int64
        var endAudio: Int64?
    }

    private var planned: [Int: Utterance] = [:]
    private var replies: [(id: String, reply: Reply)] = []
    private var turns: [(itemID: String, turn: Turn)] = []
    private var finishedReplies: [String] = []
    private var transcribedTurns: [String] = []
    /// Call time of the session's first sample, as well as it is known.
    private var audioOffset: Int64?

    init() {}

    /// `utterance` is about to be asked for; its text tells later how much of it was heard.
    mutating func requested(_ utterance: Utterance) {
        // One utterance is under way at a time; the one before may still be finishing.
        self.planned = self.planned.filter { $0.key >= utterance.number - 1 }
        self.planned[utterance.number] = utterance
    }

    /// A turn of the candidate has begun and not ended.
    var isCandidateSpeaking: Bool { self.turns.contains { $0.turn.endAudio == nil } }

    /// The name of the reply that says this utterance, as in ``WireOccurrence/replyAudioStarted(utterance:reply:at:)``;
    /// nil when there is none or it is over.
    func reply(of utterance: Int) -> String? { self.replies.last { $0.reply.utterance == utterance }?.id }

    /// Takes one event that arrived at `now`.
    mutating func receive(_ event: ServerEvent, at now: Int64) -> [WireOccurrence] {
        switch event {
        case .responseCreated(let event):
            return self.created(event.response)
        case .responseOutputItemAdded(let event):
            self.change(event.responseID) { $0.itemID = $0.itemID ?? event.item.id }
        case .responseOutputAudioTranscriptDelta(let event):
            self.change(event.responseID) { reply in
                reply.itemID = reply.itemID ?? event.itemID
                let isRoom = reply.generated.utf8.count + event.delta.utf8.count <= Self.longestReply
                if !reply.isWhole, isRoom { reply.generated += event.delta }
            }
        case .responseOutputAudioTranscriptDone(let event):
            self.change(event.responseID) { reply in
                reply.itemID = event.itemID
                reply.generated = event.transcript
                reply.isWhole = true
            }
        case .outputAudioBufferStarted(let event):
            return self.audioStarted(event.responseID, at: now)
        case .outputAudioBufferStopped(let event):
            return self.audioEnded(event.responseID, cleared: false, at: now)
        case .outputAudioBufferCleared(let event):
            return self.audioEnded(event.responseID, cleared: true, at: now)
        case .conversationItemTruncated(let event):
            if let index = self.replies.firstIndex(where: { $0.reply.itemID == event.itemID }) {
                self.replies[index].reply.truncatedAfter = Self.bounded(event.audioEndMilliseconds)
            }
        case .responseDone(let event):
            return self.done(event.response)
        case .speechStarted(let event):
            return self.speechStarted(event, at: now)
        case .speechStopped(let event):
            return self.speechStopped(event, at: now)
        case .inputAudioTranscriptionCompleted(let event):
            guard Self.remember(event.itemID, in: &self.transcribedTurns) else { return [] }
            let (start, end) = self.closeTurn(event.itemID, at: now)
            return [
                .candidateTurn(
                    SpokenTurn(
                        speaker: .candidate,
                        text: event.transcript,
                        startMilliseconds: start,
                        endMilliseconds: end,
                        itemID: event.itemID
                    )
                )
            ]
        case .inputAudioTranscriptionFailed(let event):
            guard !self.transcribedTurns.contains(event.itemID) else { return [] }
            let (start, end) = self.closeTurn(event.itemID, at: now)
            return [.transcriptionFailed(itemID: event.itemID, startMilliseconds: start, endMilliseconds: end)]
        case .conversationItemDeleted(let event):
            guard self.turns.contains(where: { $0.itemID == event.itemID }) else { return [] }
            _ = self.closeTurn(event.itemID, at: now)
            return [.turnWithdrawn(itemID: event.itemID)]
        case .error(let event):
            return self.failed(event.error)
        default:
            break
        }
        return []
    }

    /// The connection is gone at `now`: what was under way ends here. Half-spoken replies keep what was heard; turns
    /// without words are reported as such.
    mutating func connectionLost(at now: Int64) -> [WireOccurrence] {
        var occurrences: [WireOccurrence] = []
        for (id, reply) in self.replies where reply.startedAt != nil {
            var reply = reply
            reply.endedAt = reply.endedAt ?? now
            reply.wasCleared = true
            reply.result = reply.result ?? (.completed, reply.planned.isEmpty ? reply.generated : reply.planned)
            occurrences.append(self.finished(reply, id: id))
        }
        self.replies.removeAll()
        for (itemID, _) in self.turns {
            let (start, end) = self.closeTurn(itemID, at: now)
            occurrences.append(.transcriptionFailed(itemID: itemID, startMilliseconds: start, endMilliseconds: end))
        }
        return occurrences
    }

    // MARK: Replies

    private mutating func created(_ response: RealtimeResponse) -> [WireOccurrence] {
        guard let id = response.id, !self.replies.contains(where: { $0.id == id }), !self.finishedReplies.contains(id) else { return [] }
        let number = response.metadata?[UtteranceRequest.numberKey].flatMap { Int($0) }
        let utterance = number.flatMap { self.planned[$0] }
        self.replies.append(
            (id, Reply(utterance: utterance?.number, planned: utterance?.text ?? "", questionID: utterance?.questionID))
        )
        if self.replies.count > Self.mostOpen { self.replies.removeFirst() }
        return utterance.map { [.replyCreated(utterance: $0.number)] } ?? []
    }

    private mutating func change(_ id: String, _ change: (inout Reply) -> Void) {
        if let index = self.replies.firstIndex(where: { $0.id == id }) { change(&self.replies[index].reply) }
    }

    private mutating func audioStarted(_ id: String, at now: Int64) -> [WireOccurrence] {
        if !self.replies.contains(where: { $0.id == id }) {
            // `response.created` was missed or is of a form we do not know. What can be heard belongs into the record.
            _ = self.created(RealtimeResponse(id: id, status: .inProgress))
        }
        guard let index = self.replies.firstIndex(where: { $0.id == id }), self.replies[index].reply.startedAt == nil else { return [] }
        self.replies[index].reply.startedAt = now
        return [.replyAudioStarted(utterance: self.replies[index].reply.utterance, reply: id, at: now)]
    }

    private mutating func audioEnded(_ id: String, cleared: Bool, at now: Int64) -> [WireOccurrence] {
        self.change(id) { reply in
            reply.endedAt = reply.endedAt ?? now
            reply.wasCleared = reply.wasCleared || cleared
        }
        return self.finishIfOver(id)
    }

    private mutating func done(_ response: RealtimeResponse) -> [WireOccurrence] {
        guard let id = response.id else { return [] }
        let message = response.output?.first { $0.type == .message }
        let text = (response.output ?? []).map(\.spokenText).filter { !$0.isEmpty }.joined(separator: " ")
        self.change(id) { reply in
            reply.itemID = message?.id ?? reply.itemID
            reply.result = (response.status ?? .completed, text)
        }
        return self.finishIfOver(id)
    }

    /// A reply is over when its making and its sound have ended, in either order: our engine sends `response.done` when
    /// the sound has ended, OpenAI when the making has.
    private mutating func finishIfOver(_ id: String) -> [WireOccurrence] {
        guard let index = self.replies.firstIndex(where: { $0.id == id }) else { return [] }
        let reply = self.replies[index].reply
        guard let result = reply.result else { return [] }
        // Completed without a sound so far: the sound is still to come.
        if reply.startedAt == nil, result.status == .completed { return [] }
        guard reply.startedAt == nil || reply.endedAt != nil else { return [] }
        self.replies.remove(at: index)
        _ = Self.remember(id, in: &self.finishedReplies)
        return [self.finished(reply, id: id)]
    }

    /// - Returns: false when it was there already.
    private static func remember(_ id: String, in list: inout [String]) -> Bool {
        guard !list.contains(id) else { return false }
        list.append(id)
        if list.count > self.mostRemembered { list.removeFirst() }
        return true
    }

    private func finished(_ reply: Reply, id: String) -> WireOccurrence {
        guard let result = reply.result, let startedAt = reply.startedAt, let endedAt = reply.endedAt else {
            let outcome: UtteranceOutcome = reply.result?.status == .cancelled ? .interrupted(heardFraction: 0) : .failed
            return .replyFinished(utterance: reply.utterance, outcome, reply: id, spoken: nil)
        }
        let whole = result.text.isEmpty ? reply.generated : result.text
        let audible = reply.truncatedAfter ?? (endedAt - startedAt)
        let heard: String
        let outcome: UtteranceOutcome
        let interrupted: Bool
        switch result.status {
        case .completed where !reply.wasCleared:
            (heard, outcome, interrupted) = (whole, .completed, false)
        case .completed:
            // All was made before the sound was cut: the text is longer than what was heard.
            heard = HeardText.prefix(of: whole, milliseconds: audible, charactersPerSecond: HeardText.usualCharactersPerSecond)
            outcome = .interrupted(heardFraction: HeardText.fraction(of: reply.planned.isEmpty ? whole : reply.planned, heard: heard))
            interrupted = true
        case .failed:
            heard = HeardText.prefix(of: whole, milliseconds: audible, charactersPerSecond: HeardText.fastestCharactersPerSecond)
            (outcome, interrupted) = (.failed, true)
        default:
            heard = HeardText.prefix(of: whole, milliseconds: audible, charactersPerSecond: HeardText.fastestCharactersPerSecond)
            outcome = .interrupted(
                heardFraction: HeardText.fraction(of: reply.planned.isEmpty ? reply.generated : reply.planned, heard: heard)
            )
            interrupted = true
        }
        let text = heard.drop(while: \.isWhitespace)
        let spoken =
            text.isEmpty
            ? nil
            : SpokenTurn(
                speaker: .interviewer,
                text: String(text),
                startMilliseconds: startedAt,
                endMilliseconds: max(startedAt, endedAt),
                itemID: reply.itemID ?? id,
                questionID: reply.questionID,
                interrupted: interrupted
            )
        return .replyFinished(utterance: reply.utterance, outcome, reply: id, spoken: spoken)
    }

    private mutating func failed(_ error: RealtimeError) -> [WireOccurrence] {
        var occurrences: [WireOccurrence] = [.upstreamError(code: error.code)]
        // An error that names one of our requests means that nothing will be said for it.
        if let number = error.eventID.flatMap({ UtteranceRequest.utterance(ofEventID: $0) }),
            self.planned[number] != nil, !self.replies.contains(where: { $0.reply.utterance == number })
        {
            occurrences.append(.replyFinished(utterance: number, .failed, reply: UtteranceRequest.eventID(for: number), spoken: nil))
        }
        return occurrences
    }

    // MARK: Turns of the candidate

    /// A day: far beyond any session, and small enough that no arithmetic on it overflows.
    private static let longestAudio = 86_400_000

    /// A time that the upstream gave; it may be any number.
    private static func bounded(_ milliseconds: Int) -> Int64 {
        Int64(min(max(milliseconds, 0), Self.longestAudio))
    }

    private mutating func speechStarted(_ event: SpeechStartedEvent, at now: Int64) -> [WireOccurrence] {
        guard !self.turns.contains(where: { $0.itemID == event.itemID }), !self.transcribedTurns.contains(event.itemID) else { return [] }
        let position = Self.bounded(event.audioStartMilliseconds)
        self.audioOffset = min(self.audioOffset ?? .max, now - position)
        self.turns.append((event.itemID, Turn(startAudio: position)))
        if self.turns.count > Self.mostOpen { self.turns.removeFirst() }
        return [.speechStarted(itemID: event.itemID, at: now)]
    }

    private mutating func speechStopped(_ event: SpeechStoppedEvent, at now: Int64) -> [WireOccurrence] {
        let position = Self.bounded(event.audioEndMilliseconds)
        self.audioOffset = min(self.audioOffset ?? .max, now - position)
        guard let index = self.turns.firstIndex(where: { $0.itemID == event.itemID }) else { return [] }
        self.turns[index].turn.endAudio = position
        return [.speechStopped(itemID: event.itemID)]
    }

    /// Forgets a turn and says when it was.
    private mutating func closeTurn(_ itemID: String, at now: Int64) -> (start: Int64, end: Int64) {
        guard let index = self.turns.firstIndex(where: { $0.itemID == itemID }), let offset = self.audioOffset else { return (now, now) }
        let turn = self.turns.remove(at: index).turn
        let start = min(max(0, offset + turn.startAudio), now)
        let end = min(max(start, turn.endAudio.map { offset + $0 } ?? now), now)
        return (start, end)
    }
}
