internal import Foundation
internal import InterviewCore

/// Between rows and values. A row that cannot be read is damage, never a trap.
enum SQLiteCoding {
    static func encode(_ value: some Encodable) throws(InterviewStoreError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw InterviewStoreError(.unavailable, "This could not be written down.", cause: error)
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws(InterviewStoreError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw InterviewStoreError(.corrupt, "A stored document cannot be read. Restore the database from a backup.", cause: error)
        }
    }

    static func identifier<Value: RawRepresentable<String>>(_ text: String?) throws(InterviewStoreError) -> Value {
        guard let text, let value = Value(rawValue: text) else {
            throw InterviewStoreError(.corrupt, "A stored row cannot be read. Restore the database from a backup.")
        }
        return value
    }

    static func timestamp(_ milliseconds: Int64?) -> Timestamp? { milliseconds.map(Timestamp.init(millisecondsSince1970:)) }

    static func check(_ text: String?, atMost bytes: Int) throws(InterviewStoreError) {
        guard let text, text.utf8.count > bytes else { return }
        throw InterviewStoreError(.tooLarge, "A text is longer than the \(bytes) bytes that the store takes.")
    }
}

extension Timestamp {
    var milliseconds: Int64 { millisecondsSince1970 }
}
