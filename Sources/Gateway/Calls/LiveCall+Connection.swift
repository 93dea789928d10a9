import InterviewCore
import InterviewStore
import Logging
import RealtimeProtocol
import ServerEdge

/// Setting a connection up, losing it, and taking the interview up again.
extension LiveCall {
    /// What the browser gets for its offer.
    struct Answer: Sendable {
        let callID: CallID
        let sdp: String
    }

    /// The candidate has come back from another network, long before the engine notices that the old way is dead: the call
    /// that is named makes way, if it is the one under way.
    func makeWay(_ replaced: CallID) {
        if let connection = self.connection, connection.callID == replaced, !self.isEnding {
            self.connectionEnded(attempt: connection.attempt, reason: .replaced)
        }
    }

    /// Starts or resumes the interview with the browser's offer.
    ///
    /// - Parameters:
    ///   - seat: kept until the connection is let go of, unless this throws.
    ///   - renewals: those of ``renewals`` that were known when the candidate's right was looked at last.
    /// - Throws: `unauthorized`, `call_in_progress`, `interview_over`, a limit on minutes, or what went wrong at the upstream.
    func connect(offer: String, seat: CallPlace, renewals: Int) async throws -> Answer {
        try await self.environment.minutes.admit(self.tenantID, used: self.connectedBefore)
        guard renewals == self.renewals else { throw EdgeError.unauthorized }
        guard !self.isEnding else { throw EdgeError.gateway(.interviewOver) }
        // A moment before this object is let go of; the next attempt finds a fresh one.
        guard !self.isRetired else { throw EdgeError.gateway(.engineUnavailable) }
        let started = self.machine.callStarted()
        guard case .moved = started else {
            throw EdgeError.gateway(self.machine.status.isFinal ? .interviewOver : .callInProgress)
        }
        self.move(started, reason: nil)
        self.disarm(.idle)
        self.attempt += 1
        let attempt = self.attempt
        self.events.publish(.state(.connecting))
        do {
            return try await self.setUp(offer: offer, attempt: attempt, seat: seat)
        } catch {
            if self.isCurrent(attempt) {
                self.move(self.machine.callSetupFailed(), reason: nil)
                if self.machine.status == .joined { self.arm(.idle, after: CallLimits.idle) }
                self.events.publish(.state(.suspended, reason: LossReason.setUpFailed.rawValue))
            }
            let refusal =
                (error as? UpstreamFault)?.edgeError ?? (error as? EdgeError) ?? EdgeError(CommonErrorCode.internalError, cause: error)
            self.environment.metrics.callsRefused.increment([refusal.code])
            throw refusal
        }
    }

    /// The interview has a new link: the call that is talked or set up with the old one is over, and the interview waits.
    func linkRenewed() {
        self.renewals += 1
        if let connection = self.connection {
            self.connectionEnded(attempt: connection.attempt, reason: .replaced)
        } else if self.machine.status == .connecting {
            // What is being set up finds itself overtaken, and hangs up.
            self.attempt += 1
            self.move(self.machine.callSetupFailed(), reason: nil)
            if self.machine.status == .joined { self.arm(.idle, after: CallLimits.idle) }
            self.events.publish(.state(.suspended, reason: LossReason.replaced.rawValue))
        }
    }

    private func setUp(offer: String, attempt: Int, seat: CallPlace) async throws -> Answer {
        let (plan, texts) = (self.plan, self.environment.sessionTexts)
        let placed = try await self.environment.ladder.placeCall(
            offer: offer,
            session: { texts.text(for: plan, options: $0, isOurEngine: $1) },
            // The actor is free while it waits: the candidate may end the interview meanwhile, or the process.
            isWanted: { await self.isCurrent(attempt) },
            discard: { await self.hangUp($0) }
        )
        guard let placed else { throw self.noLongerWanted }
        guard self.isCurrent(attempt) else {
            placed.socket.close()
            await self.hangUp(placed.place)
            throw self.noLongerWanted
        }
        var generator = SystemRandomNumberGenerator()
        let callID = CallID.random(using: &generator)
        let since = self.environment.clock.now
        self.attach(
            Connection(callID: callID, place: placed.place, socket: placed.socket, attempt: attempt, seat: seat, since: since)
        )
        return Answer(callID: callID, sdp: placed.answer)
    }

