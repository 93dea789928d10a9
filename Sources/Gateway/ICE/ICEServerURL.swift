/// The address of a STUN or TURN server: `stun:host[:port]`, `stuns:…` (RFC 7064), `turn:host[:port][?transport=udp|tcp]`,
/// `turns:…` (RFC 7065).
public struct ICEServerURL: Sendable, Hashable {
    /// As browsers take it.
    public let text: String
    /// It wants a name and a password.
    public let isRelay: Bool

    /// Nil unless it has exactly one of these forms.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= 300, let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon]
        guard ["stun", "stuns", "turn", "turns"].contains(scheme) else { return nil }
        let isRelay = scheme.hasPrefix("turn")
        var place = text[text.index(after: colon)...]
        if let query = place.firstIndex(of: "?") {
            guard isRelay, ["?transport=udp", "?transport=tcp"].contains(place[query...]) else { return nil }
            place = place[..<query]
        }
        guard Self.isHostAndPort(place) else { return nil }
        self.text = text
        self.isRelay = isRelay
    }

    private static func isHostAndPort(_ text: Substring) -> Bool {
        let host: Substring
        let rest: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return false }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy({ Self.isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }) else { return false }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard host.utf8.allSatisfy({ Self.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }) else { return false }
        }
        guard !host.isEmpty, rest.isEmpty || rest.first == ":" else { return false }
        return rest.isEmpty || (UInt16(rest.dropFirst()).map { $0 > 0 } ?? false) && rest.dropFirst().utf8.allSatisfy { $0 != 0x2B }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
