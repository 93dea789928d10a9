import NIOCore

/// Looks at the first bytes of each message while they arrive, before the frame decoder collects
/// it, and refuses messages that are too large for what they are. Pure.
///
/// A message in one frame of up to 64 KiB costs a look at its first two bytes. The sum over the fragments
/// of a message counts, and is known from their headers.
struct WebSocketMessageGuard {
    enum Verdict: Equatable {
        /// Let the decoder have the frame.
        case pass
        /// Ask again when more bytes came.
        case needsMore
        /// Nothing more of this connection may be collected (1009).
        case refuse
    }

    private let maximumMessageBytes: Int
    private let large: WebSocketLimits.LargeMessages?
    private let markers: [[UInt8]]
    /// Lengths of seven bits below this one are always small: 126 stands for a length of 16 bits (RFC 6455 section 5.2).
    private let smallLengths: UInt8
    /// Of the message whose last fragment didn't come yet.
    private var messageBytes = 0
    private var beginning: [UInt8] = []
    private var mayBeLarge = false

    init(limits: WebSocketLimits) {
        maximumMessageBytes = limits.maximumMessageBytes
        large = limits.largeMessages
        markers = limits.largeMessages?.markers.map { Array($0.utf8) } ?? []
        let free = min(maximumMessageBytes, limits.largeMessages?.threshold ?? .max)
        smallLengths = free >= Int(UInt16.max) ? 127 : 126
    }

    /// What to do with the frame that begins at the buffer's reader index. Takes nothing out.
    mutating func look(at buffer: ByteBuffer) -> Verdict {
        guard let (first, second) = buffer.getMultipleIntegers(at: buffer.readerIndex, as: (UInt8, UInt8).self) else {
            return .needsMore
        }
        // A whole message that is small, or a control frame: the decoder knows its limits.
        let isFinal = first & 0x80 != 0
        let opcode = first & 0x0F
        if opcode & 0x08 != 0 || (isFinal && opcode != 0 && second & 0x7F < smallLengths) { return .pass }

        var header = 2
        var length = Int(second & 0x7F)
        switch length {
        case 126:
            guard let word = buffer.getInteger(at: buffer.readerIndex + header, as: UInt16.self) else { return .needsMore }
            length = Int(word)
            header += 2
        case 127:
            guard let word = buffer.getInteger(at: buffer.readerIndex + header, as: UInt64.self) else { return .needsMore }
            guard let exact = Int(exactly: word) else { return .refuse }
            length = exact
            header += 8
        default: break
        }
        if opcode != 0 { startMessage() }
        let (total, overflows) = messageBytes.addingReportingOverflow(length)
        guard !overflows, total <= maximumMessageBytes else { return .refuse }
        guard let large, !mayBeLarge else { return ended(isFinal, total) }
        let isLarge = total > large.threshold
        guard isLarge || !isFinal else { return ended(isFinal, total) }

        // The beginning is needed now, or when a later fragment makes the message large.
        let missing = min(length, large.inspectedBytes - beginning.count)
        if missing > 0 {
            let isMasked = second & 0x80 != 0
            let payload = header + (isMasked ? 4 : 0)
            guard let bytes = buffer.getBytes(at: buffer.readerIndex + payload, length: missing) else { return .needsMore }
            if isMasked, let mask = buffer.getBytes(at: buffer.readerIndex + header, length: 4) {
                for (index, byte) in bytes.enumerated() { beginning.append(byte ^ mask[index & 3]) }
            } else {
                beginning += bytes
            }
        }
        guard isLarge else { return ended(isFinal, total) }
        guard markers.contains(where: { beginning.contains($0) }) else { return .refuse }
        mayBeLarge = true
        beginning = []
        return ended(isFinal, total)
    }

    private mutating func startMessage() {
        messageBytes = 0
        mayBeLarge = false
        beginning.removeAll(keepingCapacity: true)
    }

    private mutating func ended(_ isFinal: Bool, _ total: Int) -> Verdict {
        if isFinal {
            startMessage()
            beginning = []
        } else {
            messageBytes = total
        }
        return .pass
    }
}
