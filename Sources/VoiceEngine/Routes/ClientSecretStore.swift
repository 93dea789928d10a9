import RealtimeProtocol
import ServerEdge
import Synchronization

/// Short-lived keys for browsers (`POST /v1/realtime/client_secrets`), kept as digests until they expire.
///
/// A key opens any number of sessions until then, and each starts with the configuration that was bound to it. Nothing is written to
/// disk: a restart of the engine ends them, as it ends its sessions.
final class ClientSecretStore: Sendable {
    static let prefix = "ek_"
    /// Keys at once; the one that expires first makes room. A key costs up to a session with its instructions (about 64 KB).
    static let maximumKeys = 4_096

    struct Bound: Sendable {
        var update: SessionUpdate?
    }

    private struct Entry {
        var expiresAt: Int
        var bound: Bound
    }

    private let entries = Mutex<[TokenDigest: Entry]>([:])
    private let secondsSince1970: @Sendable () -> Int

    init(secondsSince1970: @escaping @Sendable () -> Int) {
        self.secondsSince1970 = secondsSince1970
    }

    /// Makes a key.
    ///
    /// - Parameter lifetime: in seconds.
    /// - Returns: the key, which is shown once, and when it expires, in seconds since 1970.
    func make(lifetime: Int, session: SessionUpdate?) -> (key: Secret<String>, expiresAt: Int) {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        let key = Self.prefix + String((0..<32).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
        let now = secondsSince1970()
        let expiresAt = now + lifetime
        entries.withLock { entries in
            if entries.count >= Self.maximumKeys { entries = entries.filter { $0.value.expiresAt > now } }
            if entries.count >= Self.maximumKeys, let first = entries.min(by: { $0.value.expiresAt < $1.value.expiresAt }) {
                entries[first.key] = nil
            }
            entries[TokenDigest(of: key)] = Entry(expiresAt: expiresAt, bound: Bound(update: session))
        }
        return (Secret(key), expiresAt)
    }

    /// What is bound to a key; nil when there is no such key, or no more.
    func session(of key: Secret<String>) -> Bound? {
        guard key.expose().hasPrefix(Self.prefix) else { return nil }
        let digest = TokenDigest(of: key)
        let now = secondsSince1970()
        return entries.withLock { entries in
            guard let entry = entries[digest] else { return nil }
            guard entry.expiresAt > now else {
                entries[digest] = nil
                return nil
            }
            return entry.bound
        }
    }
}
