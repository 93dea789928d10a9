#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON text ↔ values for everything on the Realtime wire.
///
/// Keys are sorted, so that equal values give equal bytes (stable golden files and hashes).
public enum RealtimeCoding {
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

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: some Sequence<UInt8>,
        eventType: String = "",
        eventID: String? = nil
    ) throws(EventDecodingError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty { throw .notJSON }
            throw .invalidField(type: eventType, parameter: error.parameter, eventID: eventID)
        } catch {
            throw .notJSON
        }
    }
}

/// Why a text is no event.
public enum EventDecodingError: Error, Sendable, Equatable {
    /// The text is not JSON.
    case notJSON
    /// The text is JSON, but no object.
    case notAnObject
    /// The object has no string member `type` (API error code `invalid_event`).
    case missingType(eventID: String?)
    /// A known event with a field that is missing or of the wrong kind; `parameter` is its path, for example `session.audio.input`.
    case invalidField(type: String, parameter: String?, eventID: String?)
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

/// Reads the two members that every event shares.
struct EventHeader: Decodable {
    var type: String?
    var eventID: String?

    private enum CodingKeys: String, CodingKey {
        case type
        case eventID = "event_id"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try? container.decode(String.self, forKey: .type)
        eventID = try? container.decode(String.self, forKey: .eventID)
    }

    /// Reads the header of `text`; the errors are in the order in which a reader would notice them.
    static func read(_ text: String) throws(EventDecodingError) -> (type: String, eventID: String?) {
        let header: EventHeader
        do {
            header = try RealtimeCoding.decode(EventHeader.self, from: text)
        } catch .invalidField {
            throw .notAnObject
        }
        guard let type = header.type else { throw .missingType(eventID: header.eventID) }
        return (type, header.eventID)
    }
}

/// An object key that is known only at run time.
struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ value: String) { stringValue = value }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
