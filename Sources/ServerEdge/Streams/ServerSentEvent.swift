public import NIOCore

/// One event of a `text/event-stream` (HTML standard, section 9.2).
public struct ServerSentEvent: Sendable, Equatable {
    public var id: String?
    /// The event's name; nil means `message`.
    public var event: String?
    /// May have several lines.
    public var data: String

    public init(id: String? = nil, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
    }

    /// The frame on the wire, with its empty line. Line ends inside `id` and `event` are left
    /// out, and so is an id with a NUL, which the standard would ignore.
    public func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        if let id, !id.utf8.contains(0) { buffer.writeString("id: \(Self.singleLine(id))\n") }
        if let event { buffer.writeString("event: \(Self.singleLine(event))\n") }
        for line in Self.lines(data) { buffer.writeString("data: \(line)\n") }
        buffer.writeString("\n")
        return buffer
    }

    private static func singleLine(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }

    /// Splits at CRLF, CR and LF, as the other end would.
    private static func lines(_ text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    }
}
