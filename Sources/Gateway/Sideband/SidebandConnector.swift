import HTTPTypes
import ServerEdge

/// Opens the sideband of a call: the WebSocket by which the server side hears all events of the call and conducts it.
struct SidebandConnector: Sendable {
    let client: WebSocketClient
    let limits: UpstreamLimits

    /// Server events stay below 1 MiB (realtime-api.md, 2.4); a call has about 50 events a second at most, so 256 waiting
    /// messages are 5 s. Beyond, reading pauses.
    private var socketLimits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = 1_048_576
        limits.maximumMessageBytes = 1_048_576
        limits.maximumInboundMessages = 256
        limits.pingInterval = self.limits.sidebandPing
        limits.pongTimeout = self.limits.sidebandPong
        return limits
    }

    func connect(
        to call: UpstreamCallID,
        at endpoint: UpstreamEndpoint,
        within limit: Duration
    ) async throws(UpstreamFault) -> WebSocketConnection {
        var headers = HTTPFields()
        if let key = endpoint.apiKey { headers[.authorization] = "Bearer \(key.expose())" }
        do {
            return try await self.client.connect(
                to: endpoint.sidebandURL(call),
                headers: headers,
                limits: self.socketLimits,
                deadline: limit
            )
        } catch {
            switch error {
            case .timedOut: throw .timedOut
            case .refused(let status, let retryAfter):
                throw UpstreamFault(status: status, code: nil, retryAfter: retryAfter)
            case .invalidHandshake: throw .malformed
            case .invalidRequest, .connectionFailed, .cancelled: throw .unavailable()
            }
        }
    }
}
