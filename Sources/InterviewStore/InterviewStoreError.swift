/// A store could not do what it was asked.
///
/// The code and the message are for callers and people; the message holds no data of anybody and says
/// what to do where something can be done. The cause is for the log of the operator.
public struct InterviewStoreError: Error, Sendable {
    public enum Code: String, Sendable, CaseIterable {
        /// There is no such thing in this tenant.
        case notFound = "not_found"
        /// It is not in the state that the caller supposed, or another one of that name exists.
        case conflict
        /// Not now; trying again later may help.
        case unavailable
        /// No room: disk full, or too many writes wait.
        case full
        /// What lies on disk is not a database of ours or is damaged.
        case corrupt
        /// The data directory or file cannot be written.
        case notWritable = "not_writable"
        /// A newer version of Viva has changed the database.
        case tooNew = "too_new"
        /// An older version of Viva has made the database, and this is not the place to change it.
        case tooOld = "too_old"
        /// The cursor of a list is none that this store has given.
        case invalidCursor = "invalid_cursor"
        /// One value is larger than the store takes.
        case tooLarge = "too_large"
    }

    public let code: Code
    public let message: String
    /// What is `full` has as much as it may ever have: waiting makes no room.
    public let isLasting: Bool
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, isLasting: Bool = false, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.isLasting = isLasting
        self.cause = cause
    }
}

/// Prints code and message. The cause may quote values and stays out.
extension InterviewStoreError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { code.rawValue + ": " + message }
    public var debugDescription: String { description }
}
