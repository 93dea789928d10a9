import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// An answer is longer than it may be.
struct AnswerTooLong: Error {}

/// Takes one answer, on the event loop of its connection and without a task.
final class UpstreamAnswerCollector: HTTPClientResponseDelegate, Sendable {
    typealias Response = ByteBuffer

    private struct State {
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: bytes of the body.
    init(limit: Int) { self.limit = limit }

    var head: HTTPResponseHead? { self.state.withLock { $0.head } }

    func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        self.state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = self.state.withLock { state in
            guard state.body.readableBytes + part.readableBytes <= self.limit else { return false }
            var part = part
            if state.body.readableBytes == 0 { state.body = part } else { state.body.writeBuffer(&part) }
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(AnswerTooLong())
    }

    func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ByteBuffer { self.state.withLock { $0.body } }
}
