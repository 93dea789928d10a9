public import Hummingbird

/// Answers requests on the threads of the language, also where connections are served on their event loops: for answers that take long
/// to compute, such as a whole transcript.
public struct OffEventLoopMiddleware<Context: RequestContext>: RouterMiddleware {
    public init() {}

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await next(request, context) }
    }
}
