import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge

/// Gives browsers keys of the upstream itself, for operators who want that (`VIVA_DIRECT_KEYS`).
///
/// Whoever holds such a key talks with the upstream without us: no conduct, no transcript, no record. It is for trying an upstream
/// out, never for an interview that counts.
struct DirectKeys: Sendable {
    /// As long as a provider's beta keys lived.
    static let lifetimeSeconds = 60

    let store: any InterviewStore
    let ladder: UpstreamLadder

    /// A key with the session of the candidate's interview, and where it is good.
    func mint(for candidate: CandidateIdentity) async throws -> (secret: MintedSecret, url: String) {
        let plan = try await translatingStoreErrors { () throws(InterviewStoreError) in
            let record = try await self.store.interview(candidate.interviewID, tenant: candidate.tenantID)
            return try await self.store.plan(record.planID, version: record.planVersion, tenant: candidate.tenantID)
        }
        do throws(UpstreamFault) {
            let (secret, endpoint) = try await self.ladder.mintSecret { options in
                ClientSecretRequest(
                    lifetimeSeconds: Self.lifetimeSeconds,
                    session: InterviewSession.update(for: plan, options: options, isOurEngine: false)
                )
            }
            return (secret, endpoint.callsURL)
        } catch {
            throw error.edgeError
        }
    }
}
