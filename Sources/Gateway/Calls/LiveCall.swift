import InterviewCore
import InterviewStore
import Logging
import RealtimeProtocol
import ServerEdge

/// One interview while it is talked: owns its state machine and its conductor, hears the sideband, says what the
/// conductor wants said, and has everything stored.
///
/// Everything that changes its state is a synchronous method of the actor, so events are taken one after another and
/// never interleave. What takes time (reading the sideband, waiting, hanging up, writing) is a job of the one task group
/// in ``run()``; results come back as calls of those methods. The sideband's own bounded inbox is the inbox of the call:
/// when the actor is busy, reading from the socket pauses.
actor LiveCall {
    /// A connection of the interview: one call at the upstream and its sideband.
    struct Connection {
        let callID: CallID
        let place: UpstreamCallPlace
        let socket: WebSocketConnection
        let attempt: Int
        /// Given back when the connection is let go of.
        let seat: CallPlace
        let since: Duration
    }

    enum Timer: Hashable, Sendable {
        case conductor
        case media
        case minutes
        case overdueWords
        case lastWords
        case idle
    }

    enum Job: Sendable {
        case read(WebSocketConnection, attempt: Int)
        case hangUp(UpstreamCallPlace)
        case checkMinutes(attempt: Int)
        case announceEnd
    }

    nonisolated let interviewID: InterviewID
    nonisolated let tenantID: TenantID
    nonisolated let plan: InterviewPlan
    nonisolated let events: CallEventLog
    let environment: CallEnvironment
    let writer: StoreWriter
    let logger: Logger
    private nonisolated let jobs: AsyncStream<Job>
    nonisolated let startJob: AsyncStream<Job>.Continuation

    var machine: InterviewStateMachine
    var conductor: InterviewConductor
    var clock: CallClock
    var translation = WireTranslation()
    var recentEvents = RecentEvents()
    var order = TranscriptOrder()
    var connection: Connection?
    /// How long the calls of this interview before the present one were connected.
    var connectedBefore: Duration
    /// How often the interview got a new link, so that what was shown before cannot begin a call behind it.
    var renewals = 0
    /// Counts connection attempts; results of an earlier one are recognised by it and dropped.
    var attempt = 0
    /// The conductor is through, or the candidate left; only last words are still taken.
    var isEnding = false
    /// ``run()`` is coming to its end; no connection is taken any more.
    var isRetired = false
    /// A task for each armed timer. One by itself, because a task of a group cannot be cancelled alone; all of them end with ``run()``.
    private var timers: [Timer: (wait: MonotonicClock.Timer, generation: Int)] = [:]
    private var timerGeneration = 0
    /// What the conductor waits for while the clock stands.
    private var standingDeadline: Duration?
    private var question: (number: Int, count: Int)?
    private var savedProgress: ConductorProgress?

    /// Takes up an interview where the store has it.
    ///
    /// - Parameters:
    ///   - segments: its transcript so far; a room that connects gets it first.
    ///   - connectedBefore: how long its calls so far were connected.
    init(
        record: InterviewRecord,
        plan: InterviewPlan,
        segments: [TranscriptSegment],
        connectedBefore: Duration,
        environment: CallEnvironment
    ) {
        self.connectedBefore = connectedBefore
        self.interviewID = record.id
        self.tenantID = record.tenantID
        self.plan = plan
        self.environment = environment
        let events = CallEventLog(madeAt: environment.wallClock.now)
        self.events = events
        var logger = environment.logger
        logger[metadataKey: "viva.interview"] = "\(record.id)"
        self.logger = logger
        let metrics = environment.metrics
        let window = environment.policy.resumeWindow
        let text: @Sendable (CallNotice) -> String = { $0.message(resumeWindow: window) }
        self.writer = StoreWriter(
            store: environment.store,
            interview: record.id,
            tenant: record.tenantID,
            budget: environment.budget,
            clock: environment.clock,
            logger: logger
        ) { report in
            // The one place from which segments reach the room: after the durable commit, in the order of the commits.
            switch report {
            case .stored(let segment):
                metrics.segmentsStored.increment()
                events.publish(.segment(segment))
            case .delayed:
                events.publish(.notice(.storageDelayed, message: text(.storageDelayed)))
            case .refused(let isLine):
                metrics.writesLost.increment()
                if isLine { events.publish(.notice(.storageRefused, message: text(.storageRefused))) }
            }
        }
        (self.jobs, self.startJob) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(CallLimits.jobs))
        // What a crash left behind: a call of a process that is gone was lost.
        var machine = InterviewStateMachine(status: record.status, hasBeenLive: record.startedAt != nil)
        if record.status == .connecting || record.status == .live, case .moved(let from, let to) = machine.callLost() {
            _ = self.writer.enqueue(.transition(from: from, to: to, reason: "restart", at: environment.wallClock.now))
        }
        let isSuspended = machine.status == .suspended
        self.machine = machine
        if record.startedAt == nil {
            self.conductor = InterviewConductor(plan: plan, policy: environment.policy)
            self.clock = CallClock()
        } else {
            // The stored progress may be a turn older than the last segment; time never goes back.
            var progress = record.progress ?? ConductorProgress()
            progress.elapsedMilliseconds = max(progress.elapsedMilliseconds, segments.last?.endMilliseconds ?? 0)
            self.conductor = InterviewConductor(plan: plan, policy: environment.policy, resuming: progress)
            self.clock = CallClock(elapsed: .milliseconds(progress.elapsedMilliseconds), at: environment.clock.now)
        }
        for segment in segments { events.publish(.segment(segment)) }
        if isSuspended {
            let reason = LossReason.engineLost
            events.publish(.state(.suspended, reason: reason.rawValue, message: text(reason.notice)))
        }
    }

    /// Lives until the interview is over or the process ends, and until everything is stored.
    nonisolated func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.writer.run() }
            // Hang-ups are let finish (they have a deadline of their own): a call that is not hung up may cost the operator money.
            await withDiscardingTaskGroup { hangUps in
                await withDiscardingTaskGroup { group in
                    await self.begin()
                    for await job in self.jobs {
                        if case .hangUp = job {
                            hangUps.addTask { await self.perform(job) }
                        } else {
                            group.addTask { await self.perform(job) }
                        }
                    }
                    group.cancelAll()
                }
            }
            await self.disarmAll()
            self.writer.close()
        }
    }

    var status: InterviewStatus { self.machine.status }
    /// Somebody is talking or being connected, or waits to be told that it is over.
    var isBusy: Bool { !self.isRetired && (self.connection != nil || self.machine.status == .connecting || self.isEnding) }
    var now: Duration { self.clock.reading(at: self.environment.clock.now) }

    // MARK: Jobs and timers

    /// Starts the wait for the candidate, unless the candidate was quicker.
    private func begin() {
        guard self.attempt == 0, !self.isEnding else { return }
        if self.machine.status == .suspended {
            self.perform(self.conductor.timerFired(at: self.now))
        } else {
            self.arm(.idle, after: CallLimits.idle)
        }
    }

    private nonisolated func perform(_ job: Job) async {
        switch job {
        case .read(let socket, let attempt):
            for await text in socket.messages { await self.receive(text, attempt: attempt) }
            let closure = await socket.closure()
            // 1000 and 1001: the engine ended the call in order, because the browser went away (api of the engine).
            let orderly = closure.initiator == .peer && (closure.code == .normalClosure || closure.code == .goingAway)
            await self.connectionEnded(attempt: attempt, reason: orderly ? .callLost : .engineLost)
        case .hangUp(let place):
            await self.environment.ladder.hangUp(place)
        case .checkMinutes(let attempt):
            let wait = await self.environment.minutes.tenantWait(self.tenantID)
            await self.tookMinutes(areUsed: wait != nil, attempt: attempt)
        case .announceEnd:
            let (clock, writer) = (self.environment.clock, self.writer)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in writer.drained() {} }
                group.addTask { try? await clock.sleep(for: CallLimits.endDeadline) }
                await group.next()
                group.cancelAll()
            }
            await self.announceEnd()
        }
    }

    func arm(_ timer: Timer, after duration: Duration) {
        self.disarm(timer)
        guard !self.isRetired else { return }
        self.timerGeneration += 1
        let generation = self.timerGeneration
        let wait = self.environment.clock.timer(after: duration) {
            Task(executorPreference: EventLoopTaskExecutor.current) { await self.fired(timer, generation: generation) }
        }
        self.timers[timer] = (wait, generation)
    }

    func disarm(_ timer: Timer) {
        self.timers.removeValue(forKey: timer)?.wait.cancel()
    }

    func disarmAll() {
        for timer in Array(self.timers.keys) { self.disarm(timer) }
    }

    private func fired(_ timer: Timer, generation: Int) {
        guard self.timers[timer]?.generation == generation else { return }
        self.timers[timer] = nil
        switch timer {
        case .conductor:
            self.perform(self.conductor.timerFired(at: self.now))
            self.saveProgress()
        case .media:
            if let attempt = self.connection?.attempt { self.connectionEnded(attempt: attempt, reason: .setUpFailed) }
        case .minutes:
            if let attempt = self.connection?.attempt { self.startJob.yield(.checkMinutes(attempt: attempt)) }
        case .overdueWords:
            self.store(self.order.releaseOverdue(at: self.now))
            if self.order.isWaiting { self.arm(.overdueWords, after: CallLimits.overdueCheck) }
        case .lastWords:
            self.closeConnection()
        case .idle:
            if self.connection == nil, self.machine.status == .joined || self.machine.status == .created { self.retire() }
        }
    }

    // MARK: Actions of the conductor

    func perform(_ actions: [ConductorAction]) {
        for action in actions {
            switch action {
            case .say(let utterance):
                guard let connection = self.connection else { continue }
                self.translation.requested(utterance)
                let message = UtteranceRequest.message(for: utterance, verbatim: connection.place.endpoint.speaksVerbatim)
                // A refusal means that the socket is closing; its end is reported by the reader.
                connection.socket.send(message.text)
            case .stopSpeaking(let utterance):
                for message in UtteranceRequest.stopMessages() { self.connection?.socket.send(message.text) }
                // The upstream may never tell the end of what it was stopped in, or it was missed; later lines wait for it.
                if let reply = self.translation.reply(of: utterance) { self.linesAreDue(after: reply, at: self.now) }
            case .waitUntil(let time):
                if let moment = self.clock.moment(of: time) {
                    self.arm(.conductor, after: moment - self.environment.clock.now)
                } else {
                    self.standingDeadline = time
                }
            case .cancelTimer:
                self.standingDeadline = nil
                self.disarm(.conductor)
            case .attributeTurn:
                break  // taken out by `candidateTurn`, where the segment is made
            case .recordCoverage(let coverage):
                self.write(.coverage(coverage, at: self.environment.wallClock.now))
            case .closeQuestion(let question, let outcome):
                self.record(.questionClosed, ["question_id": question.rawValue, "outcome": outcome.rawValue])
            case .progress(let number, let count):
                self.question = (number, count)
                self.publishProgress()
            case .complete:
                self.finish(self.machine.conductorCompleted(), reason: nil)
            case .end(let reason):
                self.finish(self.machine.end(reason), reason: reason.rawValue)
            }
        }
    }

    func publishProgress() {
        guard let question = self.question else { return }
        self.events.publish(
            .progress(
                questionNumber: question.number,
                questionCount: question.count,
                elapsedMilliseconds: self.conductor.usedTime(at: self.now).wholeMilliseconds,
                limitMilliseconds: self.conductor.timeLimit.wholeMilliseconds
            )
        )
    }

    /// The clock starts with the first sound of either side.
    func startClock() {
        guard self.clock.start(at: self.environment.clock.now) else { return }
        if let deadline = self.standingDeadline {
            self.standingDeadline = nil
            self.perform([.waitUntil(deadline)])
        }
    }

    // MARK: Storing

    /// The sound with this name in the order of the transcript has ended; its words are waited for from `time` on.
    func linesAreDue(after sound: String, at time: Duration) {
        self.order.soundEnded(sound, at: time)
        // A wait that is under way is left alone: whoever speaks on would put it off for ever.
        if self.timers[.overdueWords] == nil { self.arm(.overdueWords, after: CallLimits.overdueCheck) }
    }

    func store(_ turns: [SpokenTurn]) {
        for turn in turns { self.write(.segment(turn)) }
    }

    /// Hands a write to the journal. When that is full the candidate is told at once (promise R2).
    func write(_ write: StoreWriter.Write) {
        if !self.writer.enqueue(write) {
            self.environment.metrics.writesRefused.increment()
            self.logger.critical("journal full, a write was refused", metadata: ["viva.write": "\(write.name)"])
            self.tell(.storageFull)
        }
    }

    func text(of notice: CallNotice) -> String { notice.message(resumeWindow: self.environment.policy.resumeWindow) }

    /// Gives the room a notice.
    func tell(_ notice: CallNotice) { self.events.publish(.notice(notice, message: self.text(of: notice))) }

    func record(_ kind: InterviewEvent.Kind, _ body: [String: String]) {
        self.write(.event(InterviewEvent(kind: kind, at: self.environment.wallClock.now, body: JSONText.encode(body))))
    }

    /// Stores the step of the state machine, if there was one.
    func move(_ result: InterviewStateMachine.Result, reason: String?) {
        guard case .moved(let from, let to) = result else { return }
        self.write(.transition(from: from, to: to, reason: reason, at: self.environment.wallClock.now))
        self.logger.info("interview moved", metadata: ["viva.from": "\(from.rawValue)", "viva.to": "\(to.rawValue)"])
    }

    /// Stores how far the conductor is, when that is more than the passing of time.
    func saveProgress(always: Bool = false) {
        let progress = self.conductor.progress
        var comparable = progress
        comparable.elapsedMilliseconds = 0
        comparable.usedMilliseconds = 0
        guard always || comparable != self.savedProgress, self.clock.origin != nil else { return }
        self.savedProgress = comparable
        self.write(.progress(progress))
    }
}
