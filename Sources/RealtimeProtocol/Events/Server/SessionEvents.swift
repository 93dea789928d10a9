/// `error`: Something was refused; the session stays open.
public struct ErrorEvent: Sendable, Hashable, Codable {
    public var error: RealtimeError

    public init(error: RealtimeError) {
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case error
    }
}

/// `session.created`: The first event on a data channel or WebSocket; never on a sideband.
public struct SessionCreatedEvent: Sendable, Hashable, Codable {
    public var session: SessionConfiguration

    public init(session: SessionConfiguration) {
        self.session = session
    }

    private enum CodingKeys: String, CodingKey {
        case session
    }
}

/// `session.updated`: The whole session after a change.
public struct SessionUpdatedEvent: Sendable, Hashable, Codable {
    public var session: SessionConfiguration

    public init(session: SessionConfiguration) {
        self.session = session
    }

    private enum CodingKeys: String, CodingKey {
        case session
    }
}

/// `rate_limits.updated`: What is left of the account's limits.
public struct RateLimitsUpdatedEvent: Sendable, Hashable, Codable {
    public var rateLimits: [RateLimit]

    public init(rateLimits: [RateLimit]) {
        self.rateLimits = rateLimits
    }

    private enum CodingKeys: String, CodingKey {
        case rateLimits = "rate_limits"
    }
}

/// One limit of an account.
public struct RateLimit: Sendable, Hashable, Codable {
    /// `requests` or `tokens`.
    public var name: String?
    public var limit: Int?
    public var remaining: Int?
    public var resetSeconds: Double?

    public init(name: String? = nil, limit: Int? = nil, remaining: Int? = nil, resetSeconds: Double? = nil) {
        self.name = name
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case name, limit, remaining
        case resetSeconds = "reset_seconds"
    }
}
