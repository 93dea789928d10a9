import NIOCore
import Synchronization

/// Who a peer is for the limit on its connections: an IPv4 address, or the first 64 bits of an IPv6 address, since a
/// household or a server has all addresses behind them.
struct PeerNetwork: Hashable {
    private let bits: UInt64
    private let isVersion6: Bool

    /// Nil for sockets without an IP address.
    init?(_ address: SocketAddress?) {
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

    /// Loopback, private and link-local networks: where a proxy of the operator's own stands.
    var isLocal: Bool {
        if isVersion6 { return bits == 0 || bits >> 57 == 0xFC >> 1 || bits >> 54 == 0xFE80 >> 6 }
        switch (UInt8(bits >> 24), UInt8(bits >> 16 & 0xFF)) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): return true
        default: return false
        }
    }
}

/// Counts the open connections of each peer of one server. Called from any event loop.
final class ConnectionCounter: Sendable {
    private let limit: EdgeServerConfiguration.ConnectionsPerAddress
    private let open = Mutex<[PeerNetwork: Int]>([:])

    init(_ limit: EdgeServerConfiguration.ConnectionsPerAddress) {
        self.limit = limit
    }

    /// Whether a new connection may stay. One that may, and isn't exempt, is counted until it closes.
    func admit(_ channel: any Channel) -> Bool {
        guard let peer = PeerNetwork(channel.remoteAddress), !(limit.exemptsLocalNetworks && peer.isLocal) else { return true }
        let isAdmitted = open.withLock { open in
            let count = open[peer, default: 0]
            guard count < limit.maximum else { return false }
            open[peer] = count + 1
            return true
        }
        if isAdmitted {
            channel.closeFuture.whenComplete { _ in
                self.open.withLock { open in
                    // Addresses without connections aren't remembered.
                    open[peer] = open[peer].flatMap { $0 > 1 ? $0 - 1 : nil }
                }
            }
        }
        return isAdmitted
    }
}
