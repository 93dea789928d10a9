#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import HTTPTypes
public import Hummingbird
public import NIOCore
import NIOFoundationCompat

extension Request {
    /// The whole body as bytes.
    ///
    /// - Parameter limit: Bytes. A larger `Content-Length` is refused before a byte is read.
    /// - Throws: ``EdgeError`` 413 `payload_too_large`.
    public func collectBytes(upTo limit: Int) async throws -> ByteBuffer {
        // The parser takes digits only; a number beyond Int is larger than any limit.
        if let declared = headers[.contentLength], Int(declared) ?? .max > limit {
            throw EdgeError(CommonErrorCode.payloadTooLarge, headers: [.connection: "close"])
        }
        do {
            return try await body.collect(upTo: limit)
        } catch let error as NIOTooManyBytesError {
            throw EdgeError(CommonErrorCode.payloadTooLarge, headers: [.connection: "close"], cause: error)
        }
    }

    /// The whole body as UTF-8 text.
    ///
    /// - Throws: ``EdgeError`` 413 `payload_too_large`, 400 `invalid_request` when it isn't UTF-8.
    public func collectText(upTo limit: Int) async throws -> String {
        let bytes = try await collectBytes(upTo: limit)
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw EdgeError(CommonErrorCode.invalidRequest, message: "The body must be UTF-8 text.")
        }
        return text
    }

    /// The whole body as JSON. Dates are RFC 3339.
    ///
    /// - Throws: ``EdgeError`` 413 `payload_too_large`, 400 `invalid_request`, which is also for a body that nests deeper than
    ///   ``JSONNesting/deepest``. The message names the field that is missing or of the wrong type, never a value.
    public func decodeJSON<Value: Decodable>(_ type: Value.Type, upTo limit: Int) async throws -> Value {
        let bytes = try await collectBytes(upTo: limit)
        guard !JSONNesting.refuses(bytes.readableBytesView) else {
            throw EdgeError(CommonErrorCode.invalidRequest, message: "The body is not valid JSON.")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes.readableBytesView))
        } catch let error as DecodingError {
            throw EdgeError(
                CommonErrorCode.invalidRequest,
                message: error.safeMessage,
                parameter: error.fieldPath,
                cause: error
            )
        }
    }

    /// Checks the media type, ignoring case and parameters such as `charset`.
    ///
    /// - Throws: ``EdgeError`` 415 `unsupported_media_type`.
    public func requireContentType(_ expected: String) throws {
        let given = headers[.contentType]?.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first
        let trimmed = given?.drop { $0 == " " }.lowercased().split(separator: " ").first
        guard let trimmed, trimmed == expected.lowercased() else {
            throw EdgeError(CommonErrorCode.unsupportedMediaType, message: "Send this with the content type \(expected).")
        }
    }
}

extension DecodingError {
    /// Which field is wrong, as far as its name comes from our own types: a name that the
    /// client chose (a key of a dictionary) could carry anything, and is cut.
    fileprivate var fieldPath: String? {
        let path: [any CodingKey]
        switch self {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): path = context.codingPath
        @unknown default: path = []
        }
        guard !path.isEmpty else { return nil }
        let joined = path.map { $0.intValue.map { String($0) } ?? $0.stringValue }.joined(separator: ".")
        let isPlain =
            joined.utf8.count <= 64
            && joined.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2E
            }
        return isPlain ? joined : nil
    }

    fileprivate var safeMessage: String {
        let field = fieldPath
        switch self {
        case .keyNotFound: return field.map { "The field \($0) is missing." } ?? "A field is missing."
        case .typeMismatch, .valueNotFound: return field.map { "The field \($0) has the wrong type." } ?? "The JSON has the wrong form."
        default: return field.map { "The field \($0) is not valid." } ?? "The body is not valid JSON."
        }
    }
}
