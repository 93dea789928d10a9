import Crypto

/// The SHA-256 of a token: what is stored and compared instead of the token.
///
/// One unsalted pass suffices because tokens are random with at least 128 bits; never use
/// it for passwords. Comparison takes constant time. It prints its first four bytes.
public struct TokenDigest: Hashable, Sendable {
    private let bytes: [UInt8]

    public init(of token: Secret<String>) {
        self.init(of: token.expose())
    }

    public init(of token: String) {
        bytes = Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// From 64 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == SHA256.byteCount * 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(SHA256.byteCount)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }

    public static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        constantTimeEquals(left.bytes, right.bytes)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}

extension TokenDigest: CustomStringConvertible {
    public var description: String { "sha256:\(hex.prefix(8))…" }
}

/// Compares in a time that depends on the lengths only.
public func constantTimeEquals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(left, right) {
        difference |= one ^ other
    }
    return difference == 0
}
