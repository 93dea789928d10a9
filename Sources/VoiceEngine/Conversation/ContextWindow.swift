import RealtimeProtocol

/// How much of a long conversation a model is shown (`truncation` of the session; API reference, "Realtime truncation").
enum ContextWindow {
    /// Tokens of conversation that a model gets by default. The API's models take 28,672; small local models have 32,768 in all.
    static let defaultTokens = 24_576

    /// The newest items that fit; nil when they don't and nothing may be dropped.
    ///
    /// `auto` drops as little as possible; a retention ratio drops more at once, so that the beginning of the prompt stays the same for
    /// many turns and the model's cache is used. A function's result never stays without its call.
    static func items(_ items: [RealtimeItem], truncation: Truncation?) -> [RealtimeItem]? {
        var limit = defaultTokens
        var retention = 1.0
        var mayDrop = true
        switch truncation {
        case .retentionRatio(let ratio, let own):
            retention = min(max(ratio, 0), 1)
            if let own, own > 0 { limit = min(limit, own) }
        case .disabled: mayDrop = false
        case .auto, .unknown, nil: break
        }
        var total = items.reduce(0) { $0 + TokenEstimate.tokens(in: $1) }
        guard total > limit else { return items }
        guard mayDrop else { return nil }
        let target = Int(Double(limit) * retention)
        var rest = items[...]
        while total > target, rest.count > 1, let first = rest.first {
            total -= TokenEstimate.tokens(in: first)
            rest = rest.dropFirst()
        }
        let calls = Set(rest.compactMap { $0.type == .functionCall ? $0.callID : nil })
        return rest.filter { item in item.type != .functionCallOutput || item.callID.map { calls.contains($0) } == true }
    }
}
