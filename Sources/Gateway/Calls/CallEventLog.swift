import InterviewCore
import ServerEdge
import Synchronization

/// The server-sent events of one interview: kept for replay, handed to every reader.
///
/// Ids go up by one, also over a resume, so `Last-Event-ID` works across reconnects of the stream and of the call. They
/// begin behind the milliseconds of the day the log was made, so an id from before a restart of the server is never
/// mistaken for one of this log: whoever brings it gets everything.
final class CallEventLog: Sendable {
    /// Events kept for replay. An interview of two hours has about a thousand; older ones are in the stored transcript.
    static let retainedEvents = 4096
    /// Events that may wait for one reader beyond the replay. A reader that is slower is cut off; it comes back with
    /// `Last-Event-ID` and loses nothing that is retained.
    static let waitingEvents = 256
    /// Streams of one interview at the same time: the room, its successor after a reconnect, and a few to spare.
    static let longestReaders = 8

    private struct State {
        var lastID: Int
        var events: [(id: Int, event: CallEvent)] = []
        var readers: [Int: AsyncStream<ServerSentEvent>.Continuation] = [:]
        var readerOrder: [Int] = []
        var nextReader = 0
        var isFinished = false
        /// Streams whose reading has begun and not ended.
        var beingRead = 0
    }

    private let firstID: Int
    private let state: Mutex<State>

    /// - Parameter madeAt: when the log begins; see above.
    init(madeAt: Timestamp) {
        self.firstID = Int(clamping: madeAt.millisecondsSince1970)
        self.state = Mutex(State(lastID: self.firstID))
    }

    /// Adds an event and hands it to the readers.
    func publish(_ event: CallEvent) {
        let slow = self.state.withLock { state -> [AsyncStream<ServerSentEvent>.Continuation] in
            guard !state.isFinished else { return [] }
            state.lastID += 1
            state.events.append((state.lastID, event))
            if state.events.count > Self.retainedEvents { state.events.removeFirst(state.events.count - Self.retainedEvents) }
            guard !state.readers.isEmpty else { return [] }
            let sent = event.serverSent(id: state.lastID)
            var slow: [AsyncStream<ServerSentEvent>.Continuation] = []
            for (key, reader) in state.readers {
                if case .dropped = reader.yield(sent) {
                    state.readers[key] = nil
                    slow.append(reader)
                }
            }
            return slow
        }
        // Outside the lock: finishing calls the termination handler, which takes the lock.
        for reader in slow { reader.finish() }
    }

    /// No more events: every stream ends after what it still has to deliver.
    func finish() {
        let readers = self.state.withLock { state in
            state.isFinished = true
            defer { state.readers.removeAll() }
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }

    /// The last event was published, but some reader has not taken it yet.
    var isLeaving: Bool { self.state.withLock { $0.isFinished && $0.beingRead > 0 } }

    fileprivate func readingBegan() { self.state.withLock { $0.beingRead += 1 } }
    fileprivate func readingEnded() { self.state.withLock { $0.beingRead -= 1 } }

    /// The retained events after `lastEventID` (nil or unknown: all), then the new ones.
    func events(after lastEventID: Int?) -> CallEventStream {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerSentEvent.self,
            bufferingPolicy: .bufferingOldest(Self.retainedEvents + Self.waitingEvents)
        )
        let (key, isFinished, displaced): (Int, Bool, AsyncStream<ServerSentEvent>.Continuation?) = self.state.withLock { state in
            let after = lastEventID.map { $0 > state.lastID || $0 < self.firstID ? 0 : $0 } ?? 0
            for (id, event) in state.events where id > after { continuation.yield(event.serverSent(id: id)) }
            if state.isFinished { return (0, true, nil) }
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
            state.readerOrder = state.readerOrder.filter { state.readers[$0] != nil } + [state.nextReader]
            var displaced: AsyncStream<ServerSentEvent>.Continuation?
            if state.readerOrder.count > Self.longestReaders {
                displaced = state.readers.removeValue(forKey: state.readerOrder.removeFirst())
            }
            return (state.nextReader, false, displaced)
        }
        displaced?.finish()
        if isFinished {
            continuation.finish()
        } else {
            continuation.onTermination = { _ in
                self.state.withLock { state in _ = state.readers.removeValue(forKey: key) }
            }
        }
        return CallEventStream(stream: stream, log: self)
    }
}

/// The events of one reader. Its log knows whether it is read to the end, see ``CallEventLog/isLeaving``.
struct CallEventStream: AsyncSequence, Sendable {
    fileprivate let stream: AsyncStream<ServerSentEvent>
    fileprivate let log: CallEventLog

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var iterator: AsyncStream<ServerSentEvent>.AsyncIterator
        fileprivate let reading: Reading

        mutating func next(isolation actor: isolated (any Actor)?) async -> ServerSentEvent? {
            await self.iterator.next(isolation: actor)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: self.stream.makeAsyncIterator(), reading: Reading(of: self.log))
    }

    /// Lives as long as its iterator, so it ends with the reading, however that ends.
    fileprivate final class Reading: Sendable {
        private let log: CallEventLog

        init(of log: CallEventLog) {
            self.log = log
            log.readingBegan()
        }

        deinit { self.log.readingEnded() }
    }
}
