public import HTTPTypes

/// A path on which the server speaks WebSocket.
///
/// ``EdgeServer`` adds a `GET` route of the same path to its router. It answers requests that
/// aren't a proper upgrade with 426 `upgrade_required`, and refused upgrades with their error.
public struct WebSocketRoute: Sendable {
    /// Compared exactly, without the query.
    public let path: String
    public var limits: WebSocketLimits { sharedLimits.value }
    public let origins: OriginPolicy
    let sharedLimits: SharedWebSocketLimits
    let authorise: @Sendable (WebSocketRequest) async throws -> WebSocketAcceptance

    /// - Parameters:
    ///   - path: For instance `/v1/realtime`; no parameters, no trailing slash.
    ///   - origins: Checked before `authorise`.
    ///   - authorise: Decides. Throws ``EdgeError`` to refuse; any other error becomes 500
    ///     `internal_error`. It must answer within ``EdgeServerConfiguration/upgradeDeadline``.
    public init(
        _ path: String,
        limits: WebSocketLimits = WebSocketLimits(),
        origins: OriginPolicy = .absentOrListed([]),
        authorise: @escaping @Sendable (WebSocketRequest) async throws -> WebSocketAcceptance
    ) {
        self.path = path
        sharedLimits = SharedWebSocketLimits(limits)
        self.origins = origins
        self.authorise = authorise
    }
}

/// What runs for an accepted connection.
public struct WebSocketAcceptance: Sendable {
    enum Handler: Sendable {
        case task(@Sendable (WebSocketConnection) async -> Void)
        case receiver(@Sendable (WebSocketConnection) -> WebSocketReceiver)

        var takesMessages: Bool {
            if case .task = self { true } else { false }
        }
    }

    let subprotocol: String?
    let handler: Handler

    /// - Parameters:
    ///   - subprotocol: One of ``WebSocketRequest/offeredSubprotocols``, or nil for none.
    ///   - handler: Runs as a task of the server. When it returns, the connection is closed with
    ///     1000. It isn't cancelled when the peer leaves: `messages` ends, and then it must return. It costs about 5 KB
    ///     of memory as long as the connection is open.
    public init(subprotocol: String? = nil, handler: @escaping @Sendable (WebSocketConnection) async -> Void) {
        self.subprotocol = subprotocol
        self.handler = .task(handler)
    }

    /// For connections that are mostly silent: no task waits for their messages.
    ///
    /// - Parameters:
    ///   - subprotocol: One of ``WebSocketRequest/offeredSubprotocols``, or nil for none.
    ///   - receiver: Called on the connection's event loop when it has opened; must return quickly. The connection stays open
    ///     until somebody closes it.
    public init(subprotocol: String? = nil, receiver: @escaping @Sendable (WebSocketConnection) -> WebSocketReceiver) {
        self.subprotocol = subprotocol
        self.handler = .receiver(receiver)
    }
}

/// An upgrade request, as the authorise closure sees it.
public struct WebSocketRequest: Sendable {
    /// Without the query.
    public let path: String
    public let headers: HTTPFields
    /// Host and port that the request was sent to, from its one `Host` header.
    public let authority: String?
    /// The peer's IP address as the socket sees it, without the port.
    public let remoteAddress: Personal<String>?
    /// From `Sec-WebSocket-Protocol`, in the client's order; at most 16, others are left out.
    public let offeredSubprotocols: [String]
    /// For log lines; the response to a refused request carries its own.
    public let requestID: String
    private let query: Substring

    init(target: String, headers: HTTPFields, authority: String?, remoteAddress: String?, requestID: String) {
        let (path, query) = WebSocketRequest.split(target)
        self.path = String(path)
        self.query = query
        self.headers = headers
        self.authority = authority
        self.remoteAddress = remoteAddress.map { Personal($0) }
        self.requestID = requestID
        offeredSubprotocols = headers[values: WebSocketHandshake.protocolHeader]
            .flatMap { $0.split(separator: ",") }
            .prefix(16)
            .map { $0.trimmingSpaces() }
            .filter { WebSocketHandshake.isToken($0) }
    }

    /// The value of a query parameter, percent-decoded (`+` stays). Nil when it is absent, given
    /// more than once, or doesn't decode to UTF-8.
    public func queryItem(_ name: String) -> String? {
        var found: String?
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, key == name else { continue }
            guard found == nil, let value = Self.percentDecoded(parts.count > 1 ? parts[1] : "") else { return nil }
            found = value
        }
        return found
    }

    /// The names of all query parameters, percent-decoded; one that doesn't decode to UTF-8 is an empty name.
    public var queryNames: [String] {
        query.split(separator: "&").map { pair in
            Self.percentDecoded(pair.prefix { $0 != "=" }) ?? ""
        }
    }

    /// The token of `Authorization: Bearer …`.
    public var bearerToken: Secret<String>? {
        BearerToken.parse(headers)
    }

    static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}

extension Substring {
    func trimmingSpaces() -> String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
