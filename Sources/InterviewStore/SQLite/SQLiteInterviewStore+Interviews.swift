internal import GRDB
public import InterviewCore

extension SQLiteInterviewStore {
    public func createInterview(_ interview: NewInterview, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord {
        try SQLiteCoding.check(interview.origin, atMost: InterviewStoreLimits.originBytes)
        return try await writer.write { database in
            let version = try SQLitePlans.version(interview.planID, interview.planVersion, tenant: tenant, database)
            guard let version else { throw InterviewStoreError.noPlan }
            let record = InterviewRecord(
                id: interview.id,
                tenantID: tenant,
                planID: interview.planID,
                planVersion: version,
                status: .created,
                candidateName: interview.candidateName,
                origin: interview.origin,
                practice: false,
                createdAt: interview.createdAt
            )
            try SQLiteInterviews.insert(record, database)
            return record
        }
    }

    public func interview(_ id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewRecord {
        try await read { try SQLiteInterviews.interview(id, tenant: tenant, $0) }
    }

    public func history(of id: InterviewID, tenant: TenantID) async throws(InterviewStoreError) -> InterviewHistory {
        // One that has begun has a transcript, which may be long: nobody's short read shall wait for it.
        let fresh: InterviewHistory? = try await readShortly { [plans] database in
            let (record, number) = try SQLiteInterviews.numbered(id, tenant: tenant, database)
            return record.startedAt == nil ? try Self.history(record, number, tenant, plans, database) : nil
        }
        if let fresh { return fresh }
        return try await read { [plans] database in
            let (record, number) = try SQLiteInterviews.numbered(id, tenant: tenant, database)
            return try Self.history(record, number, tenant, plans, database)
        }
    }

    private static func history(
        _ record: InterviewRecord,
        _ number: Int64,
        _ tenant: TenantID,
        _ plans: SQLitePlanCache,
        _ database: Database
    ) throws -> InterviewHistory {
        guard let plan = try SQLitePlans.plan(record.planID, version: record.planVersion, tenant: tenant, plans, database) else {
            throw InterviewStoreError.noPlan
        }
        plans.keep(plan, of: tenant)
        return InterviewHistory(
            record: record,
            plan: plan,
            segments: try SQLiteSegments.segments(of: number, after: nil, database),
            calls: try SQLiteCalls.calls(of: record.id, database)
        )
    }

    public func interviews(tenant: TenantID, after cursor: String?, limit: Int) async throws(InterviewStoreError) -> InterviewPage {
        let limit = min(max(limit, 1), InterviewStoreLimits.page)
        let position = try cursor.map { text throws(InterviewStoreError) in try InterviewCursor(text) }
        return try await read { database in
            let before = try position.map { try SQLiteInterviews.place(of: $0, tenant: tenant, database) } ?? .max
            let rows = try Row.fetchAll(
                database.cachedStatement(sql: "SELECT * FROM interview WHERE tenant_id = ? AND number < ? ORDER BY number DESC LIMIT ?"),
                arguments: [tenant.rawValue, before, limit + 1]
            )
            let page = try rows.prefix(limit).map(SQLiteInterviews.record)
            let last = rows.count > limit ? page.last : nil
            return InterviewPage(interviews: page, nextCursor: last.map { InterviewCursor(of: $0).text })
        }
    }

    public func interviews(
        in statuses: Set<InterviewStatus>,
        after: InterviewID?
    ) async throws(InterviewStoreError) -> [InterviewRecord] {
        guard !statuses.isEmpty else { return [] }
        return try await read { database in
            let marks = Array(repeating: "?", count: statuses.count).joined(separator: ", ")
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM interview WHERE status IN (\(marks))
                        AND number > coalesce((SELECT number FROM interview WHERE id = ?), 0)
                    ORDER BY number LIMIT ?
                    """,
                arguments: StatementArguments(statuses.map(\.rawValue)) + [after?.rawValue, InterviewStoreLimits.page]
            ).map(SQLiteInterviews.record)
        }
    }

    public func transition(
        _ id: InterviewID,
        tenant: TenantID,
        from: InterviewStatus,
        to: InterviewStatus,
        reason: String?,
        at now: Timestamp
    ) async throws(InterviewStoreError) {
        try await record([.transition(from: from, to: to, reason: reason, at: now)], interview: id, tenant: tenant)
    }

    public func saveProgress(
        _ progress: ConductorProgress,
        interview: InterviewID,
        tenant: TenantID
    ) async throws(InterviewStoreError) {
        try await record([.progress(progress)], interview: interview, tenant: tenant)
    }
}

/// Rows of the table `interview`.
enum SQLiteInterviews {
    /// The row of an interview of this tenant; `notFound` otherwise, also for another tenant's.
    static func number(_ id: InterviewID, tenant: TenantID, _ database: Database) throws -> Int64 {
        let number = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT number FROM interview WHERE id = ? AND tenant_id = ?"),
            arguments: [id.rawValue, tenant.rawValue]
        )
        guard let number else { throw InterviewStoreError.noInterview }
        return number
    }

    /// The row that a page ends before. An interview that is not there any more has had its place where its time is.
    static func place(of cursor: InterviewCursor, tenant: TenantID, _ database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT coalesce(
                        (SELECT number FROM interview WHERE id = :id AND tenant_id = :tenant),
                        (SELECT max(number) + 1 FROM interview WHERE tenant_id = :tenant AND created_at <= :created), 0)
                    """
            ),
            arguments: ["id": cursor.id.rawValue, "tenant": tenant.rawValue, "created": cursor.createdAt.milliseconds]
        ) ?? 0
    }

    /// Where the interview stands, and the number by which other tables know it.
    static func standing(
        _ id: InterviewID,
        tenant: TenantID,
        _ database: Database
    ) throws -> (status: InterviewStatus, number: Int64) {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT number, status FROM interview WHERE id = ? AND tenant_id = ?"),
            arguments: [id.rawValue, tenant.rawValue]
        )
        guard let row else { throw InterviewStoreError.noInterview }
        return (try SQLiteCoding.identifier(row[1]), row[0])
    }

