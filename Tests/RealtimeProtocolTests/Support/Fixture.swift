import Foundation
import Testing

/// One JSON example per event of the API's reference, a line each.
enum Fixture: String, CaseIterable {
    case clientEvents = "ga-client-events"
    case serverEvents = "ga-server-events"
    case betaClientEvents = "beta-client-events"
    case betaServerEvents = "beta-server-events"

    /// How many events the reference has.
    var count: Int {
        switch self {
        case .clientEvents: 11
        case .serverEvents: 46
        case .betaClientEvents: 12
        case .betaServerEvents: 34
        }
    }

    func lines() throws -> [String] {
        let url = try #require(Bundle.module.url(forResource: rawValue, withExtension: "jsonl", subdirectory: "Fixtures"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
