internal import Dispatch
internal import Foundation
internal import GRDB
internal import Synchronization

/// Short reads that every candidate's way to a call makes, on one thread: those that wait together share a look at the database, and
/// none of them costs a queue and threads of the pool. What reads much, such as a transcript, belongs to the pool: here it would keep
/// the others waiting.
///
/// A read sees every write that was confirmed before it was asked for.
final class GroupReader: Sendable {
    private struct Job: Sendable {
        /// Runs inside a transaction and tells the caller.
        let run: @Sendable (Database) -> Void
        /// Tells the caller why there was none.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let limit: Int

    /// Starts the thread.
    init(pool: DatabasePool, limit: Int = InterviewStoreLimits.pendingReads) {
        self.limit = limit
        let thread = Thread { [self] in work(pool) }
        thread.name = "viva-store-reader"
        thread.start()
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InterviewStoreError) -> Value {
        let outcome: Result<Value, InterviewStoreError> = await withCheckedContinuation { continuation in
            let job = Job(
                run: { database in
                    continuation.resume(returning: Result { try body(database) }.mapError { InterviewStoreError(translating: $0) })
                },
                fail: { continuation.resume(returning: .failure(InterviewStoreError(translating: $0))) }
            )
            if let refusal = enqueue(job) { continuation.resume(returning: .failure(refusal)) }
        }
        return try outcome.get()
    }

    /// Ends the thread behind the reads that wait. Later ones are refused.
    func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.jobs.count } }

    private func enqueue(_ job: Job) -> InterviewStoreError? {
        let (refusal, isFirst): (InterviewStoreError?, Bool) = state.withLock { state in
            if state.isClosed { return (InterviewStoreError(.unavailable, "The store is closed."), false) }
            if state.jobs.count >= limit {
                return (InterviewStoreError(.full, "Too many reads are waiting for the disk. Try again in a few seconds."), false)
            }
            state.jobs.append(job)
            return (nil, state.jobs.count == 1)
        }
        if isFirst { wake.signal() }
        return refusal
    }

    // MARK: On the thread

    private func work(_ pool: DatabasePool) {
        while true {
            wake.wait()
            let (jobs, isClosed) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.isClosed)
            }
            if !jobs.isEmpty { read(jobs, pool) }
            if isClosed { return }
        }
    }

    private func read(_ jobs: [Job], _ pool: DatabasePool) {
        var told = 0
        do {
            try pool.read { database in
                for job in jobs {
                    job.run(database)
                    told += 1
                }
            }
        } catch {
            for job in jobs.dropFirst(told) { job.fail(error) }
        }
    }
}
