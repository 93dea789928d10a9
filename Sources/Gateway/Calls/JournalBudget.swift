import Synchronization

/// How much may wait for the store in this process, over all calls (promise R2).
///
/// While the store is down, calls go on and their writes wait in memory. Beyond the budget a write is refused and the
/// candidate is told; nothing is dropped silently.
final class JournalBudget: Sendable {
    /// The named limits of the journal.
    struct Limits: Sendable {
        /// Writes waiting in this process.
        var writes = 10_000
        /// Their text.
        var bytes = 16 * 1024 * 1024
    }

    private struct Use {
        var writes = 0
        var bytes = 0
    }

    private let limits: Limits
    private let use = Mutex(Use())

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes room for a write of `bytes`; false when there is none.
    func reserve(bytes: Int) -> Bool {
        self.use.withLock { use in
            guard use.writes < self.limits.writes, use.bytes + bytes <= self.limits.bytes else { return false }
            use.writes += 1
            use.bytes += bytes
            return true
        }
    }

    /// Gives the room back.
    func release(bytes: Int) {
        self.use.withLock { use in
            use.writes -= 1
            use.bytes -= bytes
        }
    }

    /// Writes waiting now, for the metrics.
    var waiting: Int { self.use.withLock { $0.writes } }
}
