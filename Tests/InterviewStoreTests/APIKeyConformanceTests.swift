import InterviewCore
import InterviewStore
import Testing

@Suite("API keys, on every store")
struct APIKeyConformanceTests {
    private let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)
    private let acme = TenantID(wellFormed: "acme")

    private func key(_ name: String = "tests", _ role: WorkspaceRole = .interviewer, hash: TokenHash = .fresh()) -> NewAPIKey {
        NewAPIKey(id: .fresh(), hash: hash, name: name, role: role, createdAt: now)
    }

    @Test("a key is found by its hash, with its tenant, name and role", arguments: StoreFactory.all)
    func found(factory: StoreFactory) async throws {
        let store = try await factory.make()
        for role in WorkspaceRole.allCases {
            let new = key("for \(role)", role)
            let record = try await store.createAPIKey(new, tenant: acme)
            #expect(record == APIKeyRecord(id: new.id, tenantID: acme, name: "for \(role)", role: role, createdAt: now))
            #expect(try await store.apiKey(new.hash) == record)
        }
        #expect(try await store.apiKey(.fresh()) == nil)
        #expect(try await store.tenants() == [acme, .local])
        await store.close()
    }

    @Test("a revoked key is found no more, but stays in the list with the moment of its end", arguments: StoreFactory.all)
    func revoked(factory: StoreFactory) async throws {
        let store = try await factory.make()
        let (one, two) = (key("one"), key("two"))
        _ = try await store.createAPIKey(one, tenant: acme)
        _ = try await store.createAPIKey(two, tenant: acme)
        try await store.revokeAPIKey(one.id, tenant: acme, at: now + .seconds(5))
        try await store.revokeAPIKey(one.id, tenant: acme, at: now + .seconds(9))
        #expect(try await store.apiKey(one.hash) == nil)
        #expect(try await store.apiKey(two.hash)?.id == two.id)
        let listed = try await store.apiKeys(tenant: acme)
        #expect(listed.first { $0.id == one.id }?.revokedAt == now + .seconds(5))
        #expect(listed.first { $0.id == two.id }?.revokedAt == nil)
        await store.close()
    }

    @Test("a key of another tenant is neither listed nor revoked", arguments: StoreFactory.all)
    func tenants(factory: StoreFactory) async throws {
        let store = try await factory.make()
        let theirs = key()
        _ = try await store.createAPIKey(theirs, tenant: acme)
        #expect(try await store.apiKeys(tenant: .local) == [])
        #expect(await code { try await store.revokeAPIKey(theirs.id, tenant: .local, at: now) } == .notFound)
        #expect(await code { try await store.revokeAPIKey(.fresh(), tenant: acme, at: now) } == .notFound)
        #expect(try await store.apiKey(theirs.hash)?.tenantID == acme)
        await store.close()
    }

    @Test("an id or a hash is taken once", arguments: StoreFactory.all)
    func taken(factory: StoreFactory) async throws {
        let store = try await factory.make()
        let first = key()
        _ = try await store.createAPIKey(first, tenant: acme)
        #expect(await code { _ = try await store.createAPIKey(first, tenant: .local) } == .conflict)
        #expect(await code { _ = try await store.createAPIKey(key(hash: first.hash), tenant: acme) } == .conflict)
        #expect(await code { _ = try await store.createAPIKey(key(String(repeating: "x", count: 257)), tenant: acme) } == .tooLarge)
        await store.close()
    }

    @Test("the last use moves forward only, and an unknown key does not stop the others", arguments: StoreFactory.all)
    func lastUse(factory: StoreFactory) async throws {
        let store = try await factory.make()
        let one = key()
        _ = try await store.createAPIKey(one, tenant: acme)
        try await store.noteAPIKeyUse([one.id: now + .seconds(60), .fresh(): now])
        try await store.noteAPIKeyUse([one.id: now])
        try await store.noteAPIKeyUse([:])
        #expect(try await store.apiKey(one.hash)?.lastUsedAt == now + .seconds(60))
        await store.close()
    }
}
