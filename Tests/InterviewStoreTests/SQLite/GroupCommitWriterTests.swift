import GRDB
import InterviewCore
import Testing

@testable import InterviewStore

@Suite("Group commit", .timeLimit(.minutes(1)))
struct GroupCommitWriterTests {
    /// A writer over a table `entry`, and a lock on the database that keeps it from committing.
    private func make(limit: Int = 100, batchLimit: Int = 10, pause: Duration = .zero) throws -> (GroupCommitWriter, DatabasePool) {
        let pool = try SQLiteOpening.open(directory: temporaryDirectory())
        try pool.write { try $0.execute(sql: "CREATE TABLE entry (id INTEGER PRIMARY KEY, number INTEGER UNIQUE)") }
        return (GroupCommitWriter(pool: pool, limit: limit, batchLimit: batchLimit, pause: pause), pool)
    }

    @Test("writes of one task are made in its order, across batches")
    func order() async throws {
        let (writer, pool) = try make()
        for number in 1...35 {
            try await writer.write { try $0.execute(sql: "INSERT INTO entry (number) VALUES (?)", arguments: [number]) }
        }
        await writer.close()
        #expect(try await pool.read { try Int.fetchAll($0, sql: "SELECT number FROM entry ORDER BY id") } == Array(1...35))
    }

    @Test("a write that fails in a batch leaves the others standing and nothing of itself")
    func failureInBatch() async throws {
        let (writer, pool) = try make()
        try await writer.write { try $0.execute(sql: "INSERT INTO entry (number) VALUES (0)") }
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 1...100 {
                group.addTask {
                    let failure = await code {
                        try await writer.write { database in
                            try database.execute(sql: "INSERT INTO entry (number) VALUES (?)", arguments: [number])
                            // Every seventh takes a number that is there already, after it has written one row.
                            if number % 7 == 0 { try database.execute(sql: "INSERT INTO entry (number) VALUES (0)") }
                        }
                    }
                    return failure == .conflict
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        await writer.close()
        #expect(failures == 14)
        #expect(
            try await pool.read { try Int.fetchAll($0, sql: "SELECT number FROM entry ORDER BY number") }
                == (0...100).filter { $0 == 0 || $0 % 7 != 0 }
        )
    }

    @Test("beyond the limit of waiting writes callers are refused at once, and the waiting ones are kept")
    func limit() async throws {
        let (writer, pool) = try make(limit: 5)
        let codes = await withTaskGroup(of: InterviewStoreError.Code?.self) { group in
            // The first write holds the thread until all others have been taken or refused.
            let gate = Gate()
            group.addTask { await code { try await writer.write { _ in gate.wait() } } }
            await gate.entered()
            let others = await withTaskGroup(of: InterviewStoreError.Code?.self) { inner in
                for number in 0..<20 {
                    inner.addTask {
                        await code {
                            try await writer.write { try $0.execute(sql: "INSERT INTO entry (number) VALUES (?)", arguments: [number]) }
                        }
                    }
                }
                var codes: [InterviewStoreError.Code?] = []
                // 15 are refused while the thread is held; then it is let go and the 5 that wait are made.
                for await code in inner {
                    codes.append(code)
                    if codes.count == 15 { gate.open() }
                }
                return codes
            }
            _ = await group.next()
            return others
        }
        await writer.close()
        #expect(codes.prefix(15).allSatisfy { $0 == .full })
        #expect(codes.suffix(5).allSatisfy { $0 == nil })
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") } == 5)
    }

    /// Counts transactions that were committed.
    private final class Commits: TransactionObserver, @unchecked Sendable {
        // Called on the writer's thread, read when that has ended.
        var count = 0
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { count += 1 }
        func databaseDidRollback(_ database: Database) {}
    }

    @Test("a write that comes alone is committed at once; those that come soon behind a commit share the next one")
    func company() async throws {
        let (writer, pool) = try make(pause: .seconds(3600))
        let commits = Commits()
        pool.add(transactionObserver: commits, extent: .databaseLifetime)
        let insert: @Sendable (Database) throws -> Void = { try $0.execute(sql: "INSERT INTO entry DEFAULT VALUES") }
        try await writer.write(insert)
        async let first: Void = writer.write(insert)
        while writer.waiting < 1 { await Task.yield() }
        async let second: Void = writer.write(insert)
        while writer.waiting < 2 { await Task.yield() }
        // What waits for company does not keep the store open.
        await writer.close()
        _ = try await (first, second)
        #expect(commits.count == 2)
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") } == 3)
        try pool.close()
    }

    @Test("a full commit does not wait for more")
    func fullCommit() async throws {
        let (writer, pool) = try make(batchLimit: 3, pause: .seconds(3600))
        try await writer.write { _ in }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await writer.write { try $0.execute(sql: "INSERT INTO entry DEFAULT VALUES") } } }
            try await group.waitForAll()
        }
        await writer.close()
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") } == 3)
        try pool.close()
    }

    @Test("closing makes the writes that wait and refuses later ones")
    func closing() async throws {
        let (writer, pool) = try make()
        let gate = Gate()
        async let held = code { try await writer.write { _ in gate.wait() } }
        await gate.entered()
        async let closed: Void = writer.close()
        gate.open()
        await closed
        #expect(await held == nil)
        #expect(await code { try await writer.write { _ in } } == .unavailable)
        try pool.close()
    }

    @Test("a disk that takes nothing fails the writes that wait, and later ones succeed when it does again")
    func diskFailure() async throws {
        let (writer, pool) = try make()
        for (pragma, back, expected) in [
            ("query_only=1", "query_only=0", InterviewStoreError.Code.notWritable), ("max_page_count=1", "max_page_count=1000000", .full),
        ] {
            try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(pragma)") }
            let codes = await withTaskGroup(of: InterviewStoreError.Code?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        // Too large for the pages that are there.
                        await code {
                            try await writer.write { try $0.execute(sql: "CREATE TABLE big AS SELECT zeroblob(1000000) AS hole") }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: expected, count: 20))
            try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(back)") }
            try await writer.write { try $0.execute(sql: "INSERT INTO entry (number) VALUES (NULL)") }
        }
        #expect(try await pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") } == 2)
        await writer.close()
        try pool.close()
    }
}
