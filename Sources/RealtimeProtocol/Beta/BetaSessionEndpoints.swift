extension BetaDialect {
    /// The endpoints that made an ephemeral key in the beta.
    public enum SessionEndpoint: Sendable, Hashable {
        /// `POST /v1/realtime/sessions`
        case sessions
        /// `POST /v1/realtime/transcription_sessions`
        case transcriptionSessions

        var type: String {
            switch self {
            case .sessions: SessionConfiguration.realtimeType
            case .transcriptionSessions: SessionConfiguration.transcriptionType
            }
        }

        /// What holds the key's lifetime inside `client_secret`.
        var lifetimeMember: String {
            switch self {
            case .sessions: "expires_after"
            case .transcriptionSessions: "expires_at"
            }
        }
    }

    /// Seconds that a key of the beta lived when the request did not say.
    public static let defaultLifetime = 60

    /// Reads the body of a beta endpoint: the flat session, with the key's lifetime under `client_secret`.
    ///
    /// - Throws: as `ClientSecretRequest(text:)`; parameters are members of the flat body, for example `voice`.
    public func clientSecretRequest(
        text: String,
        endpoint: SessionEndpoint = .sessions
    ) throws(RealtimeError) -> (request: ClientSecretRequest, notices: [Notice]) {
        var notices: [Notice] = []
        do {
            let body: [String: JSONValue] =
                text.allSatisfy(\.isWhitespace) ? [:] : try RealtimeCoding.decode([String: JSONValue].self, from: text)
            let session = presentSettings(body, type: endpoint.type, notices: &notices)
            var present: [String: JSONValue] = ["session": .object(session)]
            switch body["client_secret"]?[endpoint.lifetimeMember] {
            case .object(var lifetime):
                lifetime["seconds"] = lifetime["seconds"] ?? .integer(Self.defaultLifetime)
                present["expires_after"] = .object(lifetime)
            case nil, .null: present["expires_after"] = ["seconds": .integer(Self.defaultLifetime)]
            case let other?: present["expires_after"] = other
            }
            return (try ClientSecretRequest(text: RealtimeCoding.encode(present)), notices)
        } catch let error as EventDecodingError {
            throw RealtimeError(error)
        } catch let error as RealtimeError {
            throw Self.flat(error, endpoint)
        } catch {
            throw RealtimeError(code: "invalid_json", message: "The text is not a JSON object.")
        }
    }

    private static func flat(_ error: RealtimeError, _ endpoint: SessionEndpoint) -> RealtimeError {
        guard let parameter = error.parameter.map(betaParameter) else { return error }
        var error = error
        if parameter.hasPrefix("session.") {
            error.parameter = String(parameter.dropFirst("session.".count))
        } else if parameter.hasPrefix("expires_after") {
            error.parameter = "client_secret.\(endpoint.lifetimeMember)\(parameter.dropFirst("expires_after".count))"
        }
        return error
    }

    /// The answer of a beta endpoint, as JSON text: the flat session with `client_secret`, and beside it the members of the
    /// present answer (`value`, `expires_at`, `session`), so that clients of either shape find theirs. It holds the key: a secret.
    public func sessionBody(_ response: ClientSecretResponse) -> String {
        let session = RealtimeCoding.value(of: response.session)
        var body = betaSession(session).objectValue ?? [:]
        let key = JSONValue.string(response.value)
        let end = JSONValue.integer(response.expiresAt)
        body["client_secret"] = ["value": key, "expires_at": end]
        body["value"] = key
        body["expires_at"] = end
        body["session"] = session
        return RealtimeCoding.encode(body)
    }
}
