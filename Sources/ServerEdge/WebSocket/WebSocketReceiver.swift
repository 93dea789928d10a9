/// Takes a connection's messages where they arrive, on its event loop. While its peer is silent, nothing runs and no task waits.
///
/// Both closures must return quickly and must not wait: the event loop serves many connections. What takes time goes to
/// ``WebSocketConnection/perform(_:)``.
public struct WebSocketReceiver: Sendable {
    let received: @Sendable (String) -> Void
    let ended: @Sendable () -> Void

    /// - Parameters:
    ///   - received: One message after the other, in order, until `ended`.
    ///   - ended: Once, as soon as either side has begun to close, or the socket is gone.
    public init(received: @escaping @Sendable (_ text: String) -> Void, ended: @escaping @Sendable () -> Void) {
        self.received = received
        self.ended = ended
    }
}
