/// The text of a flat JSON object, written member by member: what is stored for each step of each interview is always the same few members,
/// and an encoder for them was seen in profiles. The same bytes as a `JSONEncoder` with sorted keys and unescaped slashes, if members are
/// added in order.
struct JSONObjectText {
    private var bytes = Array("{".utf8)

    /// The finished text.
    var text: String { String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self) }

    mutating func add(_ name: StaticString, _ value: String) {
        begin(name)
        append(quoting: value)
    }

    mutating func add(_ name: StaticString, _ value: some BinaryInteger) {
        begin(name)
        bytes += String(value).utf8
    }

    /// - Parameter value: finite; JSON has no other numbers.
    mutating func add(_ name: StaticString, _ value: Double) {
        precondition(value.isFinite, "JSON has no number for \(value)")
        begin(name)
        let text = value.description
        bytes += text.hasSuffix(".0") ? text.dropLast(2).utf8 : text[...].utf8
    }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        append(quoting: name.description)
        bytes.append(UInt8(ascii: ":"))
    }

    /// RFC 8259, section 7.
    private mutating func append(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += Array(#"\b"#.utf8)
            case 0x09: bytes += Array(#"\t"#.utf8)
            case 0x0A: bytes += Array(#"\n"#.utf8)
            case 0x0C: bytes += Array(#"\f"#.utf8)
            case 0x0D: bytes += Array(#"\r"#.utf8)
            case 0x00..<0x20:
                let digits = String(byte, radix: 16)
                bytes += Array(#"\u00"#.utf8) + Array((digits.count == 1 ? "0" + digits : digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
