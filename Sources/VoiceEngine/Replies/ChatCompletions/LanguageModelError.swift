/// Why a language model's reply broke off or never came. Holds nothing of what the endpoint said.
public struct LanguageModelError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// Nothing came within the deadline, or the endpoint stopped in the middle.
        case timeout
        /// No connection, or the endpoint has a fault of its own (5xx).
        case unreachable
        /// The endpoint will not answer this request: the key, the model's name or the request is wrong, or it redirects.
        case refused
        /// The endpoint has too much to do (429).
        case rateLimited = "rate_limited"
        /// The answer is not one of the chat completions API, is empty, or is larger than our limits.
        case malformed
        /// The connection or the reply ended in the middle.
        case cut
    }

    public let code: Code
    /// The HTTP status, when the endpoint answered with one that is no success.
    public let status: Int?

    public init(_ code: Code, status: Int? = nil) {
        self.code = code
        self.status = status
    }

    /// What an HTTP status other than 200 means.
    init(status: Int) {
        let code: Code =
            switch status {
            case 408, 504: .timeout
            case 429: .rateLimited
            case 500...599: .unreachable
            default: .refused
            }
        self.init(code, status: status)
    }

    public var description: String {
        let reason =
            switch code {
            case .timeout: "did not answer in time"
            case .unreachable: "cannot be reached"
            case .refused: "refused the request"
            case .rateLimited: "has too many requests"
            case .malformed: "gave an answer that is none"
            case .cut: "broke the reply off"
            }
        return "the language model's endpoint \(reason)" + (status.map { " (HTTP \($0))" } ?? "")
    }
}
