internal import Foundation
internal import GRDB

/// Opens the database file and refuses whatever would not keep its promises.
enum SQLiteOpening {
    static let fileName = "viva.sqlite"

    /// Wait for another process that holds the file, such as a backup.
    private static let busyTimeout: TimeInterval = 5

    /// Makes the directory and the database when they are missing, brings the tables up to date, and
    /// makes commits durable.
    ///
    /// - Parameter migrating: false leaves the tables of a database that is there as they are, and refuses those of another version:
    ///   a server may be at work on them.
    static func open(directory: String, migrating: Bool = true) throws(InterviewStoreError) -> DatabasePool {
        try prepare(directory)
        let path = (directory as NSString).appendingPathComponent(fileName)
        let isThere = FileManager.default.fileExists(atPath: path)
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(busyTimeout)
            configuration.foreignKeysEnabled = true
            configuration.label = "viva-store"
            let pool = try DatabasePool(path: path, configuration: configuration)
            try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let migrator = SQLiteMigrations.migrator()
            if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
                throw InterviewStoreError(
                    .tooNew,
                    "The database \(path) was changed by a newer version of Viva. Start that version, or restore an older backup."
                )
            }
            try pool.read(refuseStranger)
            try makeDurable(pool)
            if migrating || !isThere {
                try migrator.migrate(pool)
            } else if try !pool.read(migrator.hasCompletedMigrations) {
                throw InterviewStoreError(
                    .tooOld,
                    "The database \(path) is of an older version of Viva. Use that version's program, or start this version's server on it."
                )
            }
            try pool.writeWithoutTransaction(checkDurability)
            return pool
        } catch let error as InterviewStoreError {
            throw error
        } catch {
            throw explained(InterviewStoreError(translating: error), path: path)
        }
    }

    /// GRDB sets `synchronous=NORMAL` when it turns WAL on, which is after `prepareDatabase`; a commit could
    /// then be lost with the power. So it is set here, on the connection that writes.
    static func makeDurable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous=FULL") }
    }

    /// Reads back what the writing connection really does: 2 is FULL.
    static func checkDurability(_ database: Database) throws {
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        guard synchronous == 2, journal == "wal" else {
            throw InterviewStoreError(
                .unavailable,
                "The database would not keep what it confirms (synchronous \(synchronous ?? -1), journal \(journal ?? "unknown")). "
                    + "Put the data directory on a local disk."
            )
        }
    }

    /// A database with tables, but none of our migrations, belongs to somebody else.
    private static func refuseStranger(_ database: Database) throws {
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") ?? 0
        guard tables > 0, try !database.tableExists("grdb_migrations") else { return }
        throw InterviewStoreError(.corrupt, "The file \(fileName) in the data directory is not a database of Viva. Move it away.")
    }

    private static func prepare(_ directory: String) throws(InterviewStoreError) {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw InterviewStoreError(
                .notWritable,
                "The data directory \(directory) cannot be made. Set VIVA_DATA_DIR to a directory that you may write.",
                cause: error
            )
        }
        var isDirectory: ObjCBool = false
        guard files.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue, files.isWritableFile(atPath: directory)
        else {
            throw InterviewStoreError(
                .notWritable,
                "The data directory \(directory) cannot be written. Set VIVA_DATA_DIR to a directory that you may write."
            )
        }
    }

    /// While opening, the file may be named: it is the operator who reads this.
    private static func explained(_ error: InterviewStoreError, path: String) -> InterviewStoreError {
        switch error.code {
        case .corrupt:
            InterviewStoreError(
                .corrupt,
                "The database \(path) is damaged or is not a database. Restore it from a backup or move it away.",
                cause: error.cause
            )
        case .notWritable:
            InterviewStoreError(
                .notWritable,
                "The database \(path) cannot be opened for writing. Check who owns it and whether the disk is read-only.",
                cause: error.cause
            )
        default:
            InterviewStoreError(error.code, "The database \(path) could not be opened. " + error.message, cause: error.cause)
        }
    }
}
