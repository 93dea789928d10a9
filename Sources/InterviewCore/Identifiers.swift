/// An identifier made of a prefix and 128 random bits, such as `int_00ff…` (32 hexadecimal digits).
///
/// Each kind is its own type, so that an interview cannot be looked up by the id of a call. The
/// random bits come from the generator that the caller hands in; nothing here draws its own.
public protocol RandomIdentifier: RawRepresentable<String>, Codable, Hashable, Sendable, CustomStringConvertible {
    /// What the text begins with, underscore included.
    static var prefix: String { get }
    /// Takes a text that is already known to be well formed.
    init(wellFormed rawValue: String)
}

extension RandomIdentifier {
    /// Reads an identifier from outside; nil unless it is the prefix and 32 lower-case hexadecimal digits.
    public init?(rawValue: String) {
        let prefix = Self.prefix.utf8
        let text = rawValue.utf8
        guard text.count == prefix.count + 32, text.starts(with: prefix) else { return nil }
        guard text.dropFirst(prefix.count).allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        self.init(wellFormed: rawValue)
    }

    /// Draws 128 bits from the generator. Identifiers that travel in links need a cryptographic
    /// generator, such as `SystemRandomNumberGenerator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> Self {
        Self(wellFormed: prefix + hexadecimal(generator.next()) + hexadecimal(generator.next()))
    }

    public var description: String { rawValue }
}

/// 16 lower-case hexadecimal digits.
private func hexadecimal(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// An interview: one candidate, one plan, one transcript.
public struct InterviewID: RandomIdentifier {
    public static let prefix = "int_"
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// A call: one connection of an interview. A resumed interview has several.
public struct CallID: RandomIdentifier {
    public static let prefix = "call_"
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// The public name of a ticket. It is not the secret in the link; the store keeps only that one's hash.
public struct TicketID: RandomIdentifier {
    public static let prefix = "tkt_"
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// The public name of an API key. It is not the key, of which the store keeps only the hash.
public struct APIKeyID: RandomIdentifier {
    public static let prefix = "key_"
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// An identifier that people choose: 1 to 64 of `a–z`, `0–9`, `-`, `_`, beginning with a letter or digit.
public protocol ChosenIdentifier: RawRepresentable<String>, Codable, Hashable, Sendable, CustomStringConvertible {
    init(wellFormed rawValue: String)
}

extension ChosenIdentifier {
    /// Reads an identifier from outside; nil unless it is well formed.
    public init?(rawValue: String) {
        let text = rawValue.utf8
        guard (1...64).contains(text.count), let first = text.first, first != 45, first != 95 else { return nil }
        guard text.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95 }) else { return nil }
        self.init(wellFormed: rawValue)
    }

    public var description: String { rawValue }
}

/// A plan, by the name its author gave it, such as `backend-engineer`.
public struct PlanID: ChosenIdentifier {
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// A question inside its plan, such as `hard-bug`.
public struct QuestionID: ChosenIdentifier {
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }
}

/// An organisation whose data are kept apart from everybody else's.
public struct TenantID: ChosenIdentifier {
    public let rawValue: String
    public init(wellFormed rawValue: String) { self.rawValue = rawValue }

    /// The one tenant of an installation that has no accounts.
    public static let local = TenantID(wellFormed: "local")
}

/// The place of a segment in the transcript of its interview: 1, 2, 3 … without gaps.
public struct SegmentSequence: RawRepresentable, Codable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}
