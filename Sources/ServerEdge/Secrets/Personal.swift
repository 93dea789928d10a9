/// Something that belongs to a person: a name, an address, what somebody said.
///
/// It prints `<personal>` under `print`, `dump`, `Mirror`, `String(reflecting:)` and string
/// interpolation. It isn't `Encodable`: call ``reveal()`` where the value goes into the
/// response of its owner, or into the store.
public struct Personal<Value: Sendable>: Sendable {
    private let value: Value

    public init(_ value: Value) {
        self.value = value
    }

    /// The value itself, for its owner's response or the store; never for a log line.
    public func reveal() -> Value {
        value
    }

    /// Derives another personal value, which stays hidden.
    public func map<Mapped: Sendable>(_ transform: (Value) throws -> Mapped) rethrows -> Personal<Mapped> {
        Personal<Mapped>(try transform(value))
    }
}

extension Personal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<personal>" }
    public var debugDescription: String { "<personal>" }
    /// Has no children, so that `dump` and reflection find nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Personal: Equatable where Value: Equatable {}
extension Personal: Hashable where Value: Hashable {}

extension Personal: Decodable where Value: Decodable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Value.self))
    }
}
