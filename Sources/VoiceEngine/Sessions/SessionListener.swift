/// Somebody who is told the events of a session: its client on a socket, or a sideband.
struct SessionListener: Sendable {
    /// Never blocks; false when the listener is gone or too slow (it is then closed by its own means).
    var send: @Sendable (String) -> Bool
    var close: @Sendable (SessionEnd) -> Void
}
