import Hummingbird
import InterviewCore
import InterviewStore
import ServerEdge

/// `GET /v1/ice-servers`: what a browser makes its connection with.
struct ICEServerRoutes: Sendable {
    let servers: ICEServers
    let wallClock: WallClock

    func add(to router: some RouterMethods<CandidateContext>) {
        router.get("/v1/ice-servers") { _, context in self.list(context) }
    }

    /// The names of an `RTCConfiguration` (W3C WebRTC, section 4.2.1).
    private struct ListBody: Encodable {
        let iceServers: [Server]
        let expires_at: String

        struct Server: Encodable {
            let urls: [String]
            let username: String?
            let credential: String?
        }
    }

    private func list(_ context: CandidateContext) -> Response {
        let expiresAt = self.wallClock.now + self.servers.lifetime
        var list: [ListBody.Server] = []
        let direct = self.servers.urls.filter { !$0.isRelay }.map(\.text)
        if !direct.isEmpty { list.append(ListBody.Server(urls: direct, username: nil, credential: nil)) }
        let relays = self.servers.urls.filter(\.isRelay).map(\.text)
        // The interview's id says nothing about a person, and is the same for all credentials of one candidate.
        let name = context.identity.interviewID.rawValue
        if !relays.isEmpty, let credentials = self.servers.credentials(for: name, until: expiresAt) {
            list.append(ListBody.Server(urls: relays, username: credentials.username, credential: credentials.password.expose()))
        }
        return .json(ListBody(iceServers: list, expires_at: expiresAt.rfc3339))
    }
}
