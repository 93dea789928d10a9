import InterviewCore
import InterviewStore
import Logging
import Synchronization

/// Writes what one interview produces, one after another, in order, and again until it is durable.
///
/// The call never waits for the database. A write that fails because the store is down or full is tried again with
/// growing pauses; what comes after it waits behind it. A write the store refuses for good is logged and reported, because
/// trying again cannot help.
final class StoreWriter: Sendable {
    /// Something to be written.
    enum Write: Sendable {
        case segment(SpokenTurn)
        case event(InterviewEvent)
        case coverage(QuestionCoverage, at: Timestamp)
        case transition(from: InterviewStatus, to: InterviewStatus, reason: String?, at: Timestamp)
        /// Only the newest one matters; it replaces one that still waits at the end of the queue.
        case progress(ConductorProgress)
        case call(CallRecord)
        case callEnd(CallID, reason: String, at: Timestamp)

        /// Bytes it holds in memory, roughly: texts plus a fixed part.
        var cost: Int {
            switch self {
            case .segment(let turn): turn.text.utf8.count + 256
            case .event(let event): event.body.utf8.count + 128
            case .coverage(let coverage, _): coverage.exactWords.utf8.count + 256
            case .transition, .progress, .call, .callEnd: 256
            }
        }

        /// In the words of the store; nil for a turn.
        var forStore: InterviewWrite? {
            switch self {
            case .segment: nil
            case .event(let event): .event(event)
            case .coverage(let coverage, let at): .coverage(coverage, at: at)
            case .transition(let from, let to, let reason, let at): .transition(from: from, to: to, reason: reason, at: at)
            case .progress(let progress): .progress(progress)
            case .call(let record): .call(record)
            case .callEnd(let id, let reason, let at): .callEnd(id, reason: reason, at: at)
            }
        }

        /// Its kind, for the log.
        var name: String {
            switch self {
            case .segment: "segment"
            case .event: "event"
            case .coverage: "coverage"
            case .transition: "transition"
            case .progress: "progress"
            case .call: "call"
            case .callEnd: "call_end"
            }
        }
    }

    /// What the writer has to tell.
    enum Report: Sendable, Equatable {
        /// Durable now.
        case stored(TranscriptSegment)
        /// The store does not take writes; they are kept and tried again. Told once for each outage.
        case delayed
        /// The store has refused a write for good; it is lost.
        case refused(isLine: Bool)
    }

    /// Pauses between attempts: the first soon, because most faults are a moment long; the longest so that a healed
    /// store is used within 5 s (reliability.md, F4 and F5).
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(2)

    private struct State {
        var queue: [Write] = []
        /// So many of the first are being written.
        var writing = 0
        var isClosed = false
        var waiters: [AsyncStream<Never>.Continuation] = []
    }

