import HTTPTypes
public import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Turns whatever a route throws into a response of the chosen envelope.
///
/// An ``EdgeError`` keeps its code. Errors of Hummingbird that carry a status become the
/// common code of that status, with our message. Anything else becomes a bare 500
/// `internal_error`, and only the type of the error is logged: its text may hold what
/// somebody said, or a key.
public struct ErrorResponseMiddleware<Context: RequestContext>: RouterMiddleware {
    private let envelope: ErrorEnvelope

    public init(_ envelope: ErrorEnvelope = .viva) {
        self.envelope = envelope
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            throw error  // the connection is broken; Hummingbird answers 400 and closes it
        } catch let error as EdgeError {
            if error.status.code >= 500, let cause = error.cause {
                context.logger.warning(
                    "request failed",
                    metadata: ["code": "\(error.code)", "cause_type": "\(type(of: cause))"]
                )
            }
            return envelope.response(for: error, requestID: context.requestID)
        } catch let error as any HTTPResponseError {
            return envelope.response(for: EdgeError(CommonErrorCode.matching(error.status)), requestID: context.requestID)
        } catch {
            context.logger.error("request failed unexpectedly", metadata: ["error_type": "\(type(of: error))"])
            return envelope.response(for: EdgeError(CommonErrorCode.internalError), requestID: context.requestID)
        }
    }
}
