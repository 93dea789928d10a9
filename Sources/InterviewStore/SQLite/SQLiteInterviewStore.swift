internal import GRDB
public import InterviewCore

/// Interviews in one SQLite file, for one process on one machine.
///
/// Reads run at the same time as writes (write-ahead log) on GRDB's own queues; all writes go through one
/// thread that commits them in groups with `synchronous=FULL`. Nothing here blocks the caller's thread.
public final class SQLiteInterviewStore: InterviewStore {
    let pool: DatabasePool
    let writer: GroupCommitWriter
    /// For ``readShortly(_:)``.
    let reader: GroupReader
    let plans = SQLitePlanCache()

    /// Opens or makes `viva.sqlite` in the directory. Blocks for the time of the migration: call it at start.
    ///
    /// - Parameter migrating: false: a database that is there is opened only if its tables are those of this version, and they stay
    ///   as they are. For tools that work beside a server.
    /// - Throws: `notWritable`, `corrupt`, `tooNew`, `tooOld`, `full` or `unavailable`, with one sentence that says what to do.
    public static func open(directory: String, migrating: Bool = true) throws(InterviewStoreError) -> SQLiteInterviewStore {
        SQLiteInterviewStore(pool: try SQLiteOpening.open(directory: directory, migrating: migrating))
    }

    init(pool: DatabasePool) {
        self.pool = pool
        writer = GroupCommitWriter(pool: pool)
        reader = GroupReader(pool: pool)
    }

    public func close() async {
        await writer.close()
        reader.close()
        do {
            try pool.close()
        } catch {
            // A reader still runs. Everything that was confirmed is on disk; the file closes with the process.
        }
    }

    public func checkReadiness() async throws(InterviewStoreError) {
        // An empty write goes the whole way of a real one, and reads what the connection really does.
        try await writer.write(SQLiteOpening.checkDurability)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InterviewStoreError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw InterviewStoreError(translating: error)
        }
    }

    /// For a body that is one statement, which sees one moment by itself: it is spared the transaction around it.
    func readOnce<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InterviewStoreError) -> Value {
        do {
            return try await pool.unsafeRead(body)
        } catch {
            throw InterviewStoreError(translating: error)
        }
    }

    /// For what every candidate's way to a call reads: a few rows.
    func readShortly<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InterviewStoreError) -> Value {
        try await reader.read(body)
    }

    // MARK: Plans

    public func savePlan(_ plan: InterviewPlan, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError) {
        let document = try SQLiteCoding.encode(plan)
        try await writer.write { [plans] database in
            if let stored = try SQLitePlans.plan(plan.id, version: plan.version, tenant: tenant, plans, database) {
                guard stored == plan else {
                    throw InterviewStoreError(
                        .conflict,
                        "Version \(plan.version) of the plan \(plan.id) exists with other content. Give the plan a new version number."
                    )
                }
                return
            }
            try SQLiteTenants.make(tenant, at: now, database)
            try database.cachedStatement(sql: "INSERT INTO plan (tenant_id, id, version, document, created_at) VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [tenant.rawValue, plan.id.rawValue, plan.version, document, now.milliseconds]
                )
        }
    }

    public func plan(_ id: PlanID, version: Int?, tenant: TenantID) async throws(InterviewStoreError) -> InterviewPlan {
        try await read { [plans] database in
            let plan = try SQLitePlans.plan(id, version: version, tenant: tenant, plans, database)
            guard let plan else { throw InterviewStoreError.noPlan }
            plans.keep(plan, of: tenant)
            return plan
        }
    }

    public func plans(tenant: TenantID) async throws(InterviewStoreError) -> [InterviewPlan] {
        try await read { database in
            let documents = try String.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT document FROM plan AS p WHERE tenant_id = ?
                        AND version = (SELECT max(version) FROM plan WHERE tenant_id = p.tenant_id AND id = p.id) ORDER BY id LIMIT ?
                        """
                ),
                arguments: [tenant.rawValue, InterviewStoreLimits.plans]
            )
            return try documents.map { try SQLiteCoding.decode(InterviewPlan.self, $0) }
        }
    }

    // MARK: Calls

    public func recordCall(_ call: CallRecord, tenant: TenantID) async throws(InterviewStoreError) {
        try await record([.call(call)], interview: call.interviewID, tenant: tenant)
    }

    public func recordCallEnd(_ id: CallID, tenant: TenantID, reason: String, at now: Timestamp) async throws(InterviewStoreError) {
        try SQLiteCoding.check(reason, atMost: InterviewStoreLimits.reasonBytes)
        try await writer.write { try SQLiteCalls.end(id, tenant: tenant, reason: reason, at: now, $0) }
    }

    public func call(_ id: CallID, tenant: TenantID) async throws(InterviewStoreError) -> CallRecord {
        try await read { database in
            guard let call = try SQLiteCalls.call(id, tenant: tenant, database) else { throw InterviewStoreError.noCall }
            return call
        }
    }

    public func calls(interview: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> [CallRecord] {
        try await read { database in
            _ = try SQLiteInterviews.number(interview, tenant: tenant, database)
            return try SQLiteCalls.calls(of: interview, database)
        }
    }
}

extension SQLiteInterviewStore {
    public func connectedTime(
        tenant: TenantID,
        since: Timestamp,
        now: Timestamp
    ) async throws(InterviewStoreError) -> ConnectedTime {
        try await readOnce { database in
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT min(call.started_at) AS oldest,
                            sum(max(0, min(coalesce(call.ended_at, interview.ended_at, :now), :now) - max(call.started_at, :since))) AS total
                        FROM call CROSS JOIN interview ON interview.id = call.interview_id
                        WHERE interview.tenant_id = :tenant AND call.started_at < :now AND (call.ended_at IS NULL OR call.ended_at > :since)
                            AND (call.ended_at IS NOT NULL OR interview.ended_at IS NULL OR interview.ended_at > :since)
                        """
                ),
                arguments: ["now": now.milliseconds, "since": since.milliseconds, "tenant": tenant.rawValue]
            )
            return ConnectedTime(
                total: .milliseconds(row?["total"] as Int64? ?? 0),
                oldestStart: SQLiteCoding.timestamp(row?["oldest"])
            )
        }
    }
}