    private func isCurrent(_ attempt: Int) -> Bool {
        self.attempt == attempt && self.connection == nil && self.machine.status == .connecting && !self.isRetired
    }

    /// The answer to a set-up that was overtaken.
    private var noLongerWanted: EdgeError { .gateway(self.isRetired && !self.isEnding ? .draining : .interviewOver) }

    /// Ends a call that nobody will use.
    private func hangUp(_ place: UpstreamCallPlace) async {
        guard case .terminated = self.startJob.yield(.hangUp(place)) else { return }
        // The jobs of a retired call are over, so the request that asked for the call waits itself. Not as its child: a
        // candidate who goes away cancels the request, and the call would go on at the operator's expense.
        let ladder = self.environment.ladder
        await Task { await ladder.hangUp(place) }.value
    }

    private func attach(_ connection: Connection) {
        self.connection = connection
        self.translation = WireTranslation()
        self.recentEvents = RecentEvents()
        self.environment.metrics.callsStarted.increment()
        self.environment.metrics.callsConnected.add(1)
        self.write(
            .call(
                CallRecord(
                    id: connection.callID,
                    interviewID: self.interviewID,
                    upstreamCallID: connection.place.id.value,
                    startedAt: self.environment.wallClock.now
                )
            )
        )
        self.startJob.yield(.read(connection.socket, attempt: connection.attempt))
        self.arm(.media, after: CallLimits.mediaDeadline)
        // Said now, made by the engine while the browser connects, heard as soon as it has.
        self.perform(self.conductor.callLive(at: self.now))
        self.limitMinutes()
    }

    // MARK: Minutes

    /// The interview's own minutes are a time limit of its conductor, so they end like any interview. Those of the tenant are looked
    /// at again and again, as other calls use them up too.
    private func limitMinutes() {
        if let left = self.environment.minutes.left(after: self.connectedBefore) {
            self.perform(self.conductor.limitTime(to: self.conductor.usedTime(at: self.now) + left, at: self.now))
        }
        if self.environment.minutes.hasTenantLimit { self.arm(.minutes, after: MinuteLimits.check) }
    }

    /// The tenant's minutes were counted: the interview ends in order when they are used up.
    func tookMinutes(areUsed: Bool, attempt: Int) {
        guard self.connection?.attempt == attempt, !self.isEnding else { return }
        guard areUsed else { return self.arm(.minutes, after: MinuteLimits.check) }
        self.logger.notice("the minutes of the tenant are used up, the interview comes to its end")
        self.perform(self.conductor.limitTime(to: self.conductor.usedTime(at: self.now), at: self.now))
    }

    /// A sound of either side: the two can hear each other.
    func becomeLive() {
        guard self.machine.status == .connecting else { return }
        self.move(self.machine.callConnected(), reason: nil)
        self.disarm(.media)
        self.startClock()
        self.events.publish(.state(.live))
        self.publishProgress()
    }

    /// The sideband is gone, or is given up.
    func connectionEnded(attempt: Int, reason: LossReason) {
        guard let connection = self.connection, connection.attempt == attempt else { return }
        if self.isEnding { return self.closeConnection() }
        let wasLive = self.machine.status == .live || self.machine.hasBeenLive
        self.release(connection, reason: reason.rawValue, hangUp: reason != .callLost)
        // First the conductor: what ends with the connection is no occasion to say the next thing.
        self.perform(self.conductor.callLost(at: self.now))
        self.takeLastWords()
        guard !self.isEnding else { return }
        self.environment.metrics.callsLost.increment([reason.rawValue])
        self.move(self.machine.callLost(), reason: reason.rawValue)
        if wasLive {
            self.saveProgress(always: true)
        } else {
            // Nothing was heard by anybody: the next attempt begins from the beginning.
            self.conductor = InterviewConductor(plan: self.plan, policy: self.environment.policy)
            self.disarm(.conductor)
            self.arm(.idle, after: CallLimits.idle)
        }
        let told = wasLive || reason == .replaced ? reason : .setUpFailed
        self.tellLoss(told)
    }

