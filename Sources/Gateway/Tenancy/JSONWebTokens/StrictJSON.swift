/// A JSON text (RFC 8259) read without mercy, for texts that somebody may have made to be read in two ways.
///
/// Refused are: what is not UTF-8, a member name that occurs twice, a lone surrogate, a control character inside a string,
/// anything behind the value, and more than ``deepest`` levels. Pure.
enum StrictJSON: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// Written as a whole number, and within 64 bits.
    case integer(Int64)
    /// Any other number. No claim of ours is one, so its value is not kept.
    case otherNumber
    case string(String)
    case array([StrictJSON])
    case object([String: StrictJSON])

    /// Levels of arrays and objects. Claims of identity providers have three or four.
    static let deepest = 16

    /// - Returns: nil when it is not JSON, or is refused.
    static func read(_ bytes: [UInt8]) -> StrictJSON? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = StrictJSONReader(bytes: bytes)
        return reader.document()
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var whole: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    var members: [String: StrictJSON]? {
        if case .object(let members) = self { members } else { nil }
    }

    var elements: [StrictJSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

private struct StrictJSONReader {
    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let end = self.index + word.utf8CodeUnitCount
        let isThere = word.withUTF8Buffer { end <= self.bytes.count && self.bytes[self.index..<end].elementsEqual($0) }
        if isThere { self.index = end }
        return isThere
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { self.index += 1 }
    }

    mutating func document() -> StrictJSON? {
        guard let value = self.value(depth: 0) else { return nil }
        self.skipSpace()
        return self.index == self.bytes.count ? value : nil
    }

    private mutating func value(depth: Int) -> StrictJSON? {
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return depth < StrictJSON.deepest ? self.object(depth: depth + 1) : nil
        case UInt8(ascii: "["): return depth < StrictJSON.deepest ? self.array(depth: depth + 1) : nil
        case UInt8(ascii: "\""): return self.string().map { .string($0) }
        case UInt8(ascii: "t"): return self.take("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return self.take("false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): return self.take("null") ? .null : nil
        default: return self.number()
        }
    }

    private mutating func object(depth: Int) -> StrictJSON? {
        var members: [String: StrictJSON] = [:]
        guard self.take(UInt8(ascii: "{")) else { return nil }
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            self.skipSpace()
            guard let name = self.string(), members[name] == nil else { return nil }
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")), let value = self.value(depth: depth) else { return nil }
            members[name] = value
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return .object(members) }
            guard self.take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func array(depth: Int) -> StrictJSON? {
        var elements: [StrictJSON] = []
        guard self.take(UInt8(ascii: "[")) else { return nil }
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            guard let value = self.value(depth: depth) else { return nil }
            elements.append(value)
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return .array(elements) }
            guard self.take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func string() -> String? {
        guard self.take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while let byte = self.next {
            self.index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = self.escape() else { return nil }
                text.append(contentsOf: String(Character(scalar)).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let byte = self.next else { return nil }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = self.hexadecimal() else { return nil }
            guard 0xD800..<0xDC00 ~= unit else { return Unicode.Scalar(unit) }
            guard self.take("\\u"), let low = self.hexadecimal(), 0xDC00..<0xE000 ~= low else { return nil }
            return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        default: return nil
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
            self.index += 1
        }
        return unit
    }

    private mutating func digits() -> Int {
        let start = self.index
        while let byte = self.next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { self.index += 1 }
        return self.index - start
    }

    private mutating func number() -> StrictJSON? {
        let start = self.index
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) {
            guard self.digits() > 0 else { return nil }
        }
        var isWhole = true
        if self.take(UInt8(ascii: ".")) {
            isWhole = false
            guard self.digits() > 0 else { return nil }
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isWhole = false
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            guard self.digits() > 0 else { return nil }
        }
        guard isWhole, let number = Int64(String(decoding: self.bytes[start..<self.index], as: UTF8.self)) else { return .otherNumber }
        return .integer(number)
    }
}
