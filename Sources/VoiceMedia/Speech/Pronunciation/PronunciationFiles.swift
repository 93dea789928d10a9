import CZlib
import Foundation

/// Reads the data files of the voice; names ending in `.gz` are inflated.
struct PronunciationFiles {
    /// Upper bound of one inflated file. The largest (tagger.json.gz) has 4.6 MB; a damaged stream must not fill the memory.
    static let maximumBytes = 32 << 20

    let directory: URL

    func bytes(of name: String) throws(PronunciationDataError) -> [UInt8] {
        let content: [UInt8]
        do {
            content = try [UInt8](Data(contentsOf: directory.appendingPathComponent(name)))
        } catch {
            throw PronunciationDataError(file: name, reason: .unreadable)
        }
        guard name.hasSuffix(".gz") else { return content }
        guard let inflated = Self.inflate(content, limit: Self.maximumBytes) else {
            throw PronunciationDataError(file: name, reason: .damagedArchive)
        }
        return inflated
    }

    /// Inflates one gzip member; nil when the stream is damaged, cut short or longer than `limit`.
    static func inflate(_ compressed: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        // 15 = largest window, +32 = accept gzip and zlib headers (zlib manual, inflateInit2).
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = compressed
        var output = [UInt8](repeating: 0, count: min(limit, max(4096, compressed.count * 4)))
        var produced = 0
        let complete = input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                let status = output.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress.map { $0 + produced }
                    stream.avail_out = UInt32(target.count - produced)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    produced = target.count - Int(stream.avail_out)
                    return status
                }
                if status == Z_STREAM_END { return true }
                guard status == Z_OK, produced == output.count, output.count < limit else { return false }
                output.append(contentsOf: repeatElement(0, count: min(output.count, limit - output.count)))
            }
        }
        guard complete else { return nil }
        output.removeLast(output.count - produced)
        return output
    }
}
