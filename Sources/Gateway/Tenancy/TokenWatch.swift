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
    /// What the store gets for one answer; then it is asked again. With the interval it stays within those five seconds.
    static let answer: Duration = .seconds(2)

    private struct Entry {
        let authority: Authority
        let end: AsyncStream<Never>.Continuation
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextKey = 0
        var isAsking = false
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
            // The store is asked beside the looking: one that does not answer keeps no expired token open.
            await withDiscardingTaskGroup { group in
                for await _ in self.wake {
                    while !self.state.withLock({ $0.entries.isEmpty }), (try? await self.clock.sleep(for: Self.interval)) != nil {
                        self.endExpired()
                        guard self.beginAsking() else { continue }
                        group.addTask { await self.ask() }
                    }
                }
            }
        }
    }

    /// Ends what has lost its authority, by its time or by the store's word.
    func look() async {
        self.endExpired()
        if self.beginAsking() { await self.ask() }
    }

    /// Ends what has had its time.
    private func endExpired() {
        let now = self.wallClock.now
        self.end { authority in
            switch authority {
            case .run, .key: false
            case .candidate(_, let endsAt), .claims(let endsAt): endsAt <= now
            }
        }
    }

    /// One question at a time; an answer that is late is no reason for more of them.
    private func beginAsking() -> Bool {
        self.state.withLock { state in
            guard !state.isAsking, state.entries.values.contains(where: { $0.authority.hash != nil }) else { return false }
            state.isAsking = true
            return true
        }
    }

    /// Asks the store for all that may have been taken back, and ends what was.
    private func ask() async {
        defer { self.state.withLock { $0.isAsking = false } }
        let hashes = Set(self.state.withLock { $0.entries.values.compactMap(\.authority.hash) })
        do {
            let (store, now) = (self.store, self.wallClock.now)
            let inForce = try await withDeadline(Self.answer, clock: self.clock) { try await store.tokensInForce(hashes, now: now) }
            self.end { authority in authority.hash.map { hashes.contains($0) && !inForce.contains($0) } ?? false }
        } catch {
            // A store that is down ends no call (promise R2); it is asked again.
            let code = (error as? InterviewStoreError)?.code.rawValue ?? "no_answer"
            self.logger.debug("open tokens could not be looked up", metadata: ["viva.store.code": "\(code)"])
        }
    }

    private func end(_ hasEnded: (Authority) -> Bool) {
        let ends = self.state.withLock { state in
            let keys = state.entries.filter { hasEnded($0.value.authority) }.map(\.key)
            return keys.compactMap { state.entries.removeValue(forKey: $0)?.end }
        }
        for end in ends { end.finish() }
    }
}

extension Authority {
    /// What the store knows it by, if somebody can take it back.
    fileprivate var hash: TokenHash? {
        switch self {
        case .run, .claims: nil
        case .key(let hash), .candidate(let hash, _): hash
        }
    }
}
