import InterviewCore
import InterviewStore
import Logging
import RealtimeProtocol
import ServerEdge

/// Taking the events of the sideband.
extension LiveCall {
    /// One message of the upstream.
    func receive(_ text: String, attempt: Int) {
        guard self.connection?.attempt == attempt else { return }
        guard let message = try? ServerMessage(text: text, keepsUnrecognized: false) else {
            self.environment.metrics.unreadableEvents.increment()
            return
        }
        guard !self.recentEvents.isRepetition(text, eventID: message.eventID) else {
            self.environment.metrics.repeatedEvents.increment()
            return
        }
        let at = self.now
        for occurrence in self.translation.receive(message.event, at: at.wholeMilliseconds) { self.take(occurrence, at: at) }
        self.saveProgress()
        if self.isEnding, self.connection != nil, !self.order.isWaiting { self.closeConnection() }
    }

    func take(_ occurrence: WireOccurrence, at time: Duration) {
        switch occurrence {
        case .replyCreated(let utterance):
            self.perform(self.conductor.responseStarted(utterance: utterance, at: time))
        case .replyAudioStarted(let utterance, let reply, _):
            self.becomeLive()
            self.store(self.order.begin(reply))
            if let utterance { self.perform(self.conductor.responseAudioStarted(utterance: utterance, at: time)) }
        case .replyFinished(let utterance, let outcome, let reply, let spoken):
            self.store(self.order.finish(reply, spoken))
            if let utterance { self.perform(self.conductor.responseFinished(utterance: utterance, outcome, at: time)) }
            // The call's clock begins with the first sound, so no timer of the conductor would try again before it.
            if outcome == .failed, self.clock.origin == nil, let attempt = self.connection?.attempt {
                self.connectionEnded(attempt: attempt, reason: .setUpFailed)
            }
        case .speechStarted(let itemID, _):
            self.becomeLive()
            self.store(self.order.begin(itemID))
            self.perform(self.conductor.candidateSpeechStarted(itemID: itemID, at: time))
        case .speechStopped(let itemID):
            self.linesAreDue(after: itemID, at: time)
            self.perform(self.conductor.candidateSpeechStopped(itemID: itemID, at: time))
        case .candidateTurn(let turn):
            self.takeTurn(turn, at: time)
        case .transcriptionFailed(let itemID, let start, let end):
            // No words are made up for it: the record says that something was said and not understood.
            self.record(
                .notice,
                ["code": CallNotice.notUnderstood.rawValue, "item_id": itemID, "start_ms": "\(start)", "end_ms": "\(end)"]
            )
            if self.connection != nil { self.tell(.notUnderstood) }
            self.store(self.order.finish(itemID, nil))
            self.perform(self.conductor.transcriptionFailed(itemID: itemID, at: time))
        case .turnWithdrawn(let itemID):
            self.store(self.order.finish(itemID, nil))
            self.perform(self.conductor.candidateTurn(text: "", itemID: itemID, at: time))
        case .upstreamError(let code):
            self.logger.warning("upstream reported an error", metadata: ["viva.upstream.code": "\(UpstreamErrorCodes.loggable(code))"])
        }
    }

    private func takeTurn(_ turn: SpokenTurn, at time: Duration) {
        var turn = turn
        turn.text = turn.text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let actions = self.conductor.candidateTurn(text: turn.text, itemID: turn.itemID, at: time)
        for case .attributeTurn(let itemID, let question) in actions where itemID == turn.itemID { turn.questionID = question }
        let isEmpty = turn.text.allSatisfy(\.isWhitespace)
        self.store(self.order.finish(turn.itemID, isEmpty ? nil : turn))
        self.perform(actions)
    }
}

/// How the end is put to the candidate.
enum EndText {
    static func message(for status: InterviewStatus) -> String {
        switch status {
        case .completed: "The interview is complete. Thank you. A person will review it and get back to you."
        case .failed: "The interview could not be held because of a fault on our side. Please ask for a new link."
        case .abandoned: "The interview was closed because the connection did not come back. What you said is saved."
        case .ended, .created, .joined, .connecting, .live, .suspended: "The interview has ended. What you said is saved."
        }
    }
}

extension CallStatus {
    /// The room's word for a status of the interview.
    init(_ status: InterviewStatus) {
        switch status {
        case .created, .joined, .connecting: self = .connecting
        case .live: self = .live
        case .suspended: self = .suspended
        case .completed: self = .completed
        case .ended, .abandoned: self = .ended
        case .failed: self = .failed
        }
    }
}
