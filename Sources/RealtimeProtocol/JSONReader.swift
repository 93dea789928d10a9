#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads a JSON text (RFC 8259) into a ``JSONValue``, looking at each byte once.
///
/// `JSONDecoder` cannot be asked what comes next, only for one kind after another, and each wrong guess costs an error that names the whole
/// way to the place: with that, 64 KiB that nest deeply keep a core busy for seconds. The values are those that `JSONDecoder` gives. Pure.
struct JSONReader {
    enum Failure: Error, Equatable {
        /// Not JSON, or nested deeper than ``RealtimeCoding/maximumDepth``.
        case notJSON
        /// JSON, but with a number that no `Double` holds, or a lone surrogate. In the path names stand behind dots, indices in brackets.
        case unfit(path: String)

        fileprivate func under(_ step: String) -> Failure {
            if case .unfit(let path) = self { return .unfit(path: step + path) }
            return self
        }
    }

    /// From here on a `Double` stands for more than one whole number.
    private static let firstInexact: UInt = 1 << 53

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var reader = JSONReader(bytes)
        return try reader.document()
    }

    private mutating func document() throws(Failure) -> JSONValue {
        // A mark of the byte order says nothing in UTF-8 and may be passed over (RFC 8259, section 8.1).
        if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.index = 3 }
        let value = try self.value(depth: 0)
        self.skipSpace()
        guard self.index == self.bytes.count else { throw .notJSON }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.index += 1
        return true
    }

    private mutating func expect(_ word: String) throws(Failure) {
        for byte in word.utf8 {
            guard self.take(byte) else { throw .notJSON }
        }
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { self.index += 1 }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.object(depth: depth + 1)
        case UInt8(ascii: "["): return try self.array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"):
            try self.expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.expect("null")
            return .null
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        guard depth <= RealtimeCoding.maximumDepth else { throw .notJSON }
        var members: [String: JSONValue] = [:]
        self.index += 1
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw .notJSON }
            let name = try self.string()
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")) else { throw .notJSON }
            let value: JSONValue
            do throws(Failure) {
                value = try self.value(depth: depth)
            } catch {
                throw error.under("." + name)
            }
            // Of members with one name the first one counts, as it does for `JSONDecoder`.
            if !members.keys.contains(name) { members[name] = value }
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return .object(members) }
            guard self.take(UInt8(ascii: ",")) else { throw .notJSON }
            // Behind the last one a comma is passed over, as by `JSONDecoder`: one text is not read in two ways.
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        guard depth <= RealtimeCoding.maximumDepth else { throw .notJSON }
        var elements: [JSONValue] = []
        self.index += 1
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            do throws(Failure) {
                let value = try self.value(depth: depth)
                elements.append(value)
            } catch {
                throw error.under("[\(elements.count)]")
            }
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return .array(elements) }
            guard self.take(UInt8(ascii: ",")) else { throw .notJSON }
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return .array(elements) }
        }
    }

    // MARK: Strings

    /// Begins at the quotation mark.
    private mutating func string() throws(Failure) -> String {
        self.index += 1
        let start = self.index
        while let byte = self.next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { self.index += 1 }
        // Most strings end here, as they stand.
        if self.next == UInt8(ascii: "\"") {
            guard let text = String(validating: self.bytes[start..<self.index], as: UTF8.self) else { throw .notJSON }
            self.index += 1
            return text
        }
        var text = Array(self.bytes[start..<self.index])
        while let byte = self.next {
            self.index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let whole = String(validating: text, as: UTF8.self) else { throw .notJSON }
                return whole
            case UInt8(ascii: "\\"):
                let scalar = try self.escape()
                text.append(contentsOf: scalar.utf8)
            case 0..<0x20: throw .notJSON
            default: text.append(byte)
            }
        }
        throw .notJSON
    }

    /// What stands behind a backslash.
    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard let byte = self.next else { throw .notJSON }
        self.index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw .notJSON
        }
        let unit = try self.hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // The first half of a pair; a second half without a first one is as lone as a first without a second.
        guard 0xD800..<0xDC00 ~= unit, self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) else { throw .unfit(path: "") }
        let low = try self.hexadecimal()
        guard 0xDC00..<0xE000 ~= low, let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) else {
            throw .unfit(path: "")
        }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw .notJSON }
            unit = unit << 4 | UInt32(digit)
            self.index += 1
        }
        return unit
    }

    // MARK: Numbers

    private mutating func digits() -> Int {
        let start = self.index
        while let byte = self.next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { self.index += 1 }
        return self.index - start
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = self.index
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) {
            guard self.digits() > 0 else { throw .notJSON }
        }
        var isWhole = true
        if self.take(UInt8(ascii: ".")) {
            isWhole = false
            guard self.digits() > 0 else { throw .notJSON }
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isWhole = false
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            guard self.digits() > 0 else { throw .notJSON }
        }
        let text = String(decoding: self.bytes[start..<self.index], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw .unfit(path: "") }
        guard let whole = Int(exactly: value) else { return .number(value) }
        guard whole.magnitude >= Self.firstInexact else { return .integer(whole) }
        // Rare. A field that is typed as an integer is decoded from all digits; this one must not say something else.
        return .integer(Self.exactly(text) ?? whole)
    }

    /// The whole part of what a text with a fraction or an exponent stands for; nil when it does not fit.
    private static func exactly(_ text: String) -> Int? {
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        // More digits than this make no number that fits, whatever the exponent.
        guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) <= 4096, text.utf8.count <= 4096 else { return nil }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = String(mantissa[0]) + fraction
        let shift = exponent - fraction.count
        if shift >= 0 { return shift <= 19 ? Int(digits + String(repeating: "0", count: shift)) : nil }
        guard -shift < digits.count else { return nil }
        digits.removeLast(-shift)
        return Int(digits)
    }
}
