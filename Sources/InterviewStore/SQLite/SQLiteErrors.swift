internal import GRDB

extension InterviewStoreError {
    /// Our own errors pass; those of SQLite become one of the closed codes. Messages of SQLite may quote
    /// values and stay in the cause.
    init(translating error: any Error) {
        if let own = error as? InterviewStoreError {
            self = own
            return
        }
        guard let database = error as? DatabaseError else {
            self.init(.unavailable, "The store could not do this now.", cause: error)
            return
        }
        switch database.resultCode {
        case .SQLITE_FULL:
            self.init(.full, "The disk of the data directory is full. Free some space; nothing that was saved is lost.", cause: error)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self.init(.corrupt, "The database is damaged or is not one of ours. Restore it from a backup or move it away.", cause: error)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .notWritable,
                "The database cannot be written. Check who owns the data directory and whether its disk is read-only.",
                cause: error
            )
        case .SQLITE_CONSTRAINT:
            self.init(.conflict, "This exists already.", cause: error)
        case .SQLITE_TOOBIG:
            self.init(.tooLarge, "This is larger than the store takes.", cause: error)
        default:
            self.init(.unavailable, "The database could not do this now. Try again.", cause: error)
        }
    }
}

extension InterviewStoreError {
    static let noPlan = InterviewStoreError(.notFound, "There is no such plan.")
    static let noInterview = InterviewStoreError(.notFound, "There is no such interview.")
    static let noCall = InterviewStoreError(.notFound, "There is no such call.")
}
