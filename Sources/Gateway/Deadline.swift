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
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await clock.sleep(for: duration)
            throw DeadlineExceeded()
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
