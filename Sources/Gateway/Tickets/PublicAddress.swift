import ServerEdge
import Synchronization

/// The address people reach this server at, for the links it gives out.
final class PublicAddress: Sendable {
    private let fixed: String?
    private let bound = Mutex<String?>(nil)

    /// - Parameter fixed: the configured public address; nil: what the server is bound to.
    init(fixed: String?) {
        self.fixed = fixed.map { url in
            var url = Substring(url)
            while url.hasSuffix("/") { url = url.dropLast() }
            return String(url)
        }
    }

    /// The server listens.
    func bind(host: String, port: Int, isTLS: Bool) {
        // Wildcard addresses are no place a browser can go to.
        let reachable = host == "0.0.0.0" || host == "::" || host.isEmpty ? "localhost" : host
        let literal = reachable.contains(":") ? "[\(reachable)]" : reachable
        self.bound.withLock { $0 = "\(isTLS ? "https" : "http")://\(literal):\(port)" }
    }

    /// Scheme and authority of the configured address, as browsers send them in `Origin`; nil when none is configured.
    var origin: String? {
        guard let fixed, let scheme = ["https://", "http://"].first(where: { fixed.hasPrefix($0) }) else { return nil }
        return scheme + fixed.dropFirst(scheme.count).prefix { $0 != "/" }
    }

    /// Without a trailing slash.
    var base: String { self.fixed ?? self.bound.withLock { $0 } ?? "" }

    /// Opens the room.
    func joinLink(_ ticket: Secret<String>) -> Secret<String> { Secret("\(self.base)/i/\(ticket.expose())") }

    /// The socket of a signalling session; its name is no secret.
    func socketURL(_ session: SignallingSessionID) -> String {
        let base = self.base
        return "ws\(base.dropFirst("http".count))\(SignallingSocket.path)?session=\(session.rawValue)"
    }

    /// Opens the workspace. The token is in the fragment, which browsers do not send to servers.
    func workspaceLink(_ token: Secret<String>) -> Secret<String> { Secret("\(self.base)/app/#token=\(token.expose())") }
}
