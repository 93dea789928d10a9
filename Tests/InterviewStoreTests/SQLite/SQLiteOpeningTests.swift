import Foundation
import GRDB
import InterviewCore
import Testing

@testable import InterviewStore

@Suite("Opening the SQLite store")
struct SQLiteOpeningTests {
    private func pragma(_ store: SQLiteInterviewStore, _ name: String) throws -> String? {
        try store.pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    @Test("commits are durable: FULL and WAL on the writing connection, also after opening again")
    func durability() async throws {
        let directory = temporaryDirectory()
        for _ in 0..<2 {
            let store = try SQLiteInterviewStore.open(directory: directory)
            #expect(try pragma(store, "synchronous") == "2")
            #expect(try pragma(store, "journal_mode") == "wal")
            #expect(try pragma(store, "foreign_keys") == "1")
            try await store.checkReadiness()
            await store.close()
        }
    }

    @Test("a store that would not keep what it confirms refuses to work")
    func refusesWithoutDurability() async throws {
        let store = try SQLiteInterviewStore.open(directory: temporaryDirectory())
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous=NORMAL") }
        let error = await #expect(throws: InterviewStoreError.self) { try await store.checkReadiness() }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("synchronous 1") == true)
        await store.close()
    }

    @Test("what was written is there after opening again")
    func reopen() async throws {
        let directory = temporaryDirectory()
        let factory = StoreFactory(description: "kept") { try SQLiteInterviewStore.open(directory: directory) }
        let fixture = try await StoreFixture(factory)
        _ = try await fixture.append(fixture.turn(1))
        await fixture.store.close()
        let again = try SQLiteInterviewStore.open(directory: directory)
        #expect(try await again.interview(fixture.interview.id, tenant: .local) == fixture.interview)
        let segments = try await again.segments(interview: fixture.interview.id, tenant: .local, after: nil)
        #expect(segments.map(\.turn) == [fixture.turn(1)])
        #expect(try await again.appendSegment(fixture.turn(1), interview: fixture.interview.id, tenant: .local).alreadyStored)
        await again.close()
    }

    @Test("the database is readable only by its owner")
    func permissions() async throws {
        let directory = temporaryDirectory()
        let store = try SQLiteInterviewStore.open(directory: directory)
        let file = try FileManager.default.attributesOfItem(atPath: directory + "/viva.sqlite")
        #expect((file[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let folder = try FileManager.default.attributesOfItem(atPath: directory)
        #expect((folder[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        await store.close()
    }

    @Test("a data directory that is a file is named in one clear sentence")
    func directoryIsAFile() throws {
        let path = temporaryDirectory()
        try Data("x".utf8).write(to: URL(fileURLWithPath: path))
        for directory in [path, path + "/below"] {
            let error = #expect(throws: InterviewStoreError.self) { try SQLiteInterviewStore.open(directory: directory) }
            #expect(error?.code == .notWritable)
            #expect(error?.message.contains(directory) == true)
            #expect(error?.message.contains("VIVA_DATA_DIR") == true)
        }
    }

    @Test("a file that is no database is not touched")
    func notADatabase() throws {
        let directory = temporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let file = URL(fileURLWithPath: directory + "/viva.sqlite")
        let content = Data(String(repeating: "This is not a database. ", count: 400).utf8)
        try content.write(to: file)
        let error = #expect(throws: InterviewStoreError.self) { try SQLiteInterviewStore.open(directory: directory) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("viva.sqlite") == true)
        #expect(try Data(contentsOf: file) == content)
    }

    @Test("somebody else's database is not taken over")
    func stranger() throws {
        let directory = temporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory + "/viva.sqlite")
        try queue.write { try $0.execute(sql: "CREATE TABLE recipes (id INTEGER)") }
        try queue.close()
        let error = #expect(throws: InterviewStoreError.self) { try SQLiteInterviewStore.open(directory: directory) }
        #expect(error?.code == .corrupt)
    }

    @Test("a database that a newer version has changed is refused")
    func fromTheFuture() async throws {
        let directory = temporaryDirectory()
        let store = try SQLiteInterviewStore.open(directory: directory)
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99-later')") }
        await store.close()
        let error = #expect(throws: InterviewStoreError.self) { try SQLiteInterviewStore.open(directory: directory) }
        #expect(error?.code == .tooNew)
    }

    @Test("without migrating, the tables of an older version are refused and left as they are; those of this one are opened")
    func withoutMigrating() async throws {
        let directory = temporaryDirectory()
        // A new database is made in any case.
        await (try SQLiteInterviewStore.open(directory: directory, migrating: false)).close()
        await (try SQLiteInterviewStore.open(directory: directory, migrating: false)).close()
        let queue = try DatabaseQueue(path: directory + "/viva.sqlite")
        let last = try #require(SQLiteMigrations.migrator().migrations.last)
        try await queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [last]) }
        let error = #expect(throws: InterviewStoreError.self) {
            try SQLiteInterviewStore.open(directory: directory, migrating: false)
        }
        #expect(error?.code == .tooOld)
        #expect(error?.message.contains("older version") == true)
        let applied = try await queue.read { try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations") }
        #expect(!applied.contains(last))
        try queue.close()
    }

    @Test("the database itself refuses a second segment in the same place")
    func uniquePlaces() async throws {
        let fixture = try await StoreFixture(.sqlite)
        _ = try await fixture.append(fixture.turn(1))
        let store = try #require(fixture.store as? SQLiteInterviewStore)
        #expect(throws: DatabaseError.self) {
            try store.pool.writeWithoutTransaction {
                try $0.execute(
                    sql: """
                        INSERT INTO segment (interview, sequence, speaker, item_id, text, start_ms, end_ms, interrupted)
                        SELECT interview, sequence, speaker, 'x', text, 0, 0, 0 FROM segment
                        """
                )
            }
        }
        await fixture.store.close()
    }

    @Test("errors do not print what they are about")
    func errorsDoNotPrint() {
        let cause = DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "Ada Lovelace")
        let error = InterviewStoreError(translating: cause)
        #expect(error.code == .conflict)
        #expect(!"\(error)".contains("Ada") && !String(reflecting: error).contains("Ada"))
    }
}