    private func tellLoss(_ reason: LossReason) {
        self.events.publish(.state(.suspended, reason: reason.rawValue, message: self.text(of: reason.notice)))
        self.tell(reason.notice)
    }

    /// The supervised engine has died; its calls with it. Told by the supervisor, so nobody waits for a socket to notice.
    func engineLost(_ rung: UpstreamRung) {
        if let connection = self.connection, connection.place.rung === rung {
            self.connectionEnded(attempt: connection.attempt, reason: .engineLost)
        }
    }

    /// The process is about to end: a running call is suspended and can be resumed after the restart. A set-up that is
    /// in flight is given up. The end of an interview is told now, without waiting for the store.
    func shutDown() {
        if self.isEnding {
            if !self.isRetired {
                self.closeConnection()
                self.announceEnd()
            }
            return
        }
        if let attempt = self.connection?.attempt {
            self.connectionEnded(attempt: attempt, reason: .draining)
        } else if self.machine.status == .connecting {
            self.move(self.machine.callSetupFailed(), reason: LossReason.draining.rawValue)
            self.tellLoss(.draining)
        }
        self.retire()
    }

    /// Ends the life of this object; the interview stays where the store has it.
    func retire() {
        self.isRetired = true
        self.disarmAll()
        self.events.finish()
        self.startJob.finish()
    }

    // MARK: The end

    /// The candidate ends the interview.
    /// - Returns: the status it has now.
    func end() -> InterviewStatus {
        if !self.isEnding, !self.machine.status.isFinal {
            self.perform(self.conductor.candidateHangUp(at: self.now))
            if !self.isEnding { self.finish(self.machine.end(.candidateLeft), reason: EndReason.candidateLeft.rawValue) }
        }
        return self.machine.status
    }

    /// The interview has reached a final status: takes the last words, hangs up, and tells the room when all is stored.
    func finish(_ result: InterviewStateMachine.Result, reason: String?) {
        guard !self.isEnding else { return }
        self.isEnding = true
        if self.clock.origin != nil { self.saveProgress(always: true) }
        self.disarm(.conductor)
        self.disarm(.media)
        self.disarm(.idle)
        self.move(result, reason: reason)
        self.environment.metrics.interviewsEnded.increment([self.machine.status.rawValue])
        if let connection = self.connection, self.order.isWaiting {
            if self.translation.isCandidateSpeaking {
                // Ended in the middle of a sentence: the upstream would wait for a silence that does not come in time.
                connection.socket.send(ClientMessage(.inputAudioBufferCommit, eventID: "viva_last_words").text)
            }
            self.arm(.lastWords, after: CallLimits.lastWords)
        } else {
            self.closeConnection()
        }
    }

    func closeConnection() {
        self.disarm(.lastWords)
        if let connection = self.connection { self.release(connection, reason: "hung_up", hangUp: true) }
        self.takeLastWords()
        self.startJob.yield(.announceEnd)
    }

    /// Lets go of a connection; results that still come from it are dropped.
    private func release(_ connection: Connection, reason: String, hangUp: Bool) {
        self.connection = nil
        connection.seat.free()
        self.connectedBefore += max(.zero, self.environment.clock.now - connection.since)
        self.disarm(.media)
        self.disarm(.minutes)
        self.disarm(.overdueWords)
        self.environment.metrics.callsConnected.add(-1)
        if hangUp { self.startJob.yield(.hangUp(connection.place)) }
        connection.socket.close()
        self.write(.callEnd(connection.callID, reason: reason, at: self.environment.wallClock.now))
    }

    /// Closes what was under way in the transcript.
    private func takeLastWords() {
        let at = self.now
        for occurrence in self.translation.connectionLost(at: at.wholeMilliseconds) { self.take(occurrence, at: at) }
        self.store(self.order.flush())
    }

    func announceEnd() {
        let status = CallStatus(self.machine.status)
        self.events.publish(.state(status))
        self.events.publish(.end(status, message: EndText.message(for: self.machine.status)))
        self.retire()
    }
}
