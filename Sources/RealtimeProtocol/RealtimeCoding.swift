#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON text ↔ values for everything on the Realtime wire.
///
/// Encoding is stable: keys are sorted and slashes are not escaped, so that equal values give equal bytes (golden files, hashes).
///
/// Decoding is safe against hostile text: nesting is bounded before any recursion, numbers that no `Double` holds and lone
/// surrogates (RFC 8259, sections 6 and 8.2) are refused, and none of it traps.
public enum RealtimeCoding {
    /// Deepest nesting of objects and arrays. The API's own events reach 10; the schema of a tool may nest freely. Foundation
    /// stops at 512, but every level costs stack and error contexts, and threads of the cooperative pool have small stacks.
    public static let maximumDepth = 64

    public static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values of this module contain nothing that JSON cannot express except non-finite numbers, which no field of the
        // protocol may carry; an empty object is then the honest remainder.
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    public static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws(EventDecodingError) -> Value {
        try decode(type, from: text.utf8)
    }

    /// The JSON value that `value` encodes to.
    static func value(of value: some Encodable) -> JSONValue {
        (try? decode(JSONValue.self, from: encode(value))) ?? .null
    }

    private enum NumberReport {
        case notJSON
        /// JSON whose numbers do not all fit; `path` is that of the offending number where only one can be meant.
        case misfit(path: String?)
    }

    /// Looks for the number that a decoder refused: one that no `Double` holds, or one that is no integer.
    private static func numbers(in document: JSONDocument) -> NumberReport {
        switch document.value {
        case .success(let value):
            let paths = value.fractionPaths(under: "")
            return .misfit(path: paths.count == 1 ? paths[0] : nil)
        case .failure(.notJSON): return .notJSON
        case .failure(.unfit(let path)):
            let parameter = path.hasPrefix(".") ? String(path.dropFirst()) : path
            return .misfit(path: parameter.isEmpty ? nil : parameter)
        }
    }

    /// Whether brackets nest deeper than `maximumDepth`. Strings are skipped; whether the rest is JSON is the parser's business.
    ///
    /// A text with a NUL byte counts as too deep: no JSON has one, and Foundation takes such bytes for UTF-16 or UTF-32. There what looks
    /// like a quotation mark may be half of another character, and the brackets behind it would not be counted.
    static func isTooDeep(_ bytes: some Sequence<UInt8>) -> Bool {
        // Byte for byte over a buffer: over a sequence that is only known as one, each byte is a call.
        if let answer = bytes.withContiguousStorageIfAvailable({ isTooDeep($0) }) { return answer }
        return Array(bytes).withUnsafeBufferPointer { isTooDeep($0) }
    }

    private static func isTooDeep(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var depth = 0
        var inString = false
        var isEscaped = false
        for byte in bytes {
            if byte == 0 { return true }
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > maximumDepth { return true }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
        }
        return false
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: some Sequence<UInt8>,
        eventType: String = "",
        eventID: String? = nil
    ) throws(EventDecodingError) -> Value {
        guard !isTooDeep(bytes) else { throw .notJSON }
        let data = Data(bytes)
        let document = JSONDocument(data)
        let decoder = JSONDecoder()
        decoder.userInfo[JSONDocument.key] = document
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            guard case .dataCorrupted(let context) = error, context.codingPath.isEmpty else {
                throw .invalidField(type: eventType, parameter: error.parameter, eventID: eventID)
            }
            // Foundation says the same of a number that does not fit its field, and names no path.
            guard case .misfit(let path) = numbers(in: document) else { throw .notJSON }
            throw .invalidField(type: eventType, parameter: path, eventID: eventID)
        } catch {
            throw .notJSON
        }
    }
}

/// Why a text is no event.
public enum EventDecodingError: Error, Sendable, Equatable {
    /// The text is not JSON, or nests deeper than `RealtimeCoding.maximumDepth`.
    case notJSON
    /// The text is JSON, but no object.
    case notAnObject
    /// The object has no string member `type` (API error code `invalid_event`).
    case missingType(eventID: String?)
    /// A known event with a field that is missing or of the wrong kind; `parameter` is its path, for example `session.audio.input`.
    case invalidField(type: String, parameter: String?, eventID: String?)
}

extension JSONValue {
    /// Paths of the numbers that are no integers.
    fileprivate func fractionPaths(under prefix: String) -> [String] {
        switch self {
        case .number: [prefix]
        case .array(let values): values.enumerated().flatMap { $1.fractionPaths(under: "\(prefix)[\($0)]") }
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { $1.fractionPaths(under: prefix.isEmpty ? $0 : "\(prefix).\($0)") }
        default: []
        }
    }
}

extension DecodingError {
    /// The path of the offending field in the notation of the API: `response.input[0].role`.
    var parameter: String? {
        let path: [any CodingKey]
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            path = context.codingPath
        case .keyNotFound(let key, let context):
            path = context.codingPath + [key]
        @unknown default:
            return nil
        }
        guard !path.isEmpty else { return nil }
        return path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
