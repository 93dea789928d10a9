import InterviewCore
import InterviewStore
import Logging
import ServiceLifecycle
import Synchronization

/// What a request was admitted by, for what outlasts the check: streams and sockets.
enum Authority: Sendable, Equatable {
    /// The workspace token, which lives as long as the process.
    case run
    /// An API key, until it is revoked.
    case key(TokenHash)
    /// A candidate token, until its time or until the interview or a new link ends it.
    case candidate(TokenHash, endsAt: Timestamp)
    /// The token of an identity provider, until its time. Nobody can take it back.
    case claims(endsAt: Timestamp)
}

/// Tells streams and sockets when the token that opened them is worth nothing any more.
///
/// A token may be ended by another process (`viva keys revoke`) or, later, by another node, so the store is asked: for all
/// that is open at once, at a steady pace. Whoever was ended is told within that pace, well inside the five seconds that a
/// revocation and the sixty that an expiry may take.
final class TokenWatch: Service {
    /// How often it is looked.
    static let interval: Duration = .seconds(2)

    private struct Entry {
        let authority: Authority
        let end: AsyncStream<Never>.Continuation
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextKey = 0
    }

    private let store: any InterviewStore
    private let clock: MonotonicClock
    private let wallClock: WallClock
    private let logger: Logger
    /// As many entries as streams and sockets are open, which have limits of their own.
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(store: any InterviewStore, clock: MonotonicClock, wallClock: WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.wallClock = wallClock
        self.logger = logger
        (self.wake, self.wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many streams and sockets wait for their end.
    var open: Int { self.state.withLock { $0.entries.count } }

    /// Returns when the authority has ended, or when the task is cancelled.
    func end(of authority: Authority) async {
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        let key = self.state.withLock { state in
            state.nextKey += 1
            state.entries[state.nextKey] = Entry(authority: authority, end: end)
            return state.nextKey
        }
        self.wakeUp.yield()
        for await _ in ended {}
        self.state.withLock { state in _ = state.entries.removeValue(forKey: key) }
    }

    /// Looks until graceful shutdown, while something is open.
    func run() async {
        await cancelWhenGracefulShutdown {
            for await _ in self.wake {
                while !self.state.withLock({ $0.entries.isEmpty }), (try? await self.clock.sleep(for: Self.interval)) != nil {
                    await self.look()
                }
            }
        }
    }

    /// Ends what has lost its authority.
    func look() async {
        let entries = self.state.withLock { $0.entries }
        guard !entries.isEmpty else { return }
        let now = self.wallClock.now
        var ended: Set<Int> = []
        var asked: [Int: TokenHash] = [:]
        for (key, entry) in entries {
            switch entry.authority {
            case .run: break
            case .key(let hash): asked[key] = hash
            case .candidate(let hash, let endsAt): if endsAt <= now { ended.insert(key) } else { asked[key] = hash }
            case .claims(let endsAt): if endsAt <= now { ended.insert(key) }
            }
        }
        do {
            let inForce = try await self.store.tokensInForce(Set(asked.values), now: now)
            for (key, hash) in asked where !inForce.contains(hash) { ended.insert(key) }
        } catch {
            // A store that is down ends no call (promise R2); it is asked again.
            self.logger.debug("open tokens could not be looked up", metadata: ["viva.store.code": "\(error.code.rawValue)"])
        }
        let ends = self.state.withLock { state in ended.compactMap { state.entries.removeValue(forKey: $0)?.end } }
        for end in ends { end.finish() }
    }
}
