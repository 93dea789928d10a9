/// Why speech could not be detected, recognised or produced.
///
/// `code` and `message` are safe to show and to log: they never contain speech, text or a path. `cause` holds what the
/// library said, for logs of an operator only; it may name a path.
public struct SpeechModelError: Error, Sendable, CustomStringConvertible {
    /// The closed list of reasons.
    public enum Code: String, Sendable, CaseIterable {
        /// A file of the models directory is missing.
        case fileMissing = "model_file_missing"
        /// A file of the models directory is there, but not what it should be.
        case fileUnusable = "model_file_unusable"
        /// The file is not ONNX Runtime, or too old, or made for another machine.
        case libraryUnusable = "onnx_runtime_unusable"
        /// A tensor has another shape or type than the model's recipe says.
        case shapeMismatch = "tensor_shape_mismatch"
        /// The network failed while it ran.
        case runFailed = "model_run_failed"
        /// The task was cancelled.
        case cancelled = "cancelled"
        /// More work waits than can be done in useful time.
        case overloaded = "speech_overloaded"
        /// The text is longer than one call takes.
        case textTooLong = "text_too_long"
    }

    public let code: Code
    /// One sentence that says what happened and, where something can be done, what to do.
    public let message: String
    /// The file concerned, relative to the models directory.
    public let file: String?
    /// What the library said. May contain a path.
    public let cause: String?

    init(_ code: Code, _ message: String, file: String? = nil, cause: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.cause = cause
    }

    public var description: String { "\(code.rawValue): \(message)" }

    static let cancelled = Self(.cancelled, "The work was cancelled.")

    static func missing(_ file: ModelFile) -> Self {
        Self(.fileMissing, "The model file \(file.name) is missing: run viva models fetch.", file: file.name)
    }

    static func unusable(_ file: ModelFile, cause: String) -> Self {
        Self(.fileUnusable, "The model file \(file.name) cannot be used: run viva models fetch.", file: file.name, cause: cause)
    }

    static func mismatch(_ what: String) -> Self {
        Self(.shapeMismatch, "A tensor does not have the expected shape.", cause: what)
    }
}
