/// Members of a received event that its typed form has no place for: fields of a newer API, or values in a form that this
/// version does not read. They stay with the message, so that passing an event on loses nothing.
public struct UnrecognizedMembers: Sendable, Hashable {
    private indirect enum Place: Sendable, Hashable {
        case value(JSONValue)
        case members([String: Place])
        case elements([Int: Place])
    }

    private let root: Place

    /// - Parameters:
    ///   - received: the event as it came.
    ///   - encoded: what its typed form encodes to.
    /// - Returns: nil when `encoded` has every member of `received`.
    init?(of received: JSONValue, beyond encoded: JSONValue) {
        guard let root = Self.place(received, encoded) else { return nil }
        self.root = root
    }

    /// A value that is encoded counts as recognised whatever it is: the typed form may have been changed since. Null is the
    /// same as absent.
    private static func place(_ received: JSONValue, _ encoded: JSONValue?) -> Place? {
        switch (received, encoded) {
        case (.null, _): return nil
        case (_, nil), (_, .null): return .value(received)
        case (.object(let members), .object(let known)):
            let places = members.reduce(into: [:]) { places, member in
                places[member.key] = place(member.value, known[member.key])
            }
            return places.isEmpty ? nil : .members(places)
        case (.array(let elements), .array(let known)):
            var places: [Int: Place] = [:]
            for (index, pair) in zip(elements, known).enumerated() { places[index] = place(pair.0, pair.1) }
            return places.isEmpty ? nil : .elements(places)
        default: return nil
        }
    }

    /// `value` with these members where it has none. A place that `value` no longer has is left out.
    func added(to value: JSONValue) -> JSONValue { Self.add(root, to: value) }

    private static func add(_ place: Place, to value: JSONValue?) -> JSONValue {
        switch (place, value ?? .null) {
        case (.value(let missing), .null): return missing
        case (.members(let places), .object(var members)):
            for (name, place) in places {
                if case .value = place {
                    members[name] = add(place, to: members[name])
                } else if let member = members[name] {
                    members[name] = add(place, to: member)
                }
            }
            return .object(members)
        case (.elements(let places), .array(var elements)):
            for (index, place) in places where elements.indices.contains(index) {
                elements[index] = add(place, to: elements[index])
            }
            return .array(elements)
        case (_, let value): return value
        }
    }
}
