/// The limits of a route in one place for all its connections: they are 200 bytes, and each connection needs them.
final class SharedWebSocketLimits: Sendable {
    let value: WebSocketLimits

    init(_ value: WebSocketLimits) {
        self.value = value
    }
}
