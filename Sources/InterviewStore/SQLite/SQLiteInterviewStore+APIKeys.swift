internal import GRDB
public import InterviewCore

extension SQLiteInterviewStore {
    public func tenants() async throws(InterviewStoreError) -> [TenantID] {
        try await read { database in
            try String.fetchAll(database, sql: "SELECT id FROM tenant ORDER BY id").map { try SQLiteCoding.identifier($0) }
        }
    }

    public func createAPIKey(_ key: NewAPIKey, tenant: TenantID) async throws(InterviewStoreError) -> APIKeyRecord {
        try SQLiteCoding.check(key.name, atMost: InterviewStoreLimits.apiKeyNameBytes)
        return try await writer.write { database in
            try SQLiteTenants.make(tenant, at: key.createdAt, database)
            let inForce =
                try Int.fetchOne(
                    database.cachedStatement(sql: "SELECT count(*) FROM api_key WHERE tenant_id = ? AND revoked_at IS NULL"),
                    arguments: [tenant.rawValue]
                ) ?? 0
            guard inForce < InterviewStoreLimits.apiKeys else {
                throw InterviewStoreError(.full, "The tenant has \(inForce) API keys. Revoke those that nobody uses.")
            }
            try database.cachedStatement(sql: "INSERT INTO api_key (hash, id, tenant_id, name, role, created_at) VALUES (?, ?, ?, ?, ?, ?)")
                .execute(arguments: [
                    key.hash.data, key.id.rawValue, tenant.rawValue, key.name, key.role.rawValue, key.createdAt.milliseconds,
                ]
                )
            return APIKeyRecord(id: key.id, tenantID: tenant, name: key.name, role: key.role, createdAt: key.createdAt)
        }
    }

    public func apiKeys(tenant: TenantID) async throws(InterviewStoreError) -> [APIKeyRecord] {
        try await read { database in
            try Row.fetchAll(
                database.cachedStatement(sql: "SELECT * FROM api_key WHERE tenant_id = ? ORDER BY created_at, id"),
                arguments: [tenant.rawValue]
            )
            .map(SQLiteAPIKeys.record)
        }
    }

    public func revokeAPIKey(_ id: APIKeyID, tenant: TenantID, at now: Timestamp) async throws(InterviewStoreError) {
        try await writer.write { database in
            try database.cachedStatement(sql: "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND tenant_id = ?")
                .execute(arguments: [now.milliseconds, id.rawValue, tenant.rawValue]
                )
            guard database.changesCount > 0 else { throw InterviewStoreError(.notFound, "There is no such API key.") }
        }
    }

    public func apiKey(_ hash: TokenHash) async throws(InterviewStoreError) -> APIKeyRecord? {
        try await readOnce { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT * FROM api_key WHERE hash = ? AND revoked_at IS NULL"),
                arguments: [hash.data]
            )
            .map(SQLiteAPIKeys.record)
        }
    }

    public func noteAPIKeyUse(_ uses: [APIKeyID: Timestamp]) async throws(InterviewStoreError) {
        guard !uses.isEmpty else { return }
        try await writer.write { database in
            for (id, at) in uses {
                try database.cachedStatement(sql: "UPDATE api_key SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?")
                    .execute(arguments: [at.milliseconds, id.rawValue]
                    )
            }
        }
    }
}

/// Rows of the table `tenant`.
enum SQLiteTenants {
    /// Makes the tenant unless it is there.
    static func make(_ tenant: TenantID, at now: Timestamp, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO tenant (id, created_at) VALUES (?, ?)").execute(arguments: [
            tenant.rawValue, now.milliseconds,
        ]
        )
    }
}

/// Rows of the table `api_key`.
enum SQLiteAPIKeys {
    static func record(_ row: Row) throws -> APIKeyRecord {
        APIKeyRecord(
            id: try SQLiteCoding.identifier(row["id"]),
            tenantID: try SQLiteCoding.identifier(row["tenant_id"]),
            name: row["name"],
            role: try SQLiteCoding.identifier(row["role"]),
            createdAt: Timestamp(millisecondsSince1970: row["created_at"]),
            lastUsedAt: SQLiteCoding.timestamp(row["last_used_at"]),
            revokedAt: SQLiteCoding.timestamp(row["revoked_at"])
        )
    }
}
