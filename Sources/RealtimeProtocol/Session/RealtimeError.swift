/// The error object of the API, in `error` events and in HTTP bodies `{"error": {…}}`.
public struct RealtimeError: Error, Sendable, Hashable, Codable {
    /// `invalid_request_error`, `server_error`, …
    public var type: String
    /// Closed list of words for programs, for example `response_cancel_not_active`; the API leaves some errors without one.
    public var code: String?
    /// Fit to be shown; never contains what somebody said.
    public var message: String
    /// The path of the parameter that caused it.
    public var parameter: String?
    /// The `event_id` of the client event that caused it.
    public var eventID: String?

    public init(type: String = "invalid_request_error", code: String?, message: String, parameter: String? = nil, eventID: String? = nil) {
        self.type = type
        self.code = code
        self.message = message
        self.parameter = parameter
        self.eventID = eventID
    }

    private enum CodingKeys: String, CodingKey {
        case type, code, message
        case parameter = "param"
        case eventID = "event_id"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = (try? container.decode(String.self, forKey: .type)) ?? ""
        code = try? container.decode(String.self, forKey: .code)
        message = (try? container.decode(String.self, forKey: .message)) ?? ""
        parameter = try? container.decode(String.self, forKey: .parameter)
        eventID = try? container.decode(String.self, forKey: .eventID)
    }

    /// `code`, `param` and `event_id` are written even when null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(parameter, forKey: .parameter)
        try container.encode(eventID, forKey: .eventID)
    }
}

/// The body of an HTTP error answer.
public struct RealtimeErrorBody: Sendable, Hashable, Codable {
    public var error: RealtimeError

    public init(error: RealtimeError) {
        self.error = error
    }
}
