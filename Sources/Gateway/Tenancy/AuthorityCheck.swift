import InterviewCore
import InterviewStore

extension InterviewStore {
    /// Whether what a candidate has shown is still worth something. For what begins long after it was shown.
    ///
    /// - Returns: false for what is no candidate's.
    func isInForce(_ authority: Authority, at now: Timestamp) async throws -> Bool {
        guard case .candidate(let hash, _) = authority else { return false }
        return try await translatingStoreErrors { () throws(InterviewStoreError) in
            try await self.candidate(hash, now: now) != nil
        }
    }
}
