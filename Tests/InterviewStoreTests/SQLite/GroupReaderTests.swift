import GRDB
import Testing

@testable import InterviewStore

@Suite("Group reader", .timeLimit(.minutes(1)))
struct GroupReaderTests {
    private func make(limit: Int = 100) throws -> (GroupReader, DatabasePool) {
        let pool = try SQLiteOpening.open(directory: temporaryDirectory())
        try pool.write { try $0.execute(sql: "CREATE TABLE entry (number INTEGER)") }
        return (GroupReader(pool: pool, limit: limit), pool)
    }

    @Test("a read sees every write that was confirmed before it")
    func sees() async throws {
        let (reader, pool) = try make()
        for number in 1...50 {
            try await pool.write { try $0.execute(sql: "INSERT INTO entry VALUES (?)", arguments: [number]) }
            #expect(try await reader.read { try Int.fetchOne($0, sql: "SELECT max(number) FROM entry") } == number)
        }
        reader.close()
    }

    @Test("a read that fails leaves those beside it standing")
    func failure() async throws {
        let (reader, _) = try make()
        let gate = Gate()
        // Holds the thread until the others wait together.
        async let held: Void = reader.read { _ in gate.wait() }
        await gate.entered()
        async let good = reader.read { try Int.fetchOne($0, sql: "SELECT 1") }
        async let bad = code { try await reader.read { try $0.execute(sql: "SELECT nothing FROM nowhere") } }
        async let other = reader.read { try Int.fetchOne($0, sql: "SELECT 2") }
        while reader.waiting < 3 { await Task.yield() }
        gate.open()
        _ = try await held
        #expect(try await good == 1)
        #expect(await bad == .unavailable)
        #expect(try await other == 2)
        reader.close()
    }

    @Test("beyond the limit of waiting reads callers are refused, and behind the end all are")
    func limit() async throws {
        let (reader, _) = try make(limit: 1)
        let gate = Gate()
        async let held: Void = reader.read { _ in gate.wait() }
        await gate.entered()
        async let waiting = reader.read { try Int.fetchOne($0, sql: "SELECT 1") }
        while reader.waiting < 1 { await Task.yield() }
        #expect(await code { try await reader.read { _ in } } == .full)
        reader.close()
        #expect(await code { try await reader.read { _ in } } == .unavailable)
        gate.open()
        _ = try await held
        #expect(try await waiting == 1)
    }
}
