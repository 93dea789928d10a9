import Gateway
import ServerEdge

/// The settings of STUN and TURN servers, `VIVA_ICE_SERVERS` and `VIVA_TURN_…`.
enum ICESettings {
    /// The shortest secret that HMAC-SHA1 is not weakened by: half of its output (RFC 2104, section 3, asks for no less than that).
    private static let shortestSecret = 16
    /// From a minute (a test) to a day; longer ones are passwords.
    private static let lifetimes = 60...86_400

    static func servers(_ settings: Settings) throws -> ICEServers {
        var servers = ICEServers()
        let texts = settings.text("viva.ice.servers")?.split(separator: ",").map { $0.filter { !$0.isWhitespace } } ?? []
        servers.urls = try texts.map { text in
            guard let url = ICEServerURL(text) else {
                throw CommandFailure(
                    "VIVA_ICE_SERVERS must be addresses such as stun:stun.example:3478 or "
                        + "turn:turn.example:3478?transport=udp, not \"\(text)\""
                )
            }
            return url
        }
        guard servers.urls.count <= ICEServers.most else {
            throw CommandFailure(
                "VIVA_ICE_SERVERS names \(servers.urls.count) servers; browsers take long with more than \(ICEServers.most)"
            )
        }
        servers.secret = try settings.secret("viva.turn.secret")
        if let seconds = try settings.number("viva.turn.ttl", in: lifetimes) { servers.lifetime = .seconds(seconds) }
        switch (servers.urls.contains(where: \.isRelay), servers.secret) {
        case (true, nil):
            throw CommandFailure("VIVA_ICE_SERVERS names a TURN server, but VIVA_TURN_SECRET (coturn's static-auth-secret) is not set")
        case (false, .some):
            throw CommandFailure("VIVA_TURN_SECRET is set, but VIVA_ICE_SERVERS names no TURN server")
        case (_, let secret?) where secret.expose().utf8.count < shortestSecret:
            throw CommandFailure("VIVA_TURN_SECRET must have at least \(shortestSecret) bytes; make one with `openssl rand -hex 32`")
        default: break
        }
        return servers
    }
}
