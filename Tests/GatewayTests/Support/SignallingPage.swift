import HTTPTypes
import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing

@testable import Gateway

/// What a page of an older signalling server does, step by step.
struct SignallingPage: Sendable {
    let harness: GatewayHarness
    /// `webrtc_server_url` and `webrtc_session_id` of interview-start.
    let address: String
    let session: String
    let interview: String

    /// `POST /functions/v1/interview-start`.
    static func start(
        _ harness: GatewayHarness,
        token: String? = nil,
        body: String = #"{"plan_id":"practice"}"#
    ) async throws -> SignallingPage {
        let path = "/functions/v1/interview-start"
        let answer = try await harness.send("POST", path, token: token ?? harness.workspaceToken, type: "application/json", body: body)
        try #require(answer.status == 200, "\(answer.text)")
        return SignallingPage(
            harness: harness,
            address: try #require(answer.json["webrtc_server_url"]?.stringValue),
            session: try #require(answer.json["webrtc_session_id"]?.stringValue),
            interview: try #require(answer.json["interview_id"]?.stringValue)
        )
    }

    var id: SignallingSessionID { SignallingSessionID(of: Secret(self.session)) }

    /// `POST /api/generate-ephemeral-key`.
    func key(token: String? = nil, session: String? = nil, headers: [String: String] = [:]) async throws -> GatewayHarness.Answer {
        try await self.harness.send(
            "POST",
            "/api/generate-ephemeral-key",
            token: token,
            type: "application/json",
            headers: headers,
            body: #"{"sessionId":"\#(session ?? self.session)","voice":"alloy","model":"gpt-4o-realtime-preview-2024-12-17"}"#
        )
    }

    func socket(headers: HTTPFields = [:], subprotocols: [String] = []) async throws -> SignallingPeer {
        try await SignallingPeer(self.address, headers: headers, subprotocols: subprotocols)
    }

    func status() async throws -> String? {
        let answer = try await self.harness.send("GET", "/v1/interviews/\(self.interview)", token: self.harness.workspaceToken)
        return answer.json["status"]?.stringValue
    }
}

/// The page's end of `/ws`.
final class SignallingPeer {
    let connection: WebSocketConnection
    private var messages: WebSocketMessages.AsyncIterator
    /// From the first message.
    private(set) var session = ""

    static let offer = JSONText.encode(["type": "sdp_offer", "offer": GatewayHarness.offer])

    init(_ address: String, headers: HTTPFields = [:], subprotocols: [String] = []) async throws {
        self.connection = try await WebSocketClient().connect(to: address, headers: headers, subprotocols: subprotocols)
        self.messages = self.connection.messages.makeAsyncIterator()
        let first = try await self.next()
        try #require(first["type"]?.stringValue == "session")
        self.session = try #require(first["sessionId"]?.stringValue)
    }

    func send(_ text: String) { self.connection.send(text) }

    /// The next message; an error at the end.
    func next() async throws -> JSONValue {
        let text = try #require(await self.messages.next(), "the socket was closed")
        return try RealtimeCoding.decode(JSONValue.self, from: text)
    }

    /// Its type, and the reason of an error.
    func nextType() async throws -> String {
        let message = try await self.next()
        return [message["type"]?.stringValue, message["code"]?.stringValue, message["reason"]?.stringValue].compactMap { $0 }
            .joined(separator: " ")
    }

    func closeCode() async -> UInt16 {
        while await self.messages.next() != nil {}
        return await self.connection.closure().code.rawValue
    }
}
