/// The parts of a `ws`, `wss`, `http` or `https` address that a client needs. Pure.
struct WebSocketURL: Equatable {
    let isSecure: Bool
    let host: String
    let port: Int
    /// Path and query, as the request line carries them.
    let target: String

    /// Nil for anything that isn't such an address. User information and fragments are refused:
    /// the first would put a credential into a URL, the second isn't allowed (RFC 6455 section 3).
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let mark = text.range(of: "://") else { return nil }
        switch text[..<mark.lowerBound].lowercased() {
        case "ws", "http": isSecure = false
        case "wss", "https": isSecure = true
        default: return nil
        }
        let rest = text[mark.upperBound...]
        guard !rest.contains("#") else { return nil }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        var hostPart = authority
        var portPart: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            hostPart = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { return nil }
            portPart = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            hostPart = authority[..<colon]
            portPart = authority[authority.index(after: colon)...]
        }
        guard !hostPart.isEmpty else { return nil }
        host = String(hostPart)
        if let portPart {
            guard portPart.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(portPart), (1...65535).contains(number) else {
                return nil
            }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
        let path = String(rest[end...])
        target = path.isEmpty ? "/" : (path.hasPrefix("?") ? "/" + path : path)
    }

    /// For the `Host` header; the default port is left out.
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Whether the host is an address rather than a name; TLS names no address (RFC 6066 section 3).
    var hostIsAddress: Bool {
        host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    }
}

extension String {
    fileprivate func range(of separator: String) -> Range<String.Index>? {
        firstRange(of: separator)
    }
}
