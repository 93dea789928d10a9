import ServerEdge
import Synchronization

/// The work did not end within its time.
struct DeadlineExceeded: Error {}

/// Runs `work` and cancels it when `duration` has passed.
///
/// - Throws: ``DeadlineExceeded``, or what `work` throws.
func withDeadline<Result: Sendable>(
    _ duration: Duration,
    clock: MonotonicClock,
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task(executorPreference: EventLoopTaskExecutor.current, operation: work)
    let isOverdue = Flag()
    let timer = clock.timer(after: duration) {
        isOverdue.set()
        task.cancel()
    }
    defer { timer.cancel() }
    do {
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    } catch {
        throw isOverdue.isSet ? DeadlineExceeded() : error
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    func set() { self.value.store(true, ordering: .relaxed) }
    var isSet: Bool { self.value.load(ordering: .relaxed) }
}
