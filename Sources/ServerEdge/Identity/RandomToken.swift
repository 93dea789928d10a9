/// Tokens and identifiers from random bytes.
///
/// The system generator uses `getrandom` on Linux; Foundation's `UUID()` would open
/// `/dev/urandom` on each call.
public enum RandomToken {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// `prefix` and `byteCount` random bytes in base64url without padding (RFC 4648 section 5).
    ///
    /// - Parameter byteCount: 32 for credentials, 16 for identifiers that only need to be unique.
    public static func make(prefix: String = "", byteCount: Int = 32) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(prefix: prefix, byteCount: byteCount, using: &generator)
    }

    /// The same with the randomness as an argument, for tests and pure cores.
    public static func make(
        prefix: String = "",
        byteCount: Int = 32,
        using generator: inout some RandomNumberGenerator
    ) -> String {
        var text = Array(prefix.utf8)
        var pending: UInt32 = 0
        var pendingBits = 0
        var random: UInt64 = 0
        for index in 0..<max(0, byteCount) {
            if index % 8 == 0 { random = generator.next() }
            pending = pending << 8 | UInt32(truncatingIfNeeded: random & 0xFF)
            random >>= 8
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                text.append(alphabet[Int(pending >> UInt32(pendingBits) & 0x3F)])
            }
            pending &= (1 << UInt32(pendingBits)) - 1
        }
        if pendingBits > 0 {
            text.append(alphabet[Int(pending << UInt32(6 - pendingBits) & 0x3F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
