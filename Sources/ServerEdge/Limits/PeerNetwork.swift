public import NIOCore

/// Who a peer is for limits by address: an IPv4 address, or the first 64 bits of an IPv6 address, since a household or a
/// server has all addresses behind them.
///
/// It does not print: an address is personal data.
public struct PeerNetwork: Hashable, Sendable {
    private let bits: UInt64
    private let isVersion6: Bool

    /// Nil for sockets without an IP address.
    public init?(_ address: SocketAddress?) {
        guard let address else { return nil }
        // sockaddr_in has the address in bytes 4 to 7, sockaddr_in6 in bytes 8 to 23.
        let bytes = address.withSockAddr { pointer, size in Array(UnsafeRawBufferPointer(start: pointer, count: size)) }
        switch address {
        case .v4 where bytes.count >= 8:
            self.init(version4: bytes[4..<8])
        case .v6 where bytes.count >= 24:
            // An IPv4 client of a socket that speaks both (RFC 4291 section 2.5.5.2).
            if bytes[8..<20].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
                self.init(version4: bytes[20..<24])
            } else {
                // The network of ::1 is all zeros, and has nobody else in it.
                self.init(bits: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }, isVersion6: true)
            }
        case .v4, .v6, .unixDomainSocket:
            return nil
        }
    }

    private init(version4 bytes: ArraySlice<UInt8>) {
        self.init(bits: bytes.reduce(0) { $0 << 8 | UInt64($1) }, isVersion6: false)
    }

    private init(bits: UInt64, isVersion6: Bool) {
        self.bits = bits
        self.isVersion6 = isVersion6
    }

    /// Loopback, private, shared (RFC 6598) and link-local networks: where a proxy of the operator's own stands, and where many
    /// clients have one address. Behind an address of 100.64.0.0/10 is a carrier's translator, a container network or a VPN.
    public var isLocal: Bool {
        if isVersion6 { return bits == 0 || bits >> 57 == 0xFC >> 1 || bits >> 54 == 0xFE80 >> 6 }
        switch (UInt8(bits >> 24), UInt8(bits >> 16 & 0xFF)) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): return true
        default: return false
        }
    }
}

extension PeerNetwork: CustomStringConvertible, CustomReflectable {
    public var description: String { "<personal>" }
    /// Has no children, so that `dump` and reflection find nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
