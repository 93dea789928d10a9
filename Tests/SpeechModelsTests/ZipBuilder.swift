import CZlib

/// Builds small zip archives as pip's wheels are: deflated or stored members, a central directory, no comment.
struct ZipBuilder {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    mutating func add(_ name: String, _ content: [UInt8], deflated: Bool = true) {
        let packed = deflated ? Self.deflate(content) : content
        let crc = UInt32(crc32(0, content, UInt32(content.count)))
        let offset = UInt32(body.count)
        let method: UInt16 = deflated ? 8 : 0
        var common = [20, 0, method, 0, 0].flatMap(two)
        common += [crc, UInt32(packed.count), UInt32(content.count)].flatMap(four)
        common += [UInt16(name.utf8.count), 0].flatMap(two)
        body += four(0x0403_4b50) + common + Array(name.utf8) + packed
        directory += four(0x0201_4b50) + two(20) + common
        directory += [0, 0, 0].flatMap(two) + four(0) + four(offset) + Array(name.utf8)
        count += 1
    }

    var bytes: [UInt8] {
        let counts = [0, 0, count, count].flatMap(two)
        let sizes = [UInt32(directory.count), UInt32(body.count)].flatMap(four)
        return body + directory + four(0x0605_4b50) + counts + sizes + two(0)
    }

    private static func deflate(_ content: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = content
        var output = [UInt8](repeating: 0, count: Int(compressBound(UInt(content.count))) + 64)
        let produced = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target -> Int in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                CZlib.deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[0..<produced])
    }
}

private func two(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
private func four(_ value: UInt32) -> [UInt8] { two(UInt16(value & 0xFFFF)) + two(UInt16(value >> 16)) }
