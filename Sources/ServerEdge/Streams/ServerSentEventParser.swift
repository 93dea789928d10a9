/// A stream of events that breaks the parser's limit.
public enum ServerSentEventError: Error, Sendable, Equatable {
    /// One line or event is larger than the parser's limit.
    case eventTooLarge
}

/// Reads `text/event-stream` from bytes in pieces of any size (HTML standard, section 9.2.6).
/// Pure; used by our own clients.
public struct ServerSentEventParser: Sendable {
    /// What a reconnecting client sends as `Last-Event-ID`.
    public private(set) var lastEventID: String?

    private let maximumEventBytes: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var event: String?
    private var lastByteWasCarriageReturn = false
    private var isFirstLine = true

    /// - Parameter maximumEventBytes: Of one line, and of the data of one event.
    public init(maximumEventBytes: Int = 256 * 1024) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// The events that these bytes complete.
    public mutating func append(_ bytes: some Sequence<UInt8>) throws(ServerSentEventError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case 0x0A where lastByteWasCarriageReturn:
                lastByteWasCarriageReturn = false
            case 0x0A, 0x0D:
                lastByteWasCarriageReturn = byte == 0x0D
                if let complete = try endLine() { events.append(complete) }
            default:
                lastByteWasCarriageReturn = false
                guard line.count < maximumEventBytes else { throw .eventTooLarge }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(ServerSentEventError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: 0x3A)
        if colon == 0 { return nil }  // a comment
        let name = line[..<(colon ?? line.endIndex)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == 0x20 { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            guard data.count + value.count < maximumEventBytes else { throw .eventTooLarge }
            if hasData { data.append(0x0A) }
            data.append(contentsOf: value)
            hasData = true
        } else if name.elementsEqual("event".utf8) {
            event = String(decoding: value, as: UTF8.self)
        } else if name.elementsEqual("id".utf8), !value.contains(0) {
            lastEventID = String(decoding: value, as: UTF8.self)
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            data = []
            hasData = false
            event = nil
        }
        guard hasData else { return nil }
        return ServerSentEvent(id: lastEventID, event: event, data: String(decoding: data, as: UTF8.self))
    }
}
