import Gateway
import Logging
import ServerEdge

/// The settings of limits, `VIVA_LIMIT_…` and `VIVA_TRUSTED_PROXIES`. 0 switches a limit off, but for the connections of all.
enum LimitSettings {
    /// A number beyond this is a slip of the pen.
    private static let range = 0...10_000_000

    static func apply(_ settings: Settings, to configuration: inout GatewayConfiguration, logger: Logger) throws {
        func take(_ key: String, _ path: WritableKeyPath<GatewayLimits, Int>) throws {
            if let number = try settings.number("viva.limit." + key, in: range) { configuration.limits[keyPath: path] = number }
        }
        try take("address.per.minute", \.addressPerMinute)
        try take("ticket.per.minute", \.ticketPerMinute)
        try take("key.per.minute", \.keyPerMinute)
        try take("tenant.per.minute", \.tenantPerMinute)
        try take("tenant.interviews.per.hour", \.tenantInterviewsPerHour)
        try take("interview.links.per.hour", \.interviewLinksPerHour)
        try take("interview.calls.per.minute", \.interviewCallsPerMinute)
        try take("interview.sessions", \.interviewSessions)
        try take("tenant.sessions", \.tenantSessions)
        try take("calls", \.calls)
        try take("tenant.calls", \.tenantCalls)
        try take("interview.minutes", \.interviewMinutes)
        try take("tenant.minutes.per.day", \.tenantMinutesPerDay)
        if let most = try settings.number("viva.limit.sessions", in: range) {
            configuration.signalling.sessions = most == 0 ? .max : most
        }
        // No 0: what ends otherwise is the process's descriptors, and then nobody is let in, not even to see how it is.
        if let most = try settings.number("viva.limit.connections", in: 10...1_000_000) { configuration.server.maximumConnections = most }
        if let most = try settings.number("viva.limit.address.connections", in: range) {
            if most == 0 {
                configuration.server.connectionsPerAddress = nil
            } else {
                configuration.server.connectionsPerAddress?.maximum = most
            }
        }
        if let text = settings.text("viva.trusted.proxies") {
            let networks = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
            guard let proxies = TrustedProxies(networks) else {
                throw CommandFailure(
                    "VIVA_TRUSTED_PROXIES must be addresses or networks such as 192.0.2.4,10.0.0.0/8 "
                        + "(at most \(TrustedProxies.most), no bits behind the prefix), not \"\(text)\""
                )
            }
            configuration.limits.trustedProxies = proxies
        }
        if configuration.publicURL?.hasPrefix("https://") == true, configuration.limits.trustedProxies.isEmpty {
            logger.notice(
                "behind a reverse proxy limits by address need to know it",
                metadata: ["viva.setting": "VIVA_TRUSTED_PROXIES"]
            )
        }
    }
}
