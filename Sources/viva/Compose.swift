import Foundation
import Logging
import ServerEdge
import ServiceLifecycle
import UnixSignals
import VoiceMedia

/// The composition root's shared pieces. Commands put the parts together; nothing else knows them all.
enum Compose {
    /// 30 s that live calls get after SIGTERM, 10 s to store what is left, 5 s for the engine to end, and a margin.
    static let longestShutdown = Duration.seconds(50)

    /// A logger to standard error at the level of `VIVA_LOG_LEVEL` (default `info`).
    static func logger(_ label: String, _ settings: Settings) throws -> Logger {
        let name = settings.text("viva.log.level") ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("VIVA_LOG_LEVEL must be one of \(levels), not \"\(name)\"")
        }
        var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }

    static func peerConnections(_ settings: Settings) throws -> PeerConnectionConfiguration {
        var configuration = PeerConnectionConfiguration()
        if let first = try settings.number("viva.media.port.first", in: 1_024...65_535) {
            let last = try settings.number("viva.media.port.last", in: first...65_535) ?? min(first + 999, 65_535)
            configuration.portRange = UInt16(first)...UInt16(last)
        }
        configuration.announcedAddress = settings.text("viva.media.announced.address")
        return configuration
    }

    /// Runs services in the order of their dependencies until SIGTERM or SIGINT, then stops them backwards.
    static func run(_ services: [any Service], logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = longestShutdown
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as EdgeServerError {
            throw CommandFailure("\(error)")
        }
    }

    /// An IPv6 address stands in brackets in a URL (RFC 3986, section 3.2.2).
    static func urlHost(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        case _ where host.contains(":"): "[\(host)]"
        default: host
        }
    }

    /// The path of this very program, for starting the engine.
    static func ownExecutable() -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
