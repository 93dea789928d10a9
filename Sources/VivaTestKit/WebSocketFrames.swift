/// Bytes of WebSocket frames, right and wrong ones, and a reader for the server's.
public enum WebSocketFrames {
    /// One frame of a client.
    ///
    /// - Parameters:
    ///   - reserved: The three reserved bits, 0…7; 4 is RSV1.
    ///   - declaredLength: Written instead of the payload's own length, in eight bytes.
    public static func frame(
        opcode: UInt8,
        payload: [UInt8] = [],
        final: Bool = true,
        masked: Bool = true,
        reserved: UInt8 = 0,
        declaredLength: UInt64? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = [(final ? 0x80 : 0) | reserved << 4 | opcode]
        let maskBit: UInt8 = masked ? 0x80 : 0
        if let declaredLength {
            bytes.append(maskBit | 127)
            bytes += bigEndian(declaredLength, 8)
        } else if payload.count < 126 {
            bytes.append(maskBit | UInt8(payload.count))
        } else if payload.count < 65_536 {
            bytes.append(maskBit | 126)
            bytes += bigEndian(UInt64(payload.count), 2)
        } else {
            bytes.append(maskBit | 127)
            bytes += bigEndian(UInt64(payload.count), 8)
        }
        guard masked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    public static func text(_ text: String, final: Bool = true) -> [UInt8] {
        frame(opcode: 1, payload: Array(text.utf8), final: final)
    }

    public static func close(_ code: UInt16, reason: String = "") -> [UInt8] {
        frame(opcode: 8, payload: bigEndian(UInt64(code), 2) + Array(reason.utf8))
    }

    /// The head of an upgrade request with a fixed key.
    public static func upgradeRequest(path: String, version: String = "13", headers: [String] = []) -> String {
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: \(version)",
            ] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// A frame as a server sends it: short or medium, without a mask.
    public struct Received: Equatable, Sendable {
        public let opcode: UInt8
        public let payload: [UInt8]

        public init(opcode: UInt8, payload: [UInt8]) {
            self.opcode = opcode
            self.payload = payload
        }

        public var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame; nil when it has none.
        public var closeCode: UInt16? {
            payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        }
    }

    /// Reads the next frame of a server from a probe.
    public static func receive(_ probe: TCPProbe) async throws -> Received {
        let head = try await probe.receive(2)
        var length = Int(head[1] & 0x7F)
        if length >= 126 {
            length = try await probe.receive(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return Received(opcode: head[0] & 0x0F, payload: try await probe.receive(length))
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
