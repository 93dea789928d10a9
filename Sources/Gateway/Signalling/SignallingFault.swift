import ServerEdge

/// What went wrong with a message, in the codes of `docs/error-codes.md`, safe to show.
struct SignallingFault: Error, Equatable {
    let code: String
    let message: String

    init(_ error: EdgeError) {
        self.code = error.code
        self.message = error.message
    }

    init(_ code: some EdgeErrorCode) {
        self.code = code.rawValue
        self.message = code.message
    }
}

/// What kind of message went wrong: the `code` of an `error` message. A closed list (`docs/interfaces.md`).
enum SignallingErrorCode: String, CaseIterable, Sendable {
    /// The offer was not answered; `reason` says why. The offer is kept for one more try with a new key.
    case exchangeFailed = "SDP_EXCHANGE_FAILED"
    /// Not JSON, no object, no type, or a field of the wrong kind.
    case invalidMessage = "INVALID_MESSAGE"
    case unknownType = "UNKNOWN_MESSAGE_TYPE"
    /// Nobody has shown in time, or any more, whose session this is. The socket is closed.
    case sessionClosed = "SESSION_CLOSED"
}
