#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where an identity provider publishes its keys. Over TLS, or on this very machine: whoever can change the keys on their
/// way can be anybody.
public struct JSONWebKeySetAddress: Sendable {
    let url: String

    /// - Returns: nil unless it is `https`, or `http` of a loopback address.
    public init?(_ url: String) {
        guard let parts = URL(string: url), let host = parts.host(), !host.isEmpty, parts.user() == nil, parts.fragment() == nil else {
            return nil
        }
        switch parts.scheme {
        case "https": break
        case "http": guard ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) else { return nil }
        default: return nil
        }
        self.url = url
    }
}
