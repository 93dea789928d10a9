import Glibc

/// The addresses of this machine that a peer may reach.
enum LocalAddresses {
    /// Bound always: the browser on the same machine, and the synthetic candidate, come over it.
    static let loopback = "127.0.0.1"

    /// Addresses that are bound in each call, each a socket. A machine with many container networks has dozens of
    /// interfaces; browsers try only so many pairs.
    static let maximumCount = 16

    /// Every address of an interface that is up, without link-local ones (they need a zone that SDP cannot say)
    /// and without other loopback addresses; then 127.0.0.1.
    static func usable() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [loopback] }
        defer { freeifaddrs(list) }
        var addresses: [String] = []
        var next = list
        while let interface = next?.pointee {
            next = interface.ifa_next
            guard interface.ifa_flags & UInt32(IFF_UP) != 0, interface.ifa_flags & UInt32(IFF_LOOPBACK) == 0,
                let address = interface.ifa_addr, let text = numeric(address), isRoutable(text), !addresses.contains(text)
            else { continue }
            addresses.append(text)
        }
        return Array(addresses.prefix(maximumCount - 1)) + [loopback]
    }

    /// Not link-local (RFC 3927, RFC 4291 section 2.5.6) and not unspecified.
    static func isRoutable(_ address: String) -> Bool {
        let lower = address.lowercased()
        let linkLocalIPv6 = ["fe8", "fe9", "fea", "feb"].contains { lower.hasPrefix($0) && lower.contains(":") }
        return !lower.isEmpty && !lower.hasPrefix("169.254.") && !linkLocalIPv6 && lower != "0.0.0.0" && lower != "::"
    }

    private static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let length: socklen_t
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = socklen_t(MemoryLayout<sockaddr_in>.size)
        case AF_INET6: length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: return nil
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            guard let start = buffer.baseAddress,
                getnameinfo(address, length, start, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
            else { return nil }
            return String(cString: start)
        }
    }
}
