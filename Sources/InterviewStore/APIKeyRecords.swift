public import InterviewCore

/// What somebody who works for a tenant may do. Which route asks for which role is told by `docs/authz-matrix.csv`.
public enum WorkspaceRole: String, Codable, Hashable, Sendable, CaseIterable {
    /// Everything that belongs to the tenant.
    case admin
    /// Invites candidates, and reads what came of it.
    case interviewer
    /// Reads, and changes nothing.
    case reviewer
}

/// An API key to be kept. Its secret was shown to its owner and is known to nobody else.
public struct NewAPIKey: Hashable, Sendable {
    public let id: APIKeyID
    public let hash: TokenHash
    /// What its owner calls it, such as the system that uses it.
    public let name: String
    public let role: WorkspaceRole
    public let createdAt: Timestamp

    public init(id: APIKeyID, hash: TokenHash, name: String, role: WorkspaceRole, createdAt: Timestamp) {
        self.id = id
        self.hash = hash
        self.name = name
        self.role = role
        self.createdAt = createdAt
    }
}

/// An API key as the store keeps it.
public struct APIKeyRecord: Hashable, Sendable {
    public let id: APIKeyID
    public let tenantID: TenantID
    public let name: String
    public let role: WorkspaceRole
    public let createdAt: Timestamp
    /// About when it was last presented; to the minute, and written after the fact.
    public let lastUsedAt: Timestamp?
    /// From when on it is worth nothing.
    public let revokedAt: Timestamp?

    public init(
        id: APIKeyID,
        tenantID: TenantID,
        name: String,
        role: WorkspaceRole,
        createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.tenantID = tenantID
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}
