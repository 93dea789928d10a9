import RealtimeProtocol
import Synchronization

@testable import VoiceEngine

/// A reply model that says what the test tells it to, and remembers what it was asked.
final class ScriptedReplyModel: ReplyModel {
    struct Failure: Error {}

    private let parts: [ReplyPart]
    private let fails: Bool
    private let isHeld: Bool
    private let asked = Mutex<[ReplyRequest]>([])
    private let stopped = Mutex(0)

    /// - Parameters:
    ///   - fails: after the parts.
    ///   - isHeld: after the parts the model goes on thinking, until it is stopped.
    init(_ parts: [ReplyPart], fails: Bool = false, isHeld: Bool = false) {
        self.parts = parts
        self.fails = fails
        self.isHeld = isHeld
    }

    var requests: [ReplyRequest] { asked.withLock { $0 } }
    var stops: Int { stopped.withLock { $0 } }

    func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error> {
        asked.withLock { $0.append(request) }
        return AsyncThrowingStream { continuation in
            continuation.onTermination = { end in
                if case .cancelled = end { self.stopped.withLock { $0 += 1 } }
            }
            for part in parts { continuation.yield(part) }
            if fails {
                continuation.finish(throwing: Failure())
            } else if !isHeld {
                continuation.finish()
            }
        }
    }
}
