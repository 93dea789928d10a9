import HTTPTypes
import ServerEdge

/// Opens the sideband of a call: the WebSocket by which the server side hears all events of the call and conducts it.
struct SidebandConnector: Sendable {
    /// An engine answers a handshake at once; beyond this the call has no conductor and is given up.
    static let deadline: Duration = .seconds(3)

    /// Server events stay below 1 MiB (realtime-api.md, 2.4); a call has about 50 events a second at most, so 256 waiting
    /// messages are 5 s. Beyond, reading pauses.
    static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = 1_048_576
        limits.maximumMessageBytes = 1_048_576
        limits.maximumInboundMessages = 256
        return limits
    }

    let client: WebSocketClient

    func connect(to call: UpstreamCallID, at endpoint: UpstreamEndpoint) async throws(UpstreamFault) -> WebSocketConnection {
        var headers = HTTPFields()
        if let key = endpoint.apiKey { headers[.authorization] = "Bearer \(key.expose())" }
        do {
            return try await self.client.connect(
                to: endpoint.sidebandURL(call),
                headers: headers,
                limits: Self.limits,
                deadline: Self.deadline
            )
        } catch {
            switch error {
            case .timedOut: throw .timedOut
            case .refused(let status, let retryAfter) where status == 503 || status == 429: throw .full(retryAfter: retryAfter)
            case .refused(let status, _) where status < 500: throw .rejected(status: status)
            case .invalidRequest, .connectionFailed, .refused, .invalidHandshake, .cancelled: throw .unavailable
            }
        }
    }
}
