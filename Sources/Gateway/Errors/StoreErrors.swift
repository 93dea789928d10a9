import InterviewStore
import ServerEdge

extension InterviewStoreError {
    /// What a client is told. Another tenant's object and one that does not exist give the same answer.
    var edgeError: EdgeError {
        switch self.code {
        case .notFound: EdgeError(CommonErrorCode.notFound, cause: self)
        case .conflict: EdgeError(CommonErrorCode.conflict, cause: self)
        case .tooLarge: EdgeError(CommonErrorCode.payloadTooLarge, cause: self)
        case .invalidCursor:
            EdgeError(
                CommonErrorCode.invalidRequest,
                message: "The cursor must be the next_cursor of the page before, unchanged.",
                parameter: "cursor",
                cause: self
            )
        case .full where self.isLasting: EdgeError.gateway(.recordFull, cause: self)
        case .unavailable, .full, .notWritable, .corrupt, .tooNew, .tooOld: EdgeError.gateway(.storageUnavailable, cause: self)
        }
    }
}

/// Runs work on the store and translates its errors for the client.
func translatingStoreErrors<Result: Sendable>(
    isolation: isolated (any Actor)? = #isolation,
    _ work: () async throws(InterviewStoreError) -> Result
) async throws -> Result {
    do {
        return try await work()
    } catch {
        throw error.edgeError
    }
}
