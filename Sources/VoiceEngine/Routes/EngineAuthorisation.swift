import HTTPTypes
import RealtimeProtocol
import ServerEdge

/// Who asks: a server with the engine's key, or a client with a short-lived one.
enum EnginePrincipal: Sendable {
    /// Has the API key, or none is configured (then the engine listens on loopback only).
    case server
    /// Has an ephemeral key, with the session that was bound to it.
    case client(SessionUpdate?)
}

/// Decides who may do what.
struct EngineAuthorisation: Sendable {
    /// Subprotocol that the server speaks, and what browsers put their key behind because they cannot send headers.
    static let subprotocol = "realtime"
    private static let keySubprotocol = "openai-insecure-api-key."

    /// nil: nobody needs a key (loopback only).
    let apiKey: TokenDigest?
    let clientSecrets: ClientSecretStore

    /// For media and conversation: either kind of key.
    func principal(_ key: Secret<String>?) throws -> EnginePrincipal {
        if let key, let session = clientSecrets.session(of: key) { return .client(session.update) }
        // A key of this form was made by somebody: when it is unknown or over, saying so is better than to serve it unbound.
        if let key, key.expose().hasPrefix(ClientSecretStore.prefix) { throw Self.refusal }
        try requireServer(key)
        return .server
    }

    /// For what only a server may do: making keys, hanging up, conducting.
    func requireServer(_ key: Secret<String>?) throws {
        guard let apiKey else { return }
        guard let key, TokenDigest(of: key) == apiKey else { throw Self.refusal }
    }

    private static var refusal: EdgeError {
        EdgeError(EngineErrorCode.invalidAPIKey, headers: [.wwwAuthenticate: "Bearer"])
    }

    /// The key of a WebSocket request: of the header, or of a browser's subprotocols.
    static func key(_ request: WebSocketRequest) -> Secret<String>? {
        if let token = request.bearerToken { return token }
        let offered = request.offeredSubprotocols.filter { $0.hasPrefix(keySubprotocol) }
        guard offered.count == 1, let only = offered.first, only.utf8.count <= BearerToken.maximumLength else { return nil }
        return Secret(String(only.dropFirst(keySubprotocol.count)))
    }

    /// What the server selects of the subprotocols: browsers close a connection whose offer was not answered.
    static func subprotocol(_ request: WebSocketRequest) -> String? {
        request.offeredSubprotocols.contains(subprotocol) ? subprotocol : nil
    }
}
