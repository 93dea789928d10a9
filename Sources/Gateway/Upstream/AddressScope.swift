#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How far an IP address reaches (IANA special-purpose address registries, RFC 6890).
enum AddressScope: Sendable, Hashable {
    case global
    /// RFC 1918, carrier-grade NAT (RFC 6598), unique local IPv6 (RFC 4193).
    case privateNetwork
    /// 169.254/16 and fe80::/10; cloud machines have their metadata service there.
    case linkLocal
    /// This machine, whichever it is that uses the address.
    case loopback
    /// Unspecified, multicast, broadcast, reserved: nothing that a connection can be made to.
    case special

    /// - Returns: nil when the text is no IP address in plain digits; a name can stand for any.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        if let bytes = Self.bytes(of: text, AF_INET, count: 4) {
            self.init(v4: bytes)
        } else if let bytes = Self.bytes(of: text, AF_INET6, count: 16) {
            self.init(v6: bytes)
        } else {
            return nil
        }
    }

    private static func bytes(of text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private init(v4 bytes: [UInt8]) {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (192, 0, 0), (224..., _, _): self = .special
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): self = .privateNetwork
        case (127, _, _): self = .loopback
        case (169, 254, _): self = .linkLocal
        default: self = .global
        }
    }

    private init(v6 bytes: [UInt8]) {
        let isZero = { (range: Range<Int>) in bytes[range].allSatisfy { $0 == 0 } }
        switch (bytes[0], bytes[1]) {
        case (0, 0) where isZero(0..<15) && bytes[15] == 1: self = .loopback
        // Mapped (::ffff:0:0/96): the IPv4 address inside counts.
        case (0, 0) where isZero(0..<10) && bytes[10] == 0xFF && bytes[11] == 0xFF: self.init(v4: Array(bytes[12...]))
        case (0, 0): self = .special
        // Translated (64:ff9b::/96) and 6to4 (2002::/16): likewise.
        case (0, 0x64) where bytes[2] == 0xFF && bytes[3] == 0x9B: self.init(v4: Array(bytes[12...]))
        case (0x20, 0x02): self.init(v4: Array(bytes[2..<6]))
        case (0xFC...0xFD, _): self = .privateNetwork
        case (0xFE, 0x80...0xBF): self = .linkLocal
        case (0xFE, 0xC0...), (0xFF, _): self = .special
        default: self = .global
        }
    }
}
