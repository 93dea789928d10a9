import InterviewCore
import InterviewStore
import Logging
import ServiceLifecycle
import Synchronization

/// Remembers when API keys were last presented, without a request ever waiting for it.
///
/// A request leaves a note in memory; this service writes the notes. It is a help for finding keys that nobody uses, not
/// a record: when the store does not take it, it is lost.
final class APIKeyUses: Service {
    /// A key's use is written at most this often. Whoever looks for unused keys thinks in weeks.
    static let interval: Duration = .seconds(60)
    /// Keys whose last note is kept in mind. Beyond, all are forgotten and some uses are written a minute early.
    static let remembered = 10_000

    private struct State {
        /// When a use of the key was last noted.
        var noted: [APIKeyID: Timestamp] = [:]
        var waiting: [APIKeyID: Timestamp] = [:]
    }

    private let store: any InterviewStore
    private let logger: Logger
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(store: any InterviewStore, logger: Logger) {
        self.store = store
        self.logger = logger
        (self.wake, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The key was presented. Never waits.
    func note(_ id: APIKeyID, at now: Timestamp) {
        let isDue = self.state.withLock { state in
            // A clock that was set back must not silence a key for as long as that.
            if let last = state.noted[id], last <= now, now < last + Self.interval { return false }
            if state.noted.count >= Self.remembered { state.noted.removeAll() }
            state.noted[id] = now
            state.waiting[id] = now
            return true
        }
        if isDue { self.wakeUp.yield() }
    }

    /// Writes until graceful shutdown, and then what is left.
    func run() async {
        await cancelWhenGracefulShutdown {
            for await _ in self.wake { await self.write() }
        }
        await self.write()
    }

    private func write() async {
        let uses = self.state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        do {
            try await self.store.noteAPIKeyUse(uses)
        } catch {
            self.logger.debug("the use of API keys was not noted", metadata: ["viva.store.code": "\(error.code.rawValue)"])
        }
    }
}
