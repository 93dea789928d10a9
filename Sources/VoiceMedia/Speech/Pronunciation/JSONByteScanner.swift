/// Walks through JSON bytes once, without building values: the lexicon and the tagger together have 10 MB of JSON, which a
/// general decoder turns into hundreds of thousands of objects in more than a second.
///
/// Strict enough for data files: any surprise throws, nothing traps.
struct JSONByteScanner {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == 0x20 || (bytes[position] >= 0x09 && bytes[position] <= 0x0D) {
            position += 1
        }
    }

    /// The next byte that is not blank, not consumed; 0 at the end.
    mutating func peek() -> UInt8 {
        skipBlanks()
        return position < bytes.count ? bytes[position] : 0
    }

    mutating func expect(_ character: Character) throws(Malformed) {
        guard peek() == character.asciiValue else { throw Malformed() }
        position += 1
    }

    /// True while the object or array that ends with `end` has another member. Consumes commas and the end.
    /// `first` must be true before the first member.
    mutating func hasNext(until end: Character, first: inout Bool) throws(Malformed) -> Bool {
        let next = peek()
        if next == end.asciiValue {
            position += 1
            return false
        }
        if first {
            first = false
            return true
        }
        guard next == UInt8(ascii: ",") else { throw Malformed() }
        position += 1
        return true
    }

    /// Appends the bytes of the next string, escapes resolved.
    mutating func string(into buffer: inout [UInt8]) throws(Malformed) {
        try expect("\"")
        var start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                buffer.append(contentsOf: bytes[start..<position])
                position += 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                buffer.append(contentsOf: bytes[start..<position])
                position += 1
                try escape(into: &buffer)
                start = position
            } else {
                position += 1
            }
        }
        throw Malformed()
    }

    mutating func string() throws(Malformed) -> String {
        var buffer: [UInt8] = []
        try string(into: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(Malformed) {
        guard position < bytes.count else { throw Malformed() }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if value & 0xFC00 == 0xD800 {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
                else { throw Malformed() }
                position += 2
                let low = try hexadecimal()
                guard low & 0xFC00 == 0xDC00 else { throw Malformed() }
                value = 0x10000 + ((value & 0x3FF) << 10) + (low & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(value) else { throw Malformed() }
            buffer.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        default: throw Malformed()
        }
    }

    private mutating func hexadecimal() throws(Malformed) -> UInt32 {
        guard position + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw Malformed() }
        position += 4
        return value
    }

    mutating func null() throws(Malformed) {
        skipBlanks()
        guard position + 4 <= bytes.count, bytes[position..<position + 4].elementsEqual("null".utf8) else { throw Malformed() }
        position += 4
    }

    /// A number with at most one decimal, in tenths: `-2.3` is -23.
    mutating func tenths() throws(Malformed) -> Int16 {
        let negative = peek() == UInt8(ascii: "-")
        if negative { position += 1 }
        var value = 0
        var digits = 0
        func digit(_ byte: UInt8) -> Int? { byte >= 0x30 && byte <= 0x39 ? Int(byte) - 0x30 : nil }
        while position < bytes.count, digits < 5, let next = digit(bytes[position]) {
            value = value * 10 + next
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw Malformed() }
        value *= 10
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard position < bytes.count, let next = digit(bytes[position]) else { throw Malformed() }
            value += next
            position += 1
        }
        guard let result = Int16(exactly: negative ? -value : value) else { throw Malformed() }
        return result
    }

    /// Only blanks may follow.
    mutating func end() throws(Malformed) {
        skipBlanks()
        guard position == bytes.count else { throw Malformed() }
    }
}
