import NIOCore

/// Takes whole HTTP answers with a length, and frames of a WebSocket server, out of the bytes of one connection.
///
/// Made for load: it keeps one buffer and makes no strings. It trusts the server, which is one of those that are measured.
struct ServerBytes {
    private var buffer = ByteBuffer()
    /// Where the search for the end of a head goes on.
    private var searched = 0

    enum Failure: Error, Equatable {
        /// No HTTP, no length, or a frame that is longer than any that is expected.
        case unexpected
    }

    struct Answer {
        let status: Int
        let body: ByteBuffer
    }

    /// No answer or frame of a server that is measured is longer.
    private static let longest = 256 * 1024

    mutating func append(_ bytes: inout ByteBuffer) {
        if self.buffer.readableBytes == 0 {
            self.buffer = bytes
        } else {
            self.buffer.writeBuffer(&bytes)
        }
    }

    /// The next answer; nil while it is not complete. One without a length has no body.
    mutating func answer() throws(Failure) -> Answer? {
        guard let head = self.head(), let status = self.status() else { return nil }
        let length = self.contentLength(in: head) ?? 0
        guard length <= Self.longest else { throw .unexpected }
        guard self.buffer.readableBytes >= head + length else { return nil }
        self.buffer.moveReaderIndex(forwardBy: head)
        self.searched = 0
        guard let body = self.buffer.readSlice(length: length) else { throw .unexpected }
        return Answer(status: status, body: body)
    }

    /// The next frame; nil while it is not complete.
    mutating func frame() throws(Failure) -> (opcode: UInt8, payload: ByteBuffer)? {
        let start = self.buffer.readerIndex
        guard let first = self.buffer.getInteger(at: start, as: UInt8.self),
            let second = self.buffer.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        var (head, length) = (2, Int(second & 0x7F))
        if length == 126 {
            guard let extended = self.buffer.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            (head, length) = (4, Int(extended))
        } else if length == 127 {
            guard let extended = self.buffer.getInteger(at: start + 2, as: UInt64.self) else { return nil }
            (head, length) = (10, Int(clamping: extended))
        }
        guard length <= Self.longest else { throw .unexpected }
        guard self.buffer.readableBytes >= head + length else { return nil }
        self.buffer.moveReaderIndex(forwardBy: head)
        guard let payload = self.buffer.readSlice(length: length) else { throw .unexpected }
        return (first & 0x0F, payload)
    }

    /// Bytes of the head with its empty line, once it is there.
    private mutating func head() -> Int? {
        let from = max(0, self.searched - 3)
        let end = self.buffer.withUnsafeReadableBytes { bytes -> Int? in
            var index = from + 3
            while index < bytes.count {
                // The last byte tells how far the next possible end is.
                switch bytes[index] {
                case 0x0A where bytes[index - 1] == 0x0D && bytes[index - 2] == 0x0A && bytes[index - 3] == 0x0D: return index + 1
                case 0x0A, 0x0D: index += 1
                default: index += 2
                }
            }
            return nil
        }
        if end == nil { self.searched = self.buffer.readableBytes }
        return end
    }

    private func status() -> Int? {
        // HTTP/1.1 200
        self.buffer.getSlice(at: self.buffer.readerIndex + 9, length: 3).flatMap { Int(String(buffer: $0)) }
    }

    private func contentLength(in head: Int) -> Int? {
        self.buffer.withUnsafeReadableBytes { bytes in
            let name = StaticString("\ncontent-length:")
            return name.withUTF8Buffer { name in
                var index = 0
                while index + name.count < head {
                    guard bytes[index] == 0x0A else {
                        index += 1
                        continue
                    }
                    var matched = 1
                    while matched < name.count, bytes[index + matched] | 0x20 == name[matched] | 0x20 { matched += 1 }
                    index += matched
                    guard matched == name.count else { continue }
                    while bytes[index] == 0x20 { index += 1 }
                    var length = 0
                    while index < head, (0x30...0x39).contains(bytes[index]), length < Self.longest {
                        length = length * 10 + Int(bytes[index] - 0x30)
                        index += 1
                    }
                    return length
                }
                return nil
            }
        }
    }
}

extension ByteBuffer {
    /// Where this text begins among the readable bytes, counted from the first of them.
    func firstIndex(of text: StaticString) -> Int? {
        self.withUnsafeReadableBytes { bytes in
            text.withUTF8Buffer { text in
                guard text.count > 0, bytes.count >= text.count else { return nil }
                var index = 0
                while index <= bytes.count - text.count {
                    var matched = 0
                    while matched < text.count, bytes[index + matched] == text[matched] { matched += 1 }
                    if matched == text.count { return index }
                    index += 1
                }
                return nil
            }
        }
    }

    func contains(_ text: StaticString) -> Bool { self.firstIndex(of: text) != nil }

    /// The text between this one and the next quotation mark.
    func quoted(after text: StaticString) -> String? {
        guard let start = self.firstIndex(of: text) else { return nil }
        let rest = self.getSlice(
            at: self.readerIndex + start + text.utf8CodeUnitCount,
            length: self.readableBytes - start - text.utf8CodeUnitCount
        )
        return rest.flatMap { rest in
            rest.readableBytesView.firstIndex(of: 0x22).flatMap { end in
                rest.getString(at: rest.readerIndex, length: end - rest.readableBytesView.startIndex)
            }
        }
    }
}
