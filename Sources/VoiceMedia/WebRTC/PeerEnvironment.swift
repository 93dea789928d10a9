import Synchronization

/// What the connections of a process share: the media clock, and the count of ports in use.
final class PeerEnvironment: Sendable {
    let ticker = MediaTicker()
    let ports = PortBudget()
}

/// Counts the connections that hold a port, so that a call too many is refused at once and not after a timeout:
/// ICE itself never says that its port range is exhausted.
final class PortBudget: Sendable {
    private let used = Mutex(0)

    func take(within range: ClosedRange<UInt16>?) -> Bool {
        used.withLock { used in
            if let range, used >= range.count { return false }
            used += 1
            return true
        }
    }

    func giveBack() {
        used.withLock { $0 -= 1 }
    }
}
