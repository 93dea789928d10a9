/// Holds back whoever comes until it is opened.
final class Gate: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    func open() { self.continuation.finish() }

    func pass() async { for await _ in self.stream {} }
}
