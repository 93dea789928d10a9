/// What happens when a conversation outgrows the model's context (`truncation`).
public enum Truncation: Sendable, Hashable {
    /// The server drops the oldest items.
    case auto
    /// Nothing is dropped; a response that does not fit fails.
    case disabled
    /// Drops down to `ratio` (0…1) of the context at once, which spares the cache. `postInstructions`: tokens that the
    /// conversation may have beside the instructions (`token_limits.post_instructions`).
    case retentionRatio(ratio: Double, postInstructions: Int? = nil)
    /// A form that this version does not know, kept raw.
    case unknown(JSONValue)
}

extension Truncation: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
        case retentionRatio = "retention_ratio"
        case tokenLimits = "token_limits"
    }

    private struct TokenLimits: Codable {
        var postInstructions: Int?

        private enum CodingKeys: String, CodingKey { case postInstructions = "post_instructions" }
    }

    public init(from decoder: any Decoder) throws {
        let raw = try JSONValue(from: decoder)
        switch (raw, raw["type"]) {
        case ("auto", _): self = .auto
        case ("disabled", _): self = .disabled
        case (.object, "retention_ratio"):
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self = .retentionRatio(
                ratio: try container.decode(Double.self, forKey: .retentionRatio),
                postInstructions: try container.decodeIfPresent(TokenLimits.self, forKey: .tokenLimits)?.postInstructions
            )
        default: self = .unknown(raw)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .auto: try "auto".encode(to: encoder)
        case .disabled: try "disabled".encode(to: encoder)
        case .retentionRatio(let ratio, let postInstructions):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("retention_ratio", forKey: .type)
            try container.encode(ratio, forKey: .retentionRatio)
            if let postInstructions {
                try container.encode(TokenLimits(postInstructions: postInstructions), forKey: .tokenLimits)
            }
        case .unknown(let raw): try raw.encode(to: encoder)
        }
    }
}
