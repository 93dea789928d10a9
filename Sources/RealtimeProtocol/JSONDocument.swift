import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The text that a `JSONDecoder` decodes, at hand for those of its fields that may be any value.
///
/// Such a field takes its value from here by its path, in place of asking the decoder for one kind after another (``JSONReader``).
final class JSONDocument: Sendable {
    /// Where the decoder has it.
    static let key = CodingUserInfoKey(rawValue: "viva.json-document")!

    private let text: Data
    private let reading = Mutex<Result<JSONValue, JSONReader.Failure>?>(nil)

    init(_ text: Data) { self.text = text }

    /// The whole text. It is read when somebody asks first, as most events have no such field, and once, however many have.
    var value: Result<JSONValue, JSONReader.Failure> {
        self.reading.withLock { reading -> Result<JSONValue, JSONReader.Failure> in
            if let done = reading { return done }
            let result: Result<JSONValue, JSONReader.Failure>
            do throws(JSONReader.Failure) {
                result = .success(try JSONReader.read(Array(self.text)))
            } catch {
                result = .failure(error)
            }
            reading = result
            return result
        }
    }

    /// The value at this path; nil when there is none.
    ///
    /// - Throws: when the text as a whole cannot be read; ``RealtimeCoding`` finds out why.
    func value(at path: [any CodingKey]) throws -> JSONValue? {
        guard case .success(var value) = self.value else {
            throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: "not JSON, or not to be held"))
        }
        for key in path {
            switch value {
            case .object(let members):
                guard let member = members[key.stringValue] else { return .none }
                value = member
            case .array(let elements):
                // Keys of dictionaries that look like a number have an index, too: the value tells what the key is.
                guard let index = key.intValue, elements.indices.contains(index) else { return .none }
                value = elements[index]
            default: return .none
            }
        }
        return value
    }
}
