/// What the fake does with one request, down to the byte: every way in which a server has been seen to misbehave.
public enum WireBehaviour: Sendable {
    /// As the wire says.
    case answer
    /// As the wire says, once this has returned.
    case answerAfter(@Sendable () async -> Void)
    /// A whole HTTP answer of another kind; the connection is kept.
    case respond(status: Int, headers: [String: String], body: String)
    /// Takes the request and never answers.
    case never
    /// The head of a good answer, and then nothing.
    case stallAfterHead
    /// A good answer, one byte each time, for ever: the body has no end.
    case drip(every: Duration)
    /// A good answer whose body ends before its length, with the connection.
    case cutBody
    /// A good head and a body of so many bytes.
    case flood(bytes: Int)
    /// The connection is reset (RST) without a byte of an answer.
    case reset
    /// These bytes in place of an answer; then the connection is closed.
    case bytes([UInt8])
}

/// The addresses of a Realtime server that the fake serves.
public enum FakeRoute: Hashable, Sendable {
    /// `POST /v1/realtime/client_secrets`
    case clientSecrets
    /// `POST /v1/realtime/calls`
    case calls
    /// `POST /v1/realtime/calls/{id}/hangup`
    case hangUp
    /// The handshake of `GET /v1/realtime?call_id=…`
    case sideband
    /// `GET /v1/models/{id}`
    case model
    /// `GET /health`, which engines have
    case health
}
