import HTTPTypes
public import Hummingbird
public import Logging

/// One line and two metrics for each request.
///
/// The path is given by its pattern (`/i/{ticket}`), never as sent: paths carry tickets and
/// queries carry anything. The time is until the response's head is ready, not until its
/// body was sent; a stream of events lasts as long as its call.
public struct RequestLogMiddleware<Context: RequestContext>: RouterMiddleware {
    private let requests: MetricsRegistry.Counter?
    private let durations: MetricsRegistry.Histogram?
    private let level: Logger.Level

    public init(metrics: MetricsRegistry? = nil, level: Logger.Level = .info) {
        self.level = level
        requests = metrics?.counter(
            "viva_http_requests_total",
            help: "HTTP requests by route pattern, method and status.",
            labels: ["route", "method", "status"]
        )
        durations = metrics?.histogram(
            "viva_http_request_seconds",
            help: "Time until the response's head is ready, by route pattern.",
            buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            labels: ["route"]
        )
    }

    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        let result: Result<Response, any Error>
        do {
            result = .success(try await next(request, context))
        } catch {
            result = .failure(error)
        }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        let route = context.endpointPath ?? "unmatched"
        let method = Self.known.contains(request.method) ? request.method.rawValue : "other"
        let status: String
        switch result {
        case .success(let response): status = String(response.status.code)
        case .failure: status = "failed"
        }
        requests?.increment([route, method, status])
        durations?.observe(seconds, [route])
        context.logger.log(
            level: level,
            "request",
            metadata: [
                "method": "\(method)", "route": "\(route)", "status": "\(status)",
                "ms": "\((seconds * 100_000).rounded() / 100)",
            ]
        )
        return try result.get()
    }

    /// Methods that may become a label; any other word comes from the client.
    private static var known: Set<HTTPRequest.Method> { [.get, .head, .post, .put, .patch, .delete, .options] }
}
