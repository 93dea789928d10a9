public import HTTPTypes
public import NIOCore

/// Networks of reverse proxies whose `X-Forwarded-For` is believed. From anybody else the field is a claim of the client's.
public struct TrustedProxies: Sendable, Equatable {
    /// Networks that can be named; a deployment has a handful of proxies.
    public static let most = 64

    /// An address and how many of its bits count.
    struct Network: Equatable {
        let bytes: [UInt8]
        let prefix: Int

        /// `10.0.0.0/8`, `2001:db8::/32`, or one address. Nil for anything else, and for bits set behind the prefix: that is a
        /// slip of the pen, and guessing what was meant would trust the wrong ones.
        init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let bytes = TrustedProxies.bytes(String(parts[0])) else { return nil }
            var prefix = bytes.count * 8
            if parts.count == 2 {
                guard let given = Int(parts[1]), (0...prefix).contains(given) else { return nil }
                prefix = given
            }
            self.bytes = bytes
            self.prefix = prefix
            guard (prefix..<bytes.count * 8).allSatisfy({ bytes[$0 / 8] & (0x80 >> ($0 % 8)) == 0 }) else { return nil }
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            return (0..<prefix).allSatisfy { (address[$0 / 8] ^ bytes[$0 / 8]) & (0x80 >> ($0 % 8)) == 0 }
        }
    }

    private static let header = HTTPField.Name("X-Forwarded-For")
    private let networks: [Network]

    /// Nobody is trusted.
    public init() {
        networks = []
    }

    /// - Parameter texts: addresses and networks (`192.0.2.4`, `10.0.0.0/8`), at most ``most``; nil if one of them is neither.
    public init?(_ texts: [some StringProtocol]) {
        let networks = texts.compactMap { Network($0) }
        guard networks.count == texts.count, networks.count <= Self.most else { return nil }
        self.networks = networks
    }

    public var isEmpty: Bool { networks.isEmpty }

    /// Who sent a request: the peer of the connection, or, if that is a trusted proxy, the last address of `X-Forwarded-For`
    /// that is not one. Each proxy appends the address that it was asked from, so what stands before that can be made up.
    public func client(of peer: SocketAddress?, _ fields: HTTPFields) -> PeerNetwork? {
        guard !networks.isEmpty, let peer, let bytes = Self.bytes(of: peer), trusts(bytes), let header = Self.header else {
            return PeerNetwork(peer)
        }
        let named = fields[values: header].flatMap { $0.split(separator: ",") }
        var client = peer
        for text in named.reversed() {
            guard let address = Self.address(text) else { break }
            client = address
            guard let bytes = Self.bytes(of: address), trusts(bytes) else { break }
        }
        return PeerNetwork(client)
    }

    private func trusts(_ bytes: [UInt8]) -> Bool { networks.contains { $0.contains(bytes) } }

    /// An address as proxies write it: with or without a port, IPv6 with or without brackets.
    private static func address(_ text: Substring) -> SocketAddress? {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            text = text[text.index(after: text.startIndex)..<end]
        } else if text.count(where: { $0 == ":" }) == 1 {
            text = text.prefix { $0 != ":" }
        }
        return try? SocketAddress(ipAddress: String(text), port: 0)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        (try? SocketAddress(ipAddress: text, port: 0)).flatMap { bytes(of: $0) }
    }

    /// 4 or 16 bytes; an IPv4 address inside an IPv6 one counts as the former.
    private static func bytes(of address: SocketAddress) -> [UInt8]? {
        let all = address.withSockAddr { pointer, size in Array(UnsafeRawBufferPointer(start: pointer, count: size)) }
        switch address {
        case .v4 where all.count >= 8:
            return Array(all[4..<8])
        case .v6 where all.count >= 24:
            let bytes = Array(all[8..<24])
            return bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) ? Array(bytes[12...]) : bytes
        case .v4, .v6, .unixDomainSocket:
            return nil
        }
    }
}
