public import HTTPTypes

/// Which web origins may open a WebSocket. Browsers don't apply the same-origin rule to
/// WebSockets, so the server has to (RFC 6455 section 10.2).
///
/// Origins are compared exactly as browsers serialise them: `https://host`, with a port
/// only when it isn't the default. `null` never matches a list.
public enum OriginPolicy: Sendable, Equatable {
    /// Every origin. Only for endpoints whose credentials no browser sends by itself.
    case any
    /// Clients that aren't browsers (no `Origin` header), and the listed origins.
    case absentOrListed(Set<String>)
    /// The listed origins only.
    case listed(Set<String>)

    /// Whether a request with these headers may pass. More than one `Origin` never does.
    public func allows(_ headers: HTTPFields) -> Bool {
        let given = headers[values: .origin]
        guard given.count <= 1 else { return false }
        switch self {
        case .any: return true
        case .absentOrListed(let origins): return given.first.map { origins.contains($0) } ?? true
        case .listed(let origins): return given.first.map { origins.contains($0) } ?? false
        }
    }
}
