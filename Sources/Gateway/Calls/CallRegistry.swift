import InterviewCore
import InterviewStore
import Logging
import NIOCore
import ServerEdge
import ServiceLifecycle

/// All live calls of this process: at most one for each interview.
///
/// It is the service in whose task group the calls run, so no call outlives it.
actor CallRegistry: Service {
    /// The limits of the registry, each with its reason.
    enum Limits {
        /// Interviews held in memory. Far above what one engine carries; it bounds a flood of joins. Those that are over make room for new
        /// ones, so only living ones and suspended ones can fill it.
        static let calls = 2000
        /// A finished call stays this long if there is room, so that a room that reconnects still gets its last events.
        static let afterglow: Duration = .seconds(300)
        /// How often a drain looks whether the calls are over.
        static let drainCheck: Duration = .milliseconds(100)
        /// The rooms get this long to take their last events before the server closes. A room that reads takes
        /// milliseconds; one that does not must not hold the shutdown.
        static let lastEvents: Duration = .seconds(1)
        /// How often it is looked whether they have.
        static let lastEventsCheck: Duration = .milliseconds(10)
        /// At shutdown, what waits for the store gets this long.
        static let flush: Duration = .seconds(10)
    }

    private let environment: CallEnvironment
    private let eventLoopGroup: any EventLoopGroup
    private let limit: Int
    private var byInterview: [InterviewID: LiveCall] = [:]
    private var byCall: [CallID: LiveCall] = [:]
    /// Under which ``byCall`` has it.
    private var callIDs: [ObjectIdentifier: [CallID]] = [:]
    /// Calls that were admitted and have not ended.
    private var running = 0
    /// New links of all interviews so far.
    private var renewals = 0
    /// Calls that have, in the order in which they did, until they are forgotten.
    private var ended: [(call: LiveCall, at: Duration)] = []
    private let (someEnded, callEnded) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// Interviews that are being taken up.
    private var loads: [InterviewID: Task<LiveCall, any Error>] = [:]
    private(set) var isDraining = false
    private nonisolated let arrivals: AsyncStream<LiveCall>
    private nonisolated let arrive: AsyncStream<LiveCall>.Continuation

    /// - Parameters:
    ///   - eventLoopGroup: on whose loops the calls run. What a call does between two waits is short.
    ///   - limit: see ``Limits/calls``.
    init(
        environment: CallEnvironment,
        eventLoopGroup: any EventLoopGroup,
        limit: Int
    ) {
        self.environment = environment
        self.eventLoopGroup = eventLoopGroup
        self.limit = limit
        (self.arrivals, self.arrive) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    // MARK: Finding calls

    /// Starts or resumes the interview of this candidate.
    ///
    /// - Parameters:
    ///   - replaced: the candidate's last call; if that is the one the interview is talked in, it makes way.
    ///   - admit: throws if what the candidate has shown is worth nothing any more, or if the interview has had too many calls. An offer
    ///     may have been long on its way.
    func connect(
        _ candidate: CandidateIdentity,
        offer: String,
        replacing replaced: CallID?,
        admit: @Sendable () async throws -> Void
    ) async throws -> LiveCall.Answer {
        guard !self.isDraining else { throw EdgeError.gateway(.draining) }
        let renewals = self.renewals
        try await admit()
        // First of all, so that the old call's place is free for the new one.
        if let replaced { await self.byInterview[candidate.interviewID]?.makeWay(replaced) }
        let seat = try self.environment.places.take(for: candidate.tenantID)
        do {
            let call = try await self.liveCall(for: candidate.interviewID, tenant: candidate.tenantID)
            let known = await call.renewals
            // The link may have got a successor while the interview was taken up; from here on the call itself knows of it.
            if renewals != self.renewals { try await admit() }
            let answer = try await call.connect(offer: offer, seat: seat, renewals: known)
            // Unless it has ended meanwhile and is forgotten.
            if self.byInterview[call.interviewID] === call {
                self.byCall[answer.callID] = call
                self.callIDs[ObjectIdentifier(call), default: []].append(answer.callID)
            }
            return answer
        } catch {
            seat.free()
            throw error
        }
    }

    /// The interview has a new link, and the store knows that already: whoever talks with the one before has no right to it any more, and
    /// must not stand in the way of the new one.
    func linkRenewed(to interview: InterviewID) async {
        self.renewals += 1
        await self.byInterview[interview]?.linkRenewed()
    }

    /// The call, if it is one of this interview and still in memory.
    func call(_ id: CallID, of interview: InterviewID) -> LiveCall? {
        guard let call = self.byCall[id], call.interviewID == interview else { return nil }
        return call
    }

    /// The call of an interview, if it is in memory.
    func call(of interview: InterviewID) -> LiveCall? { self.byInterview[interview] }

    /// The call in memory, or a new one from the store. An interview is taken up once, however many requests come for it: a second
    /// taking up would find the call of the first one in the store and close it as what a crash has left behind.
    private func liveCall(for interview: InterviewID, tenant: TenantID) async throws -> LiveCall {
        if let load = self.loads[interview] { return try await load.value }
        // Not part of the request: others wait for it too.
        let load = Task(executorPreference: EventLoopTaskExecutor.current) {
            try await self.takeUp(interview, tenant: tenant)
        }
        self.loads[interview] = load
        return try await load.value
    }

    private func takeUp(_ interview: InterviewID, tenant: TenantID) async throws -> LiveCall {
        defer { self.loads[interview] = nil }
        if let call = try await self.present(interview) { return call }
        let call = try await self.load(interview, tenant: tenant)
        guard self.hasRoom(), !self.isDraining else { throw EdgeError.gateway(.engineFull) }
        self.admit(call)
        return call
    }

    /// The call in memory. One that is over stays over, even when the store has not taken its end yet.
    private func present(_ interview: InterviewID) async throws -> LiveCall? {
        guard let call = self.byInterview[interview] else { return nil }
        if await !call.isRetired { return call }
        if await call.status.isFinal { throw EdgeError.gateway(.interviewOver) }
        return nil
    }

    private func load(_ interview: InterviewID, tenant: TenantID) async throws -> LiveCall {
        do {
            let history = try await self.environment.store.history(of: interview, tenant: tenant)
            guard !history.record.status.isFinal else { throw EdgeError.gateway(.interviewOver) }
            var calls = history.calls
            try await self.closeForgotten(&calls, of: history.record, saidUntil: history.segments.last?.endMilliseconds)
            return LiveCall(
                record: history.record,
                plan: history.plan,
                segments: history.segments,
                connectedBefore: calls.reduce(.zero) { $0 + $1.connectedTime },
                environment: self.environment
            )
        } catch let error as InterviewStoreError {
            throw error.edgeError
        }
    }

    /// A crash leaves calls open. They were connected at least up to the last words that were stored; were they left open, they would
    /// use up minutes for ever.
    private func closeForgotten(
        _ calls: inout [CallRecord],
        of interview: InterviewRecord,
        saidUntil end: Int64?
    ) async throws(InterviewStoreError) {
        let last = interview.startedAt.map { $0 + .milliseconds(end ?? 0) }
        for (index, call) in calls.enumerated() where call.endedAt == nil {
            let endedAt = max(call.startedAt, last ?? call.startedAt)
            try await self.environment.store.recordCallEnd(call.id, tenant: interview.tenantID, reason: "restart", at: endedAt)
            calls[index] = call.ended(at: endedAt)
        }
    }

    private func admit(_ call: LiveCall) {
        self.running += 1
        self.byInterview[call.interviewID] = call
        self.arrive.yield(call)
    }

    /// Whether one more can be held; if need be, the one is forgotten that has been over the longest.
    private func hasRoom() -> Bool {
        guard self.running < self.limit else { return false }
        while self.running + self.ended.count >= self.limit, !self.ended.isEmpty { self.forget(self.ended.removeFirst().call) }
        return true
    }

    /// The call has run to its end, and everything of it is stored.
    private func hasEnded(_ call: LiveCall) {
        self.running -= 1
        self.ended.append((call, self.environment.clock.now))
        self.callEnded.yield()
    }

    private func forget(_ call: LiveCall) {
        if self.byInterview[call.interviewID] === call { self.byInterview[call.interviewID] = nil }
        for id in self.callIDs.removeValue(forKey: ObjectIdentifier(call)) ?? [] { self.byCall[id] = nil }
    }

    /// Forgets what has been over for long enough, as long as the process takes calls.
    private func forgetInTime() async {
        for await _ in self.someEnded {
            while let oldest = self.ended.first {
                let rest = oldest.at + Limits.afterglow - self.environment.clock.now
                if rest > .zero {
                    guard (try? await self.environment.clock.sleep(for: rest)) != nil else { return }
                } else {
                    self.ended.removeFirst()
                    self.forget(oldest.call)
                }
            }
        }
    }

    // MARK: Life

    /// Takes up what a crash left behind: interviews that were being talked wait for their candidates again (promise R4).
    func recover() async throws {
        let (store, logger) = (self.environment.store, self.environment.logger)
        var last: InterviewID?
        repeat {
            let page = try await store.interviews(in: [.connecting, .live, .suspended], after: last)
            last = page.last?.id
            for record in page {
                guard self.hasRoom() else {
                    // They stay as they are until their candidates come back, which takes them up.
                    logger.error("more interrupted interviews than can be held", metadata: ["viva.interviews": "\(self.limit)"])
                    return
                }
                do {
                    self.admit(try await self.load(record.id, tenant: record.tenantID))
                } catch {
                    logger.error("an interrupted interview could not be taken up", metadata: ["viva.interview": "\(record.id)"])
                }
            }
        } while last != nil
        if !self.byInterview.isEmpty {
            logger.notice("took up interrupted interviews", metadata: ["viva.interviews": "\(self.byInterview.count)"])
        }
    }

    /// Runs the calls until graceful shutdown; then ends them, with all they have to store.
    func run() async throws {
        let clock = self.environment.clock
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.runCalls()
                return true
            }
            group.addTask {
                await cancelWhenGracefulShutdown { await self.watchEngine() }
                return false
            }
            group.addTask {
                await cancelWhenGracefulShutdown { await self.forgetInTime() }
                return false
            }
            try? await gracefulShutdown()
            await self.shutDown()
            group.addTask {
                // The last resort: a store that is down must not keep the process from ending.
                try? await clock.sleep(for: Limits.flush)
                return true
            }
            for await isOver in group where isOver { break }
            group.cancelAll()
        }
    }

    private nonisolated func runCalls() async {
        await withDiscardingTaskGroup { group in
            for await call in self.arrivals {
                group.addTask(executorPreference: EventLoopTaskExecutor(self.eventLoopGroup.next())) {
                    await call.run()
                    await self.hasEnded(call)
                }
            }
        }
    }

    /// Tells the calls at once when the engine they speak through has died.
    private func watchEngine() async {
        await withDiscardingTaskGroup { group in
            for rung in self.environment.ladder.rungs {
                guard case .supervised(let supervisor) = rung.choice.upstream else { continue }
                group.addTask {
                    for await status in supervisor.statusChanges() {
                        if case .ready = status { continue }
                        for call in await self.byInterview.values { await call.engineLost(rung) }
                    }
                }
            }
        }
    }

    // MARK: Drain (promise R10)

    /// Takes no new calls and waits until the live ones are over, at most `limit`; suspends those that are not, and
    /// returns when the rooms have taken their last events. The server must not be stopped before.
    func drain(within limit: Duration) async {
        self.isDraining = true
        let clock = self.environment.clock
        let end = clock.now + limit
        while clock.now < end, await !self.busyCalls().isEmpty {
            guard (try? await clock.sleep(for: Limits.drainCheck)) != nil else { return }
        }
        for call in await self.busyCalls() { await call.shutDown() }
        let last = clock.now + Limits.lastEvents
        while clock.now < last, self.byInterview.values.contains(where: { $0.events.isLeaving }) {
            guard (try? await clock.sleep(for: Limits.lastEventsCheck)) != nil else { return }
        }
    }

    private func busyCalls() async -> [LiveCall] {
        var busy: [LiveCall] = []
        for call in self.byInterview.values where await call.isBusy { busy.append(call) }
        return busy
    }

    private func shutDown() async {
        self.isDraining = true
        for call in self.byInterview.values { await call.shutDown() }
        self.arrive.finish()
    }
}

extension CallRecord {
    /// Zero for a call that is open.
    fileprivate var connectedTime: Duration {
        self.endedAt.map { .milliseconds(max(0, $0.millisecondsSince1970 - self.startedAt.millisecondsSince1970)) } ?? .zero
    }

    fileprivate func ended(at moment: Timestamp) -> CallRecord {
        CallRecord(id: self.id, interviewID: self.interviewID, startedAt: self.startedAt, endedAt: moment)
    }
}
