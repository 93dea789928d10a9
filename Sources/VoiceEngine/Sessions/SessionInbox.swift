import Synchronization

/// Where a client's message came from. Errors go back there.
enum MessageOrigin: Sendable, Equatable {
    case dataChannel
    case sideband(Int)
}

/// Everything that can happen to a session.
enum SessionInput: Sendable {
    /// Input audio waits to be read.
    case audio
    case playback([PlaybackQueue.Event])
    case transport(AudioTransportEvent)
    case message(String, MessageOrigin)
    case attached(Int, Sideband)
    case detached(Int)
    case recognised(TurnStateMachine.Recognition, text: String?)
    case synthesised(response: String, sentence: String, samples: [Int16])
    case written(response: String, text: String)
    case replyEnded(response: String, failed: Bool)
    case end(SessionEnd)
    /// The wait for the last words is over.
    case finished
}

/// The one queue of a session, from any thread, in order.
///
/// Inputs of our own are few and bounded by construction (audio is announced once until it is read; recognitions and
/// sentences are a handful). A peer's messages are counted and refused beyond a limit. If the queue overflows all the same,
/// the session cannot be trusted any more and ends.
final class SessionInbox: Sendable {
    static let capacity = 4_096

    let inputs: AsyncStream<SessionInput>
    private let continuation: AsyncStream<SessionInput>.Continuation
    private let waitingMessages = Mutex(0)
    private let messageLimit: Int

    init(messageLimit: Int) {
        self.messageLimit = messageLimit
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

    /// - Returns: false when too many messages wait already; this one is then forgotten.
    func offerMessage(_ text: String, from origin: MessageOrigin) -> Bool {
        let isTaken = waitingMessages.withLock { count in
            guard count < messageLimit else { return false }
            count += 1
            return true
        }
        if isTaken { offer(.message(text, origin)) }
        return isTaken
    }

    /// A message was taken out of the queue.
    func messageWasRead() {
        waitingMessages.withLock { $0 -= 1 }
    }

    func close() {
        continuation.finish()
    }
}
