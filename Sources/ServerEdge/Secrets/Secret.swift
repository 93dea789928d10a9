/// A value that must never be shown: an API key, a token, a password.
///
/// It prints `<redacted>` under `print`, `dump`, `Mirror`, `String(reflecting:)` and string
/// interpolation, also when it is a field of another value. Encoding it throws, so a
/// structure with a secret inside cannot be sent by accident. It isn't `Equatable`:
/// compare digests (``TokenDigest``), whose comparison takes constant time.
public struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    public init(_ value: Value) {
        self.value = value
    }

    /// The value itself. Call it where the value is handed over, and nowhere earlier.
    public func expose() -> Value {
        value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    /// Has no children, so that `dump` and reflection find nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Decodable where Value: Decodable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Value.self))
    }
}

extension Secret: Encodable {
    /// Always throws `EncodingError.invalidValue`.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            "<redacted>",
            EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "A secret is never encoded.")
        )
    }
}
