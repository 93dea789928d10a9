import InterviewCore
import InterviewStore
import ServerEdge

@testable import Gateway

extension GatewayHarness {
    var keys: APIKeyOffice { APIKeyOffice(store: self.store, wallClock: WallClock { self.time.now }) }

    /// A key of this tenant, as `viva keys create` makes it.
    func makeKey(_ role: WorkspaceRole, tenant: TenantID = .local) async throws -> (id: APIKeyID, text: String) {
        let (record, key) = try await self.keys.create(name: "tests", role: role, tenant: tenant)
        return (record.id, key.expose())
    }
}
