internal import Dispatch
internal import Foundation
internal import GRDB
internal import Synchronization

/// Writes that wait together are committed together, by one thread, in the order in which they came.
///
/// A commit with `synchronous=FULL` costs a flush of the disk, about a millisecond, however many rows it
/// holds. So everything that arrived during the last commit, and for a moment after it, goes into the
/// next one; a write that comes later than that finds an idle disk and does not wait. A write counts as
/// done only after the commit that holds it. If a commit fails because of what is written, its writes are
/// tried again one by one, so a bad one hurts only its caller; a write is therefore a function that can
/// run twice. If it fails because of the disk, all of them have failed.
final class GroupCommitWriter: Sendable {
    private struct Job: Sendable {
        /// Runs inside a transaction and keeps what it returns.
        let run: @Sendable (Database) throws -> Void
        /// Tells the caller: nil after the commit, otherwise why not.
        let finish: @Sendable (InterviewStoreError?) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    /// Counts wake-ups of the thread, which takes everything that waits at each.
    private let wake = DispatchSemaphore(value: 0)
    private let limit: Int
    private let batchLimit: Int
    private let pause: Int

    /// Starts the thread. The pool's writer belongs to it from now on.
    ///
    /// - Parameter pause: behind a commit; see ``InterviewStoreLimits/betweenCommits``.
    init(
        pool: DatabasePool,
        limit: Int = InterviewStoreLimits.pendingWrites,
        batchLimit: Int = InterviewStoreLimits.writesPerCommit,
        pause: Duration = InterviewStoreLimits.betweenCommits
    ) {
        self.limit = limit
        self.batchLimit = batchLimit
        self.pause = Int(pause / .nanoseconds(1))
        let thread = Thread { [self] in work(pool) }
        thread.name = "viva-store-writer"
        thread.start()
    }

    /// Runs the write in the next commit and returns its result when that is durable.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InterviewStoreError) -> Value {
        let outcome: Result<Value, InterviewStoreError> = await withCheckedContinuation { continuation in
            let box = ResultBox<Value>()
            let job = Job(
                run: { database in box.set(try body(database)) },
                finish: { error in
                    if let error {
                        continuation.resume(returning: .failure(error))
                    } else if let value = box.get() {
                        continuation.resume(returning: .success(value))
                    } else {
                        continuation.resume(returning: .failure(InterviewStoreError(.unavailable, "The store lost the result of a write.")))
                    }
                }
            )
            if let refusal = enqueue(job) { continuation.resume(returning: .failure(refusal)) }
        }
        return try outcome.get()
    }

    /// Commits what waits, then ends the thread. Writes that come later are refused.
    func close() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isClosed = true
                if !state.hasEnded { state.closers.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { wake.signal() }
        }
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.jobs.count } }

    private func enqueue(_ job: Job) -> InterviewStoreError? {
        let (refusal, wakes): (InterviewStoreError?, Bool) = state.withLock { state in
            if state.isClosed { return (InterviewStoreError(.unavailable, "The store is closed."), false) }
            if state.jobs.count >= limit {
                return (InterviewStoreError(.full, "Too many writes are waiting for the disk. Try again in a few seconds."), false)
            }
            state.jobs.append(job)
            // Of the first the thread has to know, and when it need not wait for more. In between it is not disturbed.
            return (nil, state.jobs.count == 1 || state.jobs.count == batchLimit)
        }
        if wakes { wake.signal() }
        return refusal
    }

    // MARK: On the thread

    private func work(_ pool: DatabasePool) {
        var next = DispatchTime.now()
        while true {
            wake.wait()
            while let batch = takeBatch(notBefore: next) {
                commit(batch, pool)
                next = .now() + .nanoseconds(pause)
            }
            let closers: [CheckedContinuation<Void, Never>]? = state.withLock { state in
                guard state.isClosed, state.jobs.isEmpty else { return nil }
                state.hasEnded = true
                defer { state.closers = [] }
                return state.closers
            }
            guard let closers else { continue }
            for closer in closers { closer.resume() }
            return
        }
    }

    /// All that waits; what comes alone, and long enough behind the last commit, at once.
    private func takeBatch(notBefore time: DispatchTime) -> [Job]? {
        while true {
            let isEarly = DispatchTime.now() < time
            let (batch, waits): ([Job]?, Bool) = state.withLock { state in
                guard !state.jobs.isEmpty else { return (nil, false) }
                if isEarly, !state.isClosed, state.jobs.count < batchLimit { return (nil, true) }
                let batch = Array(state.jobs.prefix(batchLimit))
                state.jobs.removeFirst(batch.count)
                return (batch, false)
            }
            guard waits else { return batch }
            _ = wake.wait(timeout: time)
        }
    }

    private func commit(_ batch: [Job], _ pool: DatabasePool) {
        let failure = transact(batch, pool)
        if let failure, batch.count > 1, !failure.concernsDisk {
            for job in batch { job.finish(transact([job], pool)?.error) }
        } else {
            // Trying again one by one would only let each of them wait for a disk that is locked or full.
            for job in batch { job.finish(failure?.error) }
        }
    }

    private struct Failure {
        let error: InterviewStoreError
        /// The database as a whole cannot be written now, whatever the write is.
        let concernsDisk: Bool
    }

    /// One transaction for all of them, or none.
    private func transact(_ batch: [Job], _ pool: DatabasePool) -> Failure? {
        do {
            try pool.writeWithoutTransaction { database in
                // As `inTransaction` does, with statements that are compiled once.
                try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
                do {
                    for job in batch { try job.run(database) }
                    try database.cachedStatement(sql: "COMMIT").execute()
                } catch {
                    // Some failures have taken it back already; a rollback that fails leaves the failure before it to be told.
                    if database.isInsideTransaction { try? database.rollback() }
                    throw error
                }
            }
            return nil
        } catch {
            let code = (error as? DatabaseError)?.resultCode
            let concernsDisk: Bool =
                switch code {
                case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_NOTADB,
                    .SQLITE_CORRUPT:
                    true
                default: false
                }
            return Failure(error: InterviewStoreError(translating: error), concernsDisk: concernsDisk)
        }
    }
}

/// Carries a result from the writer's thread to the caller.
private final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    func set(_ newValue: Value) { value.withLock { $0 = newValue } }
    func get() -> Value? { value.withLock { $0 } }
}
