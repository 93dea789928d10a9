import Synchronization

/// What the connections of one server do, so that the server can cancel it and ends after it.
///
/// No task group holds them: a group finds a child that ended by walking past the others, so with thousands of connections that only
/// wait, each request of somebody else would pay for them (`docs/measurements/2026-11-22-edge.md`). A connection that does nothing,
/// neither before its first request nor as a WebSocket with a ``WebSocketReceiver``, has no task at all.
final class ConnectionWork: Sendable {
    typealias Body = @Sendable (ID) async -> Void
    typealias ID = UInt64

    private enum Entry {
        /// Given to ``begin()``.
        case begins(isCancelled: Bool)
        case runs(Task<Void, Never>)
        /// A socket without a task.
        case open(WebSocketConnection)
    }

    private struct State {
        var entries: [ID: Entry] = [:]
        var nextID: ID = 0
        var isCancelled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let waiting: AsyncStream<(ID, Body)>
    private let continuation: AsyncStream<(ID, Body)>.Continuation

    init() {
        // As many as there are connections, which have their own limit.
        (waiting, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// How many pieces of work and sockets there are. For tests.
    var count: Int { state.withLock { $0.entries.count } }

    // MARK: The server

    /// Begins the work that is given to ``run(_:)`` until ``end()``. Called by a task of the server: what a task begins inherits its
    /// values, such as the graceful shutdown that a handler may wait for, and an event loop has none to inherit.
    func begin() async {
        for await (id, body) in waiting { begin(id, body) }
    }

    /// Cancels what runs and closes what is open, now and from now on.
    func cancelAll() {
        let entries = state.withLock { state in
            state.isCancelled = true
            for (id, entry) in state.entries {
                if case .begins = entry { state.entries[id] = .begins(isCancelled: true) }
            }
            return state.entries.values
        }
        for entry in entries {
            switch entry {
            case .begins: break
            case .runs(let task): task.cancel()
            case .open(let connection): connection.close(.goingAway)
            }
        }
    }

    /// Waits until nothing is left. What comes later is cancelled.
    func end() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard !state.entries.isEmpty else {
                    state.isCancelled = true
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
        self.continuation.finish()
    }

    // MARK: The connections

    /// Runs a piece of work as a task of the server. From any thread; never waits.
    @discardableResult
    func run(_ body: @escaping Body) -> ID {
        let id = add { .begins(isCancelled: $0) }
        // After the server's end there is nobody to begin it; what it holds has to be let go all the same.
        if case .terminated = continuation.yield((id, body)) { begin(id, body) }
        return id
    }

    /// Cancels one piece of work. No effect on one that has ended.
    func cancel(_ id: ID) {
        let task = state.withLock { state -> Task<Void, Never>? in
            switch state.entries[id] {
            case .begins: state.entries[id] = .begins(isCancelled: true)
            case .runs(let task): return task
            case .open, nil: break
            }
            return nil
        }
        task?.cancel()
    }

    /// Counts a socket as open until ``ended(_:)``.
    func opened(_ connection: WebSocketConnection) -> ID {
        var isCancelled = false
        let id = add { cancelled in
            isCancelled = cancelled
            return .open(connection)
        }
        if isCancelled { connection.close(.goingAway) }
        return id
    }

    func ended(_ id: ID) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.entries[id] = nil
            guard state.entries.isEmpty, let waiter = state.waiter else { return nil }
            state.isCancelled = true
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    private func add(_ entry: (_ isCancelled: Bool) -> Entry) -> ID {
        state.withLock { state in
            defer { state.nextID += 1 }
            state.entries[state.nextID] = entry(state.isCancelled)
            return state.nextID
        }
    }

    private func begin(_ id: ID, _ body: @escaping Body) {
        // Under the lock: however quickly the task ends, it is taken out after it was put in.
        let cancelled = state.withLock { state -> Task<Void, Never>? in
            let task = Task {
                await body(id)
                self.ended(id)
            }
            defer { state.entries[id] = .runs(task) }
            if case .begins(isCancelled: true) = state.entries[id] { return task }
            return nil
        }
        // Not under the lock: what the task does when it is cancelled may need it.
        cancelled?.cancel()
    }
}
