public import Hummingbird

extension Router {
    /// Adds the edge's middleware in the one right order: request id, log and metrics,
    /// security headers, errors.
    ///
    /// Call it before adding routes: Hummingbird applies middleware to later routes only.
    public func addEdgeMiddleware(
        envelope: ErrorEnvelope = .viva,
        contentSecurityPolicy: String = ContentSecurityPolicyText.api,
        strictTransportSecurity: Bool = false,
        metrics: MetricsRegistry? = nil
    ) {
        add(middleware: RequestIDMiddleware<Context>())
        add(middleware: RequestLogMiddleware<Context>(metrics: metrics))
        add(
            middleware: SecurityHeadersMiddleware<Context>(
                contentSecurityPolicy: contentSecurityPolicy,
                strictTransportSecurity: strictTransportSecurity
            )
        )
        add(middleware: ErrorResponseMiddleware<Context>(envelope))
    }
}
