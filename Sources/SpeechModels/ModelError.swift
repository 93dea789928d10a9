/// Why models could not be fetched or verified.
///
/// `description` is one line for a person and says what to do.
public struct ModelError: Error, CustomStringConvertible, Sendable {
    public enum Code: String, Sendable {
        case indexUnknown = "index_unknown"
        case indexUnreachable = "index_unreachable"
        case packageNotFound = "package_not_found"
        case downloadFailed = "download_failed"
        case wrongContent = "wrong_content"
        case archiveDamaged = "archive_damaged"
        case notWritable = "not_writable"
    }

    public let code: Code
    public let description: String
    /// What lay below, for logs; never needed to act.
    public let cause: (any Error)?

    public init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.cause = cause
    }
}
