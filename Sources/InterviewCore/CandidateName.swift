/// What a candidate is called. Personal data: it does not print, dump or interpolate; whoever shows it
/// to a person entitled to see it asks for `value`.
public struct CandidateName: Codable, Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let value: String

    /// Longest name in characters. Real names are shorter; the limit keeps a page and a row small.
    public static let longest = 200

    /// nil when the trimmed name is empty, too long, or holds control characters.
    public init?(_ text: String) {
        let trimmed = text.trimmingWhitespace()
        guard !trimmed.isEmpty, trimmed.count <= Self.longest, trimmed.utf8.count <= Self.longest * 8 else { return nil }
        guard trimmed.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { return nil }
        value = trimmed
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = CandidateName(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a candidate's name")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    public var description: String { "<personal>" }
    public var debugDescription: String { "<personal>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension StringProtocol {
    /// Without white space and line breaks at both ends.
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
