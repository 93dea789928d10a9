/// A close code of RFC 6455 section 7.4.
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let normalClosure = WebSocketCloseCode(rawValue: 1000)
    /// The server shuts down, or the peer was idle for too long.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// Binary where text is due.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The peer's close frame had no code. Never sent.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    /// The socket ended without a close frame. Never sent.
    public static let abnormal = WebSocketCloseCode(rawValue: 1006)
    /// Text that isn't UTF-8.
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// A limit on rates was passed.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// Something failed here, or the peer stopped answering pings.
    public static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The peer reads too slowly, or the server is full.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

    /// Whether an endpoint may send the code: 1000–1003, 1007–1014 and 3000–4999. The others
    /// are reserved or not assigned (section 7.4.2 and the IANA registry).
    public var isValidOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    public var description: String { String(rawValue) }
}

/// How a connection ended.
public struct WebSocketClosure: Sendable, Equatable {
    public enum Initiator: Sendable { case local, peer }

    /// ``WebSocketCloseCode/abnormal`` when the socket ended without a close frame.
    public let code: WebSocketCloseCode
    /// Who sent the first close frame, or let the socket go.
    public let initiator: Initiator

    public init(code: WebSocketCloseCode, initiator: Initiator) {
        self.code = code
        self.initiator = initiator
    }
}
