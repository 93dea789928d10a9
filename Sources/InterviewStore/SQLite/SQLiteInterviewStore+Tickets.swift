internal import Foundation
internal import GRDB
public import InterviewCore

extension SQLiteInterviewStore {
    public func issueTicket(_ ticket: NewTicket, tenant: TenantID) async throws(InterviewStoreError) {
        try await writer.write { database in
            var interview: String?
            var plan: String?
            switch ticket.purpose {
            case .single(let id):
                guard try !SQLiteInterviews.interview(id, tenant: tenant, database).status.isFinal else {
                    throw InterviewStoreError(.conflict, "The interview is over.")
                }
                // Zero and not now: one that is presented with an earlier reading of the clock is over as well.
                try database.cachedStatement(sql: "UPDATE ticket SET expires_at = 0 WHERE interview_id = ? AND used_at IS NULL").execute(
                    arguments: [id.rawValue]
                )
                try SQLiteTickets.endTokens(of: id, at: Timestamp(millisecondsSince1970: 0), database)
                interview = id.rawValue
            case .practice(let id):
                guard try SQLitePlans.version(id, nil, tenant: tenant, database) != nil else { throw InterviewStoreError.noPlan }
                plan = id.rawValue
            }
            try database.cachedStatement(
                sql: """
                    INSERT INTO ticket (hash, id, tenant_id, kind, interview_id, plan_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                ticket.hash.data, ticket.id.rawValue, tenant.rawValue, interview == nil ? "practice" : "single", interview, plan,
                ticket.createdAt.milliseconds, ticket.expiresAt.milliseconds,
            ]
            )
        }
    }

    public func ticketState(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> TicketState {
        try await readShortly { [plans] database in
            switch try SQLiteTickets.look(hash, now: now, plans, database) {
            case .unknown: return .unknown
            case .used: return .used
            case .expired: return .expired
            case .single(let interview, let plan):
                plans.keep(plan, of: interview.tenantID)
                return .usable(tenant: interview.tenantID, plan: plan, practice: false, origin: interview.origin)
            case .practice(let tenant, let plan):
                plans.keep(plan, of: tenant)
                return .usable(tenant: tenant, plan: plan, practice: true)
            }
        }
    }

    public func redeemTicket(
        _ hash: TokenHash,
        now: Timestamp,
        newInterviewID: InterviewID,
        candidateToken: NewCandidateToken
    ) async throws(InterviewStoreError) -> TicketRedemption {
        try await writer.write { [plans] database in
            let id: InterviewID
            let tenantID: TenantID
            let interviewPlan: InterviewPlan
            var record: InterviewRecord
            switch try SQLiteTickets.look(hash, now: now, plans, database) {
            case .unknown: return .unknown
            case .used: return .used
            case .expired: return .expired
            case .single(let interview, let plan):
                (id, tenantID, interviewPlan, record) = (interview.id, interview.tenantID, plan, interview)
            case .practice(let tenant, let plan):
                (id, tenantID, interviewPlan) = (newInterviewID, tenant, plan)
                record = InterviewRecord(
                    id: id,
                    tenantID: tenant,
                    planID: plan.id,
                    planVersion: plan.version,
                    status: .created,
                    practice: true,
                    createdAt: now
                )
                try SQLiteInterviews.insert(record, database)
            }
            // A later link leads back into an interview that was joined before.
            if record.status == .created {
                let number = try SQLiteInterviews.number(id, tenant: tenantID, database)
                try SQLiteInterviews.move(id, number: number, from: .created, to: .joined, reason: nil, at: now, database)
                record = record.joined
            }
            try database.cachedStatement(sql: "UPDATE ticket SET used_at = ? WHERE hash = ?").execute(arguments: [
                now.milliseconds, hash.data,
            ])
            try SQLiteTickets.insert(candidateToken, interview: id, tenant: tenantID, database)
            return .redeemed(record, interviewPlan)
        }
    }

    public func saveCandidateToken(
        _ token: NewCandidateToken,
        interview: InterviewID,
        tenant: TenantID
    ) async throws(InterviewStoreError) {
        try await writer.write { database in
            _ = try SQLiteInterviews.number(interview, tenant: tenant, database)
            try SQLiteTickets.insert(token, interview: interview, tenant: tenant, database)
        }
    }

    public func tokensInForce(_ hashes: Set<TokenHash>, now: Timestamp) async throws(InterviewStoreError) -> Set<TokenHash> {
        guard !hashes.isEmpty else { return [] }
        let hashes = Array(hashes)
        return try await read { database in
            var inForce: Set<TokenHash> = []
            for start in stride(from: 0, to: hashes.count, by: InterviewStoreLimits.tokensAtOnce) {
                let part = hashes[start..<min(start + InterviewStoreLimits.tokensAtOnce, hashes.count)].map(\.data)
                let marks = Array(repeating: "?", count: part.count).joined(separator: ", ")
                let found = try Data.fetchAll(
                    database,
                    sql: """
                        SELECT hash FROM candidate_token WHERE hash IN (\(marks)) AND expires_at > ?
                        UNION ALL SELECT hash FROM api_key WHERE hash IN (\(marks)) AND revoked_at IS NULL
                        """,
                    arguments: StatementArguments(part) + [now.milliseconds] + StatementArguments(part)
                )
                inForce.formUnion(found.compactMap { TokenHash(sha256: $0) })
            }
            return inForce
        }
    }

    public func candidate(_ hash: TokenHash, now: Timestamp) async throws(InterviewStoreError) -> CandidateIdentity? {
        try await readShortly { database in
            let row = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT * FROM candidate_token WHERE hash = ? AND expires_at > ?"),
                arguments: [hash.data, now.milliseconds]
            )
            return try row.map { row in
                CandidateIdentity(
                    tenantID: try SQLiteCoding.identifier(row["tenant_id"]),
                    interviewID: try SQLiteCoding.identifier(row["interview_id"]),
                    expiresAt: Timestamp(millisecondsSince1970: row["expires_at"])
                )
            }
        }
    }
}

/// Rows of the tables `ticket` and `candidate_token`.
enum SQLiteTickets {
    enum Finding {
        case unknown
        case used
        case expired
        case single(InterviewRecord, InterviewPlan)
        case practice(TenantID, InterviewPlan)
    }

    /// What the ticket is worth now. A single ticket whose interview is over has nothing left to open.
    static func look(_ hash: TokenHash, now: Timestamp, _ plans: SQLitePlanCache, _ database: Database) throws -> Finding {
        guard let row = try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM ticket WHERE hash = ?"), arguments: [hash.data])
        else {
            return .unknown
        }
        let tenant: TenantID = try SQLiteCoding.identifier(row["tenant_id"])
        let expires: Int64 = row["expires_at"]
        let interviewID: String? = row["interview_id"]
        if interviewID != nil, (row["used_at"] as Int64?) != nil { return .used }
        if expires <= now.milliseconds { return .expired }
        guard interviewID != nil else {
            let id: PlanID = try SQLiteCoding.identifier(row["plan_id"])
            guard let plan = try SQLitePlans.plan(id, version: nil, tenant: tenant, plans, database) else { return .unknown }
            return .practice(tenant, plan)
        }
        let interview = try SQLiteInterviews.interview(try SQLiteCoding.identifier(interviewID), tenant: tenant, database)
        guard !interview.status.isFinal else { return .used }
        guard let plan = try SQLitePlans.plan(interview.planID, version: interview.planVersion, tenant: tenant, plans, database) else {
            return .unknown
        }
        return .single(interview, plan)
    }

    /// No token of the interview is worth anything from that moment on.
    static func endTokens(of interview: InterviewID, at end: Timestamp, _ database: Database) throws {
        try database.cachedStatement(sql: "UPDATE candidate_token SET expires_at = min(expires_at, ?) WHERE interview_id = ?").execute(
            arguments: [end.milliseconds, interview.rawValue]
        )
    }

    static func insert(_ token: NewCandidateToken, interview: InterviewID, tenant: TenantID, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO candidate_token (hash, tenant_id, interview_id, expires_at) VALUES (?, ?, ?, ?)")
            .execute(arguments: [token.hash.data, tenant.rawValue, interview.rawValue, token.expiresAt.milliseconds]
            )
    }
}

extension TokenHash {
    /// For a column of bytes.
    var data: Data { Data(bytes) }
}

extension InterviewRecord {
    /// As it stands when its candidate has come for the first time.
    fileprivate var joined: InterviewRecord {
        InterviewRecord(
            id: id,
            tenantID: tenantID,
            planID: planID,
            planVersion: planVersion,
            status: .joined,
            candidateName: candidateName,
            origin: origin,
            practice: practice,
            createdAt: createdAt,
            startedAt: startedAt,
            endedAt: endedAt,
            progress: progress
        )
    }
}
