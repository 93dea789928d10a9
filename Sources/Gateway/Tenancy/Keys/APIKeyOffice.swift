public import InterviewCore
public import InterviewStore
public import ServerEdge

/// Makes, lists and revokes the API keys of tenants. It needs the store only, so it works beside a running server.
public struct APIKeyOffice: Sendable {
    /// Characters of a name: what fits into a line of a list.
    public static let longestName = 100

    private let store: any InterviewStore
    private let wallClock: WallClock

    public init(store: any InterviewStore, wallClock: WallClock = WallClock()) {
        self.store = store
        self.wallClock = wallClock
    }

    /// Makes a key, and the tenant with its first one. The key is handed out here and never again.
    ///
    /// - Throws: ``APIKeyNameError``, or an `InterviewStoreError`.
    public func create(name: String, role: WorkspaceRole, tenant: TenantID) async throws -> (record: APIKeyRecord, key: Secret<String>) {
        guard Self.isName(name) else { throw APIKeyNameError() }
        let key = Credentials.makeAPIKey()
        var generator = SystemRandomNumberGenerator()
        let record = try await self.store.createAPIKey(
            NewAPIKey(
                id: .random(using: &generator),
                hash: TokenHash(of: key),
                name: name,
                role: role,
                createdAt: self.wallClock.now
            ),
            tenant: tenant
        )
        return (record, key)
    }

    /// The keys of a tenant, or of all tenants, the revoked ones too.
    public func list(tenant: TenantID?) async throws(InterviewStoreError) -> [APIKeyRecord] {
        if let tenant { return try await self.store.apiKeys(tenant: tenant) }
        var records: [APIKeyRecord] = []
        for tenant in try await self.store.tenants() { records += try await self.store.apiKeys(tenant: tenant) }
        return records
    }

    /// Ends a key of whichever tenant. Streams it has opened are closed within some seconds.
    ///
    /// - Returns: the key as it was before; nil when there is no such key.
    public func revoke(_ id: APIKeyID) async throws(InterviewStoreError) -> APIKeyRecord? {
        guard let record = try await self.list(tenant: nil).first(where: { $0.id == id }) else { return nil }
        try await self.store.revokeAPIKey(id, tenant: record.tenantID, at: self.wallClock.now)
        return record
    }

    /// One line without control characters and without space around it.
    private static func isName(_ name: String) -> Bool {
        guard let first = name.first, let last = name.last, !first.isWhitespace, !last.isWhitespace else { return false }
        return name.count <= Self.longestName && name.utf8.count <= InterviewStoreLimits.apiKeyNameBytes
            && !name.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
    }
}

/// A name that cannot stand in a list.
public struct APIKeyNameError: Error, CustomStringConvertible {
    public var description: String { "The name of a key must be one line of 1 to \(APIKeyOffice.longestName) visible characters." }
}
