import Foundation

/// Host and port of `http://HOST:PORT`.
public struct ServerAddress: Equatable, Sendable {
    public let host: String
    public let port: Int

    /// nil for any other address: load goes to a server, not to a path of it, and not through TLS.
    public init?(_ url: String) {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else { return nil }
        self.host = host
        self.port = parts.port ?? 80
    }

    /// What to tell whoever has given another one.
    public static func complaint(_ url: String) -> String { "--url must be like http://127.0.0.1:8080, not \"\(url)\"" }
}
