/// Whether a JSON text may be handed to a parser at all. Pure; it looks at each byte once and keeps nothing.
public enum JSONNesting {
    /// Levels of objects and arrays. Bodies of requests have three or four; each level costs a parser stack, and makes each error longer
    /// that names the way to its place. As many as the events of a socket may have.
    public static let deepest = 64

    /// True for a text that nests deeper than ``deepest``, strings left out, and for one with a NUL byte: no JSON has that, and Foundation
    /// takes such a text for UTF-16 or UTF-32, where a byte that looks like a quotation mark may be half of another character. Whether the
    /// rest is JSON is the parser's business.
    public static func refuses(_ bytes: some Sequence<UInt8>) -> Bool {
        // Over a buffer: over a sequence that is only known as one, each byte is a call.
        if let answer = bytes.withContiguousStorageIfAvailable({ Self.refuses($0) }) { return answer }
        return Array(bytes).withUnsafeBufferPointer { Self.refuses($0) }
    }

    private static func refuses(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            switch byte {
            case 0: return true
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInString: isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case _ where isInString: break
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > self.deepest { return true }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
        }
        return false
    }
}
