import Synchronization

/// Where a client's message came from. Errors go back there.
enum MessageOrigin: Sendable, Equatable {
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
/// sentences are a handful). A peer's messages are counted: beyond a limit they are refused, or their reader waits. If the queue
/// overflows all the same, the session cannot be trusted any more and ends.
final class SessionInbox: Sendable {
    static let capacity = 4_096
    /// Bytes of waiting messages beyond which the reader of a socket waits: about 16 s of audio.
    static let waitingBytes = 1_024 * 1_024

    private struct Waiting {
        var messages = 0
        /// Of sidebands, counted apart: a browser that floods its call must not cost its conductor the sideband.
        var sidebandMessages = 0
        var bytes = 0
        var isClosed = false
        var reader: CheckedContinuation<Void, Never>?
    }

    let inputs: AsyncStream<SessionInput>
    private let continuation: AsyncStream<SessionInput>.Continuation
    private let waiting = Mutex(Waiting())
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
        let isTaken = waiting.withLock { waiting in
            guard origin == .client else {
                guard waiting.sidebandMessages < messageLimit else { return false }
                waiting.sidebandMessages += 1
                return true
            }
            guard waiting.messages < messageLimit else { return false }
            waiting.messages += 1
            waiting.bytes += text.utf8.count
            return true
        }
        if isTaken { offer(.message(text, origin)) }
        return isTaken
    }

    /// Waits until a message would be taken. For the one reader of a socket, which thereby pauses the socket.
    func room() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let resumed = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
                    if hasRoom(waiting) || Task.isCancelled { return continuation }
                    defer { waiting.reader = continuation }
                    return waiting.reader
                }
                resumed?.resume()
            }
        } onCancel: {
            wake { _ in true }
        }
    }

    /// A message was taken out of the queue.
    func messageWasRead(bytes: Int, from origin: MessageOrigin) {
        waiting.withLock { waiting in
            guard origin == .client else {
                waiting.sidebandMessages -= 1
                return
            }
            waiting.messages -= 1
            waiting.bytes -= bytes
        }
        wake { hasRoom($0) }
    }

    func close() {
        continuation.finish()
        waiting.withLock { $0.isClosed = true }
        wake { _ in true }
    }

    private func hasRoom(_ waiting: Waiting) -> Bool {
        waiting.isClosed || (waiting.messages < messageLimit / 2 && waiting.bytes < Self.waitingBytes)
    }

    private func wake(_ condition: (Waiting) -> Bool) {
        let reader = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard condition(waiting) else { return nil }
            defer { waiting.reader = nil }
            return waiting.reader
        }
        reader?.resume()
    }
}
