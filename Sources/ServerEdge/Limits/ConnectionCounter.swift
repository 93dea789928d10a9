import NIOCore
import Synchronization

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