    private let store: any InterviewStore
    private let interview: InterviewID
    private let tenant: TenantID
    private let budget: JournalBudget
    private let clock: MonotonicClock
    private let logger: Logger
    private let report: @Sendable (Report) -> Void
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        store: any InterviewStore,
        interview: InterviewID,
        tenant: TenantID,
        budget: JournalBudget,
        clock: MonotonicClock,
        logger: Logger,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.interview = interview
        self.tenant = tenant
        self.budget = budget
        self.clock = clock
        self.logger = logger
        self.report = report
        (self.wake, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes a write; false when the journal is full or the writer closed. Never waits.
    func enqueue(_ write: Write) -> Bool {
        let accepted: Bool = self.state.withLock { state in
            guard !state.isClosed else { return false }
            if case .progress = write, case .progress? = state.queue.last, state.queue.count > state.writing {
                state.queue[state.queue.count - 1] = write
                return true
            }
            guard self.budget.reserve(bytes: write.cost) else { return false }
            state.queue.append(write)
            return true
        }
        if accepted { self.wakeUp.yield() }
        return accepted
    }

    /// Ends when everything taken so far, and since, is written. Iterating it can be cancelled.
    func drained() -> AsyncStream<Never> {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let isEmpty = self.state.withLock { state in
            if !state.queue.isEmpty { state.waiters.append(continuation) }
            return state.queue.isEmpty
        }
        if isEmpty { continuation.finish() }
        return stream
    }

    /// No more writes; ``run()`` returns when those taken are done.
    func close() {
        self.state.withLock { $0.isClosed = true }
        self.wakeUp.finish()
    }

    /// Writes until closed and empty, or cancelled.
    func run() async {
        for await _ in self.wake { await self.writeAll() }
        await self.writeAll()
        let (left, waiters) = self.state.withLock { state in
            state.isClosed = true
            defer { state.waiters.removeAll() }
            return (state.queue, state.waiters)
        }
        for waiter in waiters { waiter.finish() }
        for write in left { self.budget.release(bytes: write.cost) }
        if !left.isEmpty {
            self.logger.critical(
                "writes were lost at shutdown because the store did not take them",
                metadata: ["viva.writes": "\(left.count)"]
            )
        }
    }

    /// What is written in one transaction: a turn alone, as its place in the transcript is told; of the rest as much as waits.
    private static let mostAtOnce = 32

    private func writeAll() async {
        while !Task.isCancelled {
            let writes = self.state.withLock { state -> [Write] in
                let others = state.queue.prefix(Self.mostAtOnce).prefix { $0.forStore != nil }
                let writes = others.isEmpty ? state.queue.prefix(1) : others
                state.writing = writes.count
                return Array(writes)
            }
            guard !writes.isEmpty else { return }
            if await !self.writeTogether(writes) {
                for write in writes {
                    await self.write(write)
                    if Task.isCancelled { return }
                    self.taken(1)
                }
            } else {
                self.taken(writes.count)
            }
        }
    }

    /// The first ones of the queue are done with.
    private func taken(_ count: Int) {
        let (done, waiters) = self.state.withLock { state -> (ArraySlice<Write>, [AsyncStream<Never>.Continuation]) in
            let done = state.queue.prefix(count)
            state.queue.removeFirst(count)
            state.writing -= count
            guard state.queue.isEmpty else { return (done, []) }
            defer { state.waiters.removeAll() }
            return (done, state.waiters)
        }
        for write in done { self.budget.release(bytes: write.cost) }
        for waiter in waiters { waiter.finish() }
    }

    /// - Returns: false when they have to be written one by one: there is one only, or one of them was refused or could not be written.
    private func writeTogether(_ writes: [Write]) async -> Bool {
        guard writes.count > 1 else { return false }
        do {
            try await self.store.record(writes.compactMap(\.forStore), interview: self.interview, tenant: self.tenant)
            return true
        } catch {
            return false
        }
    }

    private func write(_ write: Write) async {
        var pause = Self.firstPause
        var isDelayed = false
        while true {
            do {
                return try await self.perform(write)
            } catch {
                switch error.code {
                case .unavailable, .full, .notWritable:
                    if !isDelayed {
                        isDelayed = true
                        self.logger.error(
                            "the store does not take writes, keeping them",
                            metadata: ["viva.store.code": "\(error.code.rawValue)"]
                        )
                        self.report(.delayed)
                    }
                    guard (try? await self.clock.sleep(for: pause)) != nil else { return }
                    pause = min(pause * 2, Self.longestPause)
                case .notFound, .conflict, .corrupt, .tooNew, .tooOld, .tooLarge, .invalidCursor:
                    self.logger.critical(
                        "the store refused a write",
                        metadata: ["viva.store.code": "\(error.code.rawValue)", "viva.write": "\(write.name)"]
                    )
                    if case .segment = write { self.report(.refused(isLine: true)) } else { self.report(.refused(isLine: false)) }
                    return
                }
            }
        }
    }

    private func perform(_ write: Write) async throws(InterviewStoreError) {
        switch write {
        case .segment(let turn):
            let place = try await self.store.appendSegment(turn, interview: self.interview, tenant: self.tenant)
            self.report(.stored(TranscriptSegment(sequence: place.sequence, turn: turn)))
        case .event(let event):
            try await self.store.appendEvent(event, interview: self.interview, tenant: self.tenant)
        case .coverage(let coverage, let at):
            try await self.store.appendCoverage(coverage, interview: self.interview, tenant: self.tenant, at: at)
        case .transition(let from, let to, let reason, let at):
            try await self.store.transition(self.interview, tenant: self.tenant, from: from, to: to, reason: reason, at: at)
        case .progress(let progress):
            try await self.store.saveProgress(progress, interview: self.interview, tenant: self.tenant)
        case .call(let record):
            try await self.store.recordCall(record, tenant: self.tenant)
        case .callEnd(let id, let reason, let at):
            try await self.store.recordCallEnd(id, tenant: self.tenant, reason: reason, at: at)
        }
    }
}
