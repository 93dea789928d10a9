import Synchronization

/// Carries the reason of a refused upgrade to the router's route of the same path.
///
/// The refused request is answered as plain HTTP by the same task that handles its
/// connection, so a task-local value reaches exactly that connection's route.
final class WebSocketRefusal: Sendable {
    @TaskLocal static var current: WebSocketRefusal?

    private let error: Mutex<EdgeError?>

    init(_ error: EdgeError) {
        self.error = Mutex(error)
    }

    /// The error, once: it belongs to the connection's first request only.
    func take() -> EdgeError? {
        error.withLock { error in
            defer { error = nil }
            return error
        }
    }
}
