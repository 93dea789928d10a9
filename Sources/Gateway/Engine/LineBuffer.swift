/// Cuts bytes of a child's output into lines; a line without an end is cut at a limit, so that a child cannot fill memory.
struct LineBuffer {
    /// Longest line that is kept; what lies beyond becomes the next line.
    let longestLine: Int
    private var bytes: [UInt8] = []

    init(longestLine: Int = 8192) {
        self.longestLine = longestLine
    }

    /// Adds bytes and returns the lines they completed, without their line ends.
    mutating func append(_ chunk: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                lines.append(self.take())
            } else {
                self.bytes.append(byte)
                if self.bytes.count >= self.longestLine { lines.append(self.take()) }
            }
        }
        return lines
    }

    /// The unfinished rest at the end of the stream; nil when nothing is left.
    mutating func finish() -> String? {
        self.bytes.isEmpty ? nil : self.take()
    }

    private mutating func take() -> String {
        defer { self.bytes.removeAll(keepingCapacity: true) }
        return String(decoding: self.bytes, as: UTF8.self)
    }
}
