#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// The JSON around an error.
public enum ErrorEnvelope: Sendable {
    /// `{"error":{"code","message","request_id"}}`
    case viva
    /// `{"error":{"message","type","param","code"}}`, as OpenAI's API answers.
    case openAI
    /// `{"success":false,"error":message,"message","code","parameter","request_id"}`, as pages of older signalling servers read it: some
    /// look for `error`, some for `message`.
    case flat

    private struct FlatBody: Encodable {
        let success = false
        let error: String
        let message: String
        let code: String
        let parameter: String?
        let request_id: String
    }

    private struct VivaBody: Encodable {
        struct Detail: Encodable {
            let code: String
            let message: String
            let parameter: String?
            let requestID: String

            enum CodingKeys: String, CodingKey {
                case code, message, parameter
                case requestID = "request_id"
            }
        }
        let error: Detail
    }

    private struct OpenAIBody: Encodable {
        struct Detail: Encodable {
            let message: String
            let type: String
            let param: String?
            let code: String

            enum CodingKeys: String, CodingKey {
                case message, type, param, code
            }

            // The reference shows `"param": null`, so the key is always written.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(message, forKey: .message)
                try container.encode(type, forKey: .type)
                try container.encode(param, forKey: .param)
                try container.encode(code, forKey: .code)
            }
        }
        let error: Detail
    }

    /// The whole response for an error. The cause is not looked at.
    func response(for error: EdgeError, requestID: String) -> Response {
        var headers = error.headers
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.cacheControl] = "no-store"
        if let retryAfter = error.retryAfter {
            headers[.retryAfter] = String(max(0, retryAfter.wholeSecondsRoundedUp))
        }
        return Response(status: error.status, headers: headers, body: ResponseBody(byteBuffer: body(for: error, requestID: requestID)))
    }

    private func body(for error: EdgeError, requestID: String) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            switch self {
            case .viva:
                let detail = VivaBody.Detail(code: error.code, message: error.message, parameter: error.parameter, requestID: requestID)
                return try encoder.encodeAsByteBuffer(VivaBody(error: detail), allocator: ByteBufferAllocator())
            case .flat:
                let body = FlatBody(
                    error: error.message,
                    message: error.message,
                    code: error.code,
                    parameter: error.parameter,
                    request_id: requestID
                )
                return try encoder.encodeAsByteBuffer(body, allocator: ByteBufferAllocator())
            case .openAI:
                let detail = OpenAIBody.Detail(
                    message: error.message,
                    type: Self.openAIType(error.status),
                    param: error.parameter,
                    code: error.code
                )
                return try encoder.encodeAsByteBuffer(OpenAIBody(error: detail), allocator: ByteBufferAllocator())
            }
        } catch {
            // Strings always encode; should that ever change, the status still tells.
            return ByteBuffer(string: #"{"error":{"code":"internal_error"}}"#)
        }
    }

    private static func openAIType(_ status: HTTPResponse.Status) -> String {
        switch status.code {
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}

extension Duration {
    var wholeSecondsRoundedUp: Int64 {
        components.attoseconds > 0 ? components.seconds + 1 : components.seconds
    }
}
