import Synchronization

/// Where a client's message came from. Errors go back there.
enum MessageOrigin: Sendable, Hashable {
    /// The client that the session belongs to: a call's data channel, or the socket.
    case client
    case sideband(Int)
}

/// How far the making of a reply has come.
enum ReplyProgress: Sendable {
    case text(String)
    case sentence(String, samples: [Int16])
    case functionCall(index: Int, callID: String, name: String)
    case functionArguments(index: Int, delta: String)
    case usage(ReplyUsage)
    case ended(ReplyEnd)
    case failed
}

/// Everything that can happen to a session.
enum SessionInput: Sendable {
    /// Input audio waits to be read.
    case audio
    case playback([PlaybackQueue.Event])
    /// More audio may be sent to a socket.
    case outputDue
    case transport(AudioTransportEvent)
    case message(String, MessageOrigin)
    /// Messages of this connection were lost, because too many of it waited.
    case forgotten(MessageOrigin)
    case attached(Int, SessionListener)
    case detached(Int)
    case recognised(TurnStateMachine.Recognition, Transcription?)
    case judged(TurnStateMachine.JudgementNumber, probability: Float?)
    /// Text of audio that a client put into an item.
    case transcribed(itemID: String, text: String?)
    case reply(response: String, ReplyProgress)
    case end(SessionEnd)
    /// The wait for the last words is over.
    case finished
}

/// The one queue of a session, from any thread, in order.
///
/// Inputs of our own are few and bounded by construction (audio is announced once until it is read; recognitions and
/// sentences are a handful). A peer's messages are counted, those of each connection apart: a browser that floods its call must not
/// cost its conductor an event. The reader of a socket waits for room, and so does its peer; a data channel cannot wait, so what is
/// beyond the limit is forgotten, and the session is told. If the queue overflows all the same, it cannot be trusted any more and ends.
final class SessionInbox: Sendable {
    /// A data channel with 1,024 messages and four sidebands with half as many each, where their readers wait, are 3,072; the rest is
    /// for inputs of our own.
    static let capacity = 8_192

    /// What waits of one connection.
    private struct Share {
        var messages = 0
        var bytes = 0
        /// The session was told that something was forgotten. It is not told again before there was room.
        var hasForgotten = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private struct Waiting {
        /// Of connections of which something waits.
        var shares: [MessageOrigin: Share] = [:]
        var isClosed = false
    }

    let inputs: AsyncStream<SessionInput>
    private let continuation: AsyncStream<SessionInput>.Continuation
    private let waiting = Mutex(Waiting())
    private let messageLimit: Int
    private let byteLimit: Int

    /// The limits are those of one connection. The message that passes `byteLimit` is still taken, however large it is.
    init(messageLimit: Int, byteLimit: Int) {
        self.messageLimit = messageLimit
        self.byteLimit = byteLimit
        (inputs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// - Returns: false when the session has ended; the input is then lost.
    @discardableResult
    func offer(_ input: SessionInput) -> Bool {
        switch continuation.yield(input) {
        case .enqueued: return true
        case .dropped:
            continuation.finish()
            return false
        case .terminated: return false
        @unknown default: return false
        }
    }

    /// - Returns: false when too much of this connection waits already; the message is then forgotten, and the session hears of it
    ///   behind what waits.
    func offerMessage(_ text: String, from origin: MessageOrigin) -> Bool {
        let (isTaken, isNews) = waiting.withLock { waiting -> (Bool, Bool) in
            var share = waiting.shares[origin] ?? Share()
            let isTaken = share.messages < messageLimit && share.bytes < byteLimit
            let isNews = !isTaken && !share.hasForgotten
            if isTaken {
                share.messages += 1
                share.bytes += text.utf8.count
            } else {
                share.hasForgotten = true
            }
            waiting.shares[origin] = share
            return (isTaken, isNews)
        }
        if isTaken { offer(.message(text, origin)) }
        if isNews { offer(.forgotten(origin)) }
        return isTaken
    }

    /// Waits until a message of this connection would be taken. For the one reader of a socket, which thereby pauses the socket.
    func room(for origin: MessageOrigin) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let resumed = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
                    guard !waiting.isClosed, !Task.isCancelled, var share = waiting.shares[origin], !hasRoom(share) else {
                        return continuation
                    }
                    // A second reader is a mistake of ours; the first one is let go rather than leaked.
                    let replaced = share.reader
                    share.reader = continuation
                    waiting.shares[origin] = share
                    return replaced
                }
                resumed?.resume()
            }
        } onCancel: {
            let reader = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
                let reader = waiting.shares[origin]?.reader
                waiting.shares[origin]?.reader = nil
                return reader
            }
            reader?.resume()
        }
    }

    /// A message was taken out of the queue.
    func messageWasRead(bytes: Int, from origin: MessageOrigin) {
        let reader = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard var share = waiting.shares[origin] else { return nil }
            share.messages -= 1
            share.bytes -= bytes
            guard hasRoom(share) else {
                waiting.shares[origin] = share
                return nil
            }
            let reader = share.reader
            share.reader = nil
            share.hasForgotten = false
            // Sidebands come and go, as often as their owner likes.
            waiting.shares[origin] = share.messages == 0 ? nil : share
            return reader
        }
        reader?.resume()
    }

    func close() {
        continuation.finish()
        let readers = waiting.withLock { waiting -> [CheckedContinuation<Void, Never>] in
            waiting.isClosed = true
            let readers = waiting.shares.values.compactMap(\.reader)
            for origin in waiting.shares.keys { waiting.shares[origin]?.reader = nil }
            return readers
        }
        for reader in readers { reader.resume() }
    }

    /// Well below the limits, so that whoever floods does not hear of it with every message that is worked off.
    private func hasRoom(_ share: Share) -> Bool {
        share.messages <= messageLimit / 2 && share.bytes <= byteLimit / 2
    }
}
