/// A `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1), read tolerantly: parts with or without content type and
/// file name, with a preamble, with padding after a boundary.
struct MultipartForm {
    /// Two parts are expected; a few more do no harm.
    static let maximumParts = 8
    /// Bytes of one part's headers.
    static let maximumHeaderBytes = 4 * 1_024
    /// RFC 2046: a boundary has at most 70 characters.
    static let maximumBoundaryCharacters = 70

    enum Failure: Error, Equatable {
        /// The content type has no usable `boundary`.
        case noBoundary
        /// The body does not keep to the form.
        case malformed
        case tooManyParts
    }

    struct Part: Equatable {
        var name: String
        var contentType: String?
        var body: ArraySlice<UInt8>
    }

    private(set) var parts: [Part] = []

    /// - Parameters:
    ///   - contentType: the value of the header, with its parameters.
    ///   - body: the whole body; its size is the caller's business.
    init(contentType: String, body: [UInt8]) throws(Failure) {
        guard let boundary = Self.parameter("boundary", of: contentType), !boundary.isEmpty,
            boundary.utf8.count <= Self.maximumBoundaryCharacters
        else { throw .noBoundary }
        let delimiter = Array("--\(boundary)".utf8)
        // The first delimiter may stand at the very beginning, without a line end before it.
        let start = body.starts(with: delimiter) ? delimiter.count : Self.findEnd(delimiter, in: body[...])?.upperBound
        guard var position = start else { throw .malformed }
        while true {
            if body[position...].starts(with: "--".utf8) { return }
            guard let afterLine = Self.endOfLine(body[position...]) else { throw .malformed }
            guard parts.count < Self.maximumParts else { throw .tooManyParts }
            guard let next = Self.findEnd(delimiter, in: body[(afterLine - 2)...]) else { throw .malformed }
            // An empty part has no line of its own: its delimiter begins with the line end of the headers.
            parts.append(try Self.part(body[afterLine..<max(afterLine, next.lowerBound)]))
            position = next.upperBound
        }
    }

    /// The one part of a name; nil when there is none or more than one.
    func part(_ name: String) -> Part? {
        let found = parts.filter { $0.name == name }
        return found.count == 1 ? found[0] : nil
    }

    /// How often a name occurs.
    func count(of name: String) -> Int {
        parts.count { $0.name == name }
    }

    private static func part(_ bytes: ArraySlice<UInt8>) throws(Failure) -> Part {
        var name: String?
        var contentType: String?
        var rest = bytes
        while true {
            guard let end = lineEnd(rest), end - bytes.startIndex <= maximumHeaderBytes else { throw .malformed }
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 2)...]
            if line.isEmpty { break }
            guard let text = String(validating: line, as: UTF8.self), let colon = text.firstIndex(of: ":") else { throw .malformed }
            let value = trimmed(text[text.index(after: colon)...])
            switch text[..<colon].lowercased() {
            case "content-disposition": name = parameter("name", of: value)
            case "content-type": contentType = value
            default: break
            }
        }
        guard let name else { throw .malformed }
        return Part(name: name, contentType: contentType, body: rest)
    }

    /// The value of a header's parameter, quoted or not: `form-data; name="sdp"; filename="a;b"`.
    static func parameter(_ name: String, of header: String) -> String? {
        var rest = header[...]
        guard let first = rest.firstIndex(of: ";") else { return nil }
        rest = rest[rest.index(after: first)...]
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest[key.endIndex...]
            var value = ""
            if rest.first == "=" {
                rest.removeFirst()
                rest = rest.drop { $0 == " " || $0 == "\t" }
                if rest.first == "\"" {
                    rest.removeFirst()
                    while let character = rest.first, character != "\"" {
                        rest.removeFirst()
                        if character == "\\", let escaped = rest.first {
                            value.append(escaped)
                            rest.removeFirst()
                        } else {
                            value.append(character)
                        }
                    }
                    rest = rest.dropFirst()
                } else {
                    let token = rest.prefix { $0 != ";" }
                    value = trimmed(token)
                    rest = rest[token.endIndex...]
                }
            }
            if trimmed(key).lowercased() == name { return value }
            rest = rest.drop { $0 != ";" }.dropFirst()
        }
        return nil
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    /// The next line end with a delimiter after it. Text that only begins like the delimiter is content.
    private static func findEnd(_ delimiter: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        let needle = Array("\r\n".utf8) + delimiter
        var start = bytes.startIndex
        while bytes.endIndex - start > needle.count {
            let end = start + needle.count
            if bytes[start] == 0x0D, bytes[start..<end].elementsEqual(needle), [0x2D, 0x0D, 0x20, 0x09].contains(bytes[end]) {
                return start..<end
            }
            start += 1
        }
        return nil
    }

    /// The position after the line end, with nothing but padding before it.
    private static func endOfLine(_ bytes: ArraySlice<UInt8>) -> Int? {
        let rest = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        return rest.starts(with: "\r\n".utf8) ? rest.startIndex + 2 : nil
    }

    private static func lineEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            if bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return index }
            index += 1
        }
        return nil
    }
}
