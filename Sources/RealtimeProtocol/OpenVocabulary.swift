/// A string of the wire whose known values have names. Unknown values are kept as they came.
public protocol OpenVocabulary: RawRepresentable, Sendable, Hashable, Codable, ExpressibleByStringLiteral where RawValue == String {
    init(rawValue: String)
}

extension OpenVocabulary {
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
