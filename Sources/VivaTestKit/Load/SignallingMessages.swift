import NIOCore

/// What a page of a signalling server sends, as bytes that are made once. The messages are those of the seed's page and of ours alike.
struct SignallingMessages: Sendable {
    /// An offer of the size of a browser's.
    static let offer: String = {
        var lines = [
            "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=msid-semantic: WMS load",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:Wq3f",
            "a=ice-pwd:5hF6mzTq0y4ZJ0D1gnUjG0ZQ", "a=ice-options:trickle",
            "a=fingerprint:sha-256 " + (0..<32).map { _ in "A7" }.joined(separator: ":"), "a=setup:actpass", "a=mid:0",
            "a=sendrecv", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1",
            "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:13 CN/8000", "a=rtpmap:110 telephone-event/48000", "a=rtpmap:126 telephone-event/8000",
        ]
        for number in 0..<6 {
            lines.append("a=candidate:\(number) 1 udp 2122260223 192.0.2.\(number) 50000 typ host generation 0 network-id 1")
        }
        lines += ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:1", "a=sctp-port:5000"]
        return lines.joined(separator: "\r\n") + "\r\n"
    }()

    let host: String
    let sdpOffer: ByteBuffer
    let endSession = ByteBuffer(bytes: WebSocketFrames.text(#"{"type":"end_session"}"#))
    let close = ByteBuffer(bytes: WebSocketFrames.close(1000))

    init(host: String) {
        self.host = host
        let escaped = Self.offer.replacing("\r\n", with: #"\r\n"#)
        self.sdpOffer = ByteBuffer(
            bytes: WebSocketFrames.text(#"{"type":"sdp_offer","offer":{"type":"offer","sdp":""# + escaped + #""}}"#)
        )
    }

    /// The head that opens a WebSocket.
    func upgrade(path: String) -> ByteBuffer {
        ByteBuffer(
            string: "GET \(path) HTTP/1.1\r\nHost: \(self.host)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
    }

    /// The request for a key, as the seed's page sends it.
    func keyRequest(session: String) -> ByteBuffer {
        let body = #"{"sessionId":"\#(session)","voice":"alloy","model":"gpt-4o-realtime-preview-2024-12-17"}"#
        return ByteBuffer(
            string: "POST /api/generate-ephemeral-key HTTP/1.1\r\nHost: \(self.host)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }
}
