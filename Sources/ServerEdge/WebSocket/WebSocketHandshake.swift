import Crypto
import HTTPTypes
import NIOHTTP1

/// The opening handshake of RFC 6455 section 4, as pure functions.
enum WebSocketHandshake {
    static let protocolHeader = HTTPField.Name.secWebSocketProtocol

    /// Whether a request asks for a WebSocket at all. Others, those with a body among them, are plain HTTP.
    static func isWanted(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.version == .http1_1 && lists(head.headers, "upgrade", "websocket")
            && head.headers["content-length"].allSatisfy { $0 == "0" } && head.headers["transfer-encoding"].isEmpty
    }

    /// Section 4.2.1: what has to hold before anybody is asked. Nil when all is well.
    static func refusal(_ headers: HTTPHeaders) -> EdgeError? {
        let version = headers["sec-websocket-version"]
        guard version == ["13"] else {
            var fields = HTTPFields()
            fields[.secWebSocketVersion] = "13"
            return EdgeError(
                CommonErrorCode.upgradeRequired,
                message: "Only version 13 of the WebSocket protocol is spoken here.",
                headers: fields
            )
        }
        let keys = headers["sec-websocket-key"]
        guard keys.count == 1, let key = keys.first, isKey(key) else {
            return EdgeError(CommonErrorCode.invalidRequest, message: "The Sec-WebSocket-Key header is missing or not valid.")
        }
        guard lists(headers, "connection", "upgrade") else {
            return EdgeError(CommonErrorCode.invalidRequest, message: "The Connection header must name Upgrade.")
        }
        guard headers["host"].count == 1, headers["host"].allSatisfy(HTTPRequestRules.isHost) else {
            return EdgeError(CommonErrorCode.invalidRequest, message: "Exactly one Host header is needed.")
        }
        return nil
    }

    /// The head that accepts. Extensions are never accepted, so none is named.
    static func acceptance(key: String, subprotocol: String?) -> HTTPResponseHead {
        var headers: HTTPHeaders = ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": acceptValue(key)]
        if let subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    }

    /// Section 4.2.2: base64 of SHA-1 of the key and a fixed identifier.
    static func acceptValue(_ key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return base64(Array(digest))
    }

    /// Base64 of 16 bytes: 22 digits and two equals signs.
    static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        return bytes.count == 24 && bytes.suffix(2) == [0x3D, 0x3D]
            && bytes.prefix(22).allSatisfy { byte in
                switch byte {
                case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
                default: false
                }
            }
    }

    /// A token of RFC 9110 section 5.6.2, as subprotocols are.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }

    /// Whether a comma-separated header names `value`, in any case.
    static func lists(_ headers: HTTPHeaders, _ name: String, _ value: String) -> Bool {
        headers[canonicalForm: name].contains { $0.lowercased() == value }
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 0x3F)] : 0x3D)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
