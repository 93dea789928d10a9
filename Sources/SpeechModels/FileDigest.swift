import Crypto
import Foundation

/// SHA-256 of a file, read in pieces so that a large model never stands in memory whole.
enum FileDigest {
    /// One read. Large enough that the hash, not the system call, takes the time.
    static let chunkBytes = 1 << 20

    /// Lower-case hexadecimal digest.
    static func sha256(of file: URL) throws -> String {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        while let chunk = try handle.read(upToCount: chunkBytes), !chunk.isEmpty {
            hash.update(data: chunk)
        }
        return hexadecimal(hash.finalize())
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