    static func interview(_ id: InterviewID, tenant: TenantID, _ database: Database) throws -> InterviewRecord {
        try numbered(id, tenant: tenant, database).record
    }

    /// The interview, and the number by which other tables know it.
    static func numbered(_ id: InterviewID, tenant: TenantID, _ database: Database) throws -> (record: InterviewRecord, number: Int64) {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM interview WHERE id = ? AND tenant_id = ?"),
            arguments: [id.rawValue, tenant.rawValue]
        )
        guard let row else { throw InterviewStoreError.noInterview }
        return (try record(row), row["number"])
    }

    static func insert(_ interview: InterviewRecord, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO interview (id, tenant_id, plan_id, plan_version, status, candidate_name, origin, practice, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            interview.id.rawValue, interview.tenantID.rawValue, interview.planID.rawValue, interview.planVersion,
            interview.status.rawValue,
            interview.candidateName?.value, interview.origin, interview.practice, interview.createdAt.milliseconds,
        ]
        )
    }

    /// Sets the status and writes the event. The caller has checked where the interview stands.
    static func move(
        _ id: InterviewID,
        number: Int64,
        from: InterviewStatus,
        to: InterviewStatus,
        reason: String?,
        at now: Timestamp,
        _ database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                UPDATE interview SET status = ?, status_reason = ?, started_at = coalesce(started_at, ?), ended_at = coalesce(?, ended_at)
                WHERE number = ?
                """
        ).execute(arguments: [
            to.rawValue, reason, to == .live ? now.milliseconds : nil, to.isFinal ? now.milliseconds : nil, number,
        ])
        if to.isFinal { try SQLiteTickets.endTokens(of: id, at: now + InterviewStoreLimits.candidateTokenAfterEnd, database) }
        var body = JSONObjectText()
        body.add("from", from.rawValue)
        if let reason { body.add("reason", reason) }
        body.add("to", to.rawValue)
        try SQLiteEvents.append(InterviewEvent(kind: .stateChanged, at: now, body: body.text), to: number, database)
    }

    static func record(_ row: Row) throws -> InterviewRecord {
        let name: String? = row["candidate_name"]
        let progress: String? = row["progress"]
        return InterviewRecord(
            id: try SQLiteCoding.identifier(row["id"]),
            tenantID: try SQLiteCoding.identifier(row["tenant_id"]),
            planID: try SQLiteCoding.identifier(row["plan_id"]),
            planVersion: row["plan_version"],
            status: try SQLiteCoding.identifier(row["status"]),
            statusReason: row["status_reason"],
            candidateName: name.flatMap(CandidateName.init),
            origin: row["origin"],
            practice: row["practice"],
            createdAt: Timestamp(millisecondsSince1970: row["created_at"]),
            startedAt: SQLiteCoding.timestamp(row["started_at"]),
            endedAt: SQLiteCoding.timestamp(row["ended_at"]),
            progress: try progress.map { try SQLiteCoding.decode(ConductorProgress.self, $0) }
        )
    }
}
