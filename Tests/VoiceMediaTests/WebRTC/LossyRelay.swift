import Glibc
import Synchronization

/// A network on the loopback that loses some audio packets on the way from a client to a server, and nothing else.
///
/// The client is told the relay's port in place of the server's; the server answers whoever it hears.
final class LossyRelay: Sendable {
    private struct State {
        var audioPackets = 0
        var lost = 0
        var isClosed = false
    }

    private let socket: Int32
    let port: UInt16
    private let loss: (count: Int, interval: Int)
    private let state = Mutex(State())

    /// Audio packets that did not arrive.
    var lost: Int { state.withLock { $0.lost } }

    /// - Parameters:
    ///   - count: so many audio packets are lost in a row, the last ones of each `interval`.
    init(losing count: Int, of interval: Int) {
        loss = (count, interval)
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0, "no port for the relay")
            }
        }
        self.socket = socket
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Forwards until `close`; blocks the calling thread.
    func run(to server: UInt16) {
        // A datagram of a call is at most an MTU; this is far more.
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var client: sockaddr_in?
        var timeout = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        while !state.withLock({ $0.isClosed }) {
            var source = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &source) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(socket, &buffer, buffer.count, 0, $0, &length) }
            }
            guard count > 0 else { continue }
            if UInt16(bigEndian: source.sin_port) == server {
                if let client { send(buffer[..<count], to: client) }
            } else {
                client = source
                if !loses(buffer[..<count]) { send(buffer[..<count], to: Self.address(port: server)) }
            }
        }
        Glibc.close(socket)
    }

    func close() { state.withLock { $0.isClosed = true } }

    private func loses(_ packet: ArraySlice<UInt8>) -> Bool {
        // RTP among what shares the port (RFC 7983), and no RTCP (RFC 5761, section 4).
        guard packet.count > 1, (128...191).contains(packet[0]), !(64...95).contains(packet[1] & 0x7F) else { return false }
        return state.withLock { state in
            state.audioPackets += 1
            guard (state.audioPackets - 1) % loss.interval >= loss.interval - loss.count else { return false }
            state.lost += 1
            return true
        }
    }

    private func send(_ packet: ArraySlice<UInt8>, to destination: sockaddr_in) {
        var destination = destination
        _ = packet.withUnsafeBytes { bytes in
            withUnsafePointer(to: &destination) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(socket, bytes.baseAddress, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
