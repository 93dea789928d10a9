/// A data file of the pronunciation front end could not be used.
///
/// The file name is ours and safe to print. The reason is closed, the cause stays inside.
struct PronunciationDataError: Error, Equatable, CustomStringConvertible {
    enum Reason: String, Sendable {
        /// The file is absent or may not be read.
        case unreadable
        /// The gzip stream is damaged or longer than `PronunciationFiles.maximumBytes`.
        case damagedArchive
        /// The bytes are not the JSON this version expects.
        case unexpectedContent
    }

    /// Name of the file inside the data directory.
    let file: String
    let reason: Reason

    var description: String {
        switch reason {
        case .unreadable: "the pronunciation file \(file) is missing or can't be read"
        case .damagedArchive: "the pronunciation file \(file) is damaged; fetch the speech models again"
        case .unexpectedContent: "the pronunciation file \(file) has unexpected content; fetch the speech models again"
        }
    }
}