enum SQLitePlans {
    /// The version that there is: the one that is asked for, or the newest.
    static func version(_ id: PlanID, _ version: Int?, tenant: TenantID, _ database: Database) throws -> Int? {
        try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT version FROM plan WHERE tenant_id = ? AND id = ? AND (? IS NULL OR version = ?) ORDER BY version DESC LIMIT 1"
            ),
            arguments: [tenant.rawValue, id.rawValue, version, version]
        )
    }

    static func plan(
        _ id: PlanID,
        version: Int?,
        tenant: TenantID,
        _ cache: SQLitePlanCache,
        _ database: Database
    ) throws -> InterviewPlan? {
        guard let version = try Self.version(id, version, tenant: tenant, database) else { return nil }
        if let plan = cache[SQLitePlanCache.Key(tenant: tenant, plan: id, version: version)] { return plan }
        let document = try String.fetchOne(
            database.cachedStatement(sql: "SELECT document FROM plan WHERE tenant_id = ? AND id = ? AND version = ?"),
            arguments: [tenant.rawValue, id.rawValue, version]
        )
        return try document.map { try SQLiteCoding.decode(InterviewPlan.self, $0) }
    }
}

enum SQLiteCalls {
    static func call(_ id: CallID, tenant: TenantID, _ database: Database) throws -> CallRecord? {
        try Row.fetchOne(
            database.cachedStatement(
                sql:
                    "SELECT call.* FROM call JOIN interview ON interview.id = call.interview_id WHERE call.id = ? AND interview.tenant_id = ?"
            ),
            arguments: [id.rawValue, tenant.rawValue]
        ).map(record)
    }

    static func insert(_ call: CallRecord, _ database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO call (id, interview_id, upstream_call_id, started_at, ended_at, end_reason) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            call.id.rawValue, call.interviewID.rawValue, call.upstreamCallID, call.startedAt.milliseconds, call.endedAt?.milliseconds,
            call.endReason,
        ])
    }

    static func end(_ id: CallID, tenant: TenantID, reason: String, at now: Timestamp, _ database: Database) throws {
        let isThere = try Bool.fetchOne(
            database.cachedStatement(
                sql: "SELECT 1 FROM call JOIN interview ON interview.id = call.interview_id WHERE call.id = ? AND interview.tenant_id = ?"
            ),
            arguments: [id.rawValue, tenant.rawValue]
        )
        guard isThere != nil else { throw InterviewStoreError.noCall }
        try database.cachedStatement(sql: "UPDATE call SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL")
            .execute(arguments: [now.milliseconds, reason, id.rawValue])
    }

    static func calls(of interview: InterviewID, _ database: Database) throws -> [CallRecord] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM call WHERE interview_id = ? ORDER BY number"),
            arguments: [interview.rawValue]
        )
        .map(record)
    }

    static func record(_ row: Row) throws -> CallRecord {
        CallRecord(
            id: try SQLiteCoding.identifier(row["id"]),
            interviewID: try SQLiteCoding.identifier(row["interview_id"]),
            upstreamCallID: row["upstream_call_id"],
            startedAt: Timestamp(millisecondsSince1970: row["started_at"]),
            endedAt: SQLiteCoding.timestamp(row["ended_at"]),
            endReason: row["end_reason"]
        )
    }
}
