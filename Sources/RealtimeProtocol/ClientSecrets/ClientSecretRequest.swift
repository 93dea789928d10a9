/// The body of `POST /v1/realtime/client_secrets`: asks for a key that a browser may hold for a short time.
public struct ClientSecretRequest: Sendable, Hashable {
    /// Seconds that a key may live (API reference, `expires_after.seconds`).
    public static let lifetimes = 10...7_200
    /// Seconds that a key lives when the request does not say.
    public static let defaultLifetime = 600

    /// Seconds from the key's creation to its end.
    public var lifetimeSeconds: Int
    /// What the key's sessions start with; nil: the server's defaults.
    public var session: SessionUpdate?

    public init(lifetimeSeconds: Int = defaultLifetime, session: SessionUpdate? = nil) {
        self.lifetimeSeconds = lifetimeSeconds
        self.session = session
    }

    /// Reads and checks a body. An empty body asks for a key with the defaults, as `{}` does.
    ///
    /// - Throws: `invalid_json` for a text that is no JSON object, `unknown_parameter`, `invalid_value` or
    ///   `missing_required_parameter` with the path of the member, for example `expires_after.seconds`.
    public init(text: String) throws(RealtimeError) {
        let empty = text.allSatisfy(\.isWhitespace)
        do {
            self = empty ? ClientSecretRequest() : try RealtimeCoding.decode(ClientSecretRequest.self, from: text)
        } catch {
            throw RealtimeError(error)
        }
        if !empty, let raw = try? RealtimeCoding.decode(JSONValue.self, from: text) {
            let known = KnownMembers.members(["session": .any, "expires_after": .members(["anchor": .any, "seconds": .any])])
            if let path = known.unknownPaths(in: raw).first { throw .unknownParameter(path) }
            if let anchor = raw["expires_after"]?["anchor"], anchor != .null, anchor != "created_at" {
                throw .invalidValue("expires_after.anchor", "Supported is 'created_at'.")
            }
        }
        try validate()
    }

    /// Checks the lifetime and the session, the latter against the defaults of its type.
    public func validate() throws(RealtimeError) {
        guard Self.lifetimes.contains(lifetimeSeconds) else {
            throw .invalidValue("expires_after.seconds", "Supported is 10 to 7200.")
        }
        guard let session else { return }
        guard session.type != nil else { throw .missingParameter("session.type") }
        _ = try SessionConfiguration.created(by: session)
    }
}

extension ClientSecretRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case session
        case expiresAfter = "expires_after"
    }

    private struct ExpiresAfter: Codable {
        var anchor: String?
        var seconds: Int?
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let expiresAfter = try container.decodeIfPresent(ExpiresAfter.self, forKey: .expiresAfter)
        lifetimeSeconds = expiresAfter?.seconds ?? Self.defaultLifetime
        session = try container.decodeIfPresent(SessionUpdate.self, forKey: .session)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ExpiresAfter(anchor: "created_at", seconds: lifetimeSeconds), forKey: .expiresAfter)
        try container.encodeIfPresent(session, forKey: .session)
    }
}

extension RealtimeError {
    /// What is said about a text that could not be read.
    public init(_ error: EventDecodingError) {
        switch error {
        case .notJSON: self.init(code: "invalid_json", message: "The text is not JSON.")
        case .notAnObject, .invalidField(_, nil, nil): self.init(code: "invalid_json", message: "The text is not a JSON object.")
        case .missingType(let eventID):
            self.init(
                code: "invalid_event",
                message: "The event has no type.",
                parameter: "type",
                eventID: eventID.map { String($0.prefix(Self.maximumPathCharacters)) }
            )
        case .invalidField(_, let parameter, let eventID):
            self.init(
                code: "invalid_value",
                message: "A parameter is missing or of the wrong kind.",
                parameter: parameter.map { String($0.prefix(Self.maximumPathCharacters)) },
                eventID: eventID.map { String($0.prefix(Self.maximumPathCharacters)) }
            )
        }
    }
}
