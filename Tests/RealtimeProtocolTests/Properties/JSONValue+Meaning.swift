import RealtimeProtocol

extension JSONValue {
    /// Without members that are null, and with whole numbers as integers: two values that mean the same are then equal.
    var meaning: JSONValue {
        switch self {
        case .object(let members): .object(members.filter { $0.value != .null }.mapValues(\.meaning))
        case .array(let values): .array(values.map(\.meaning))
        case .number(let value): Int(exactly: value).map(JSONValue.integer) ?? self
        default: self
        }
    }

    /// Whether every member of `part` is here with the same value; null is the same as absent.
    func contains(_ part: JSONValue) -> Bool {
        switch (self, part) {
        case (.object(let all), .object(let members)):
            members.allSatisfy { name, value in all[name].map { $0.contains(value) } ?? (value == .null) }
        case (.array(let all), .array(let values)):
            all.count == values.count && zip(all, values).allSatisfy { $0.contains($1) }
        default: meaning == part.meaning
        }
    }

    init(_ text: String) throws { self = try RealtimeCoding.decode(from: text) }
}
