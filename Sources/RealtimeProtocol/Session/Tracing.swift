/// Whether and under which names the provider traces a session (`tracing`). A session without it is not traced.
public enum Tracing: Sendable, Hashable {
    /// With the provider's default names.
    case auto
    case configured(Names)
    /// A form that this version does not know, kept raw.
    case unknown(JSONValue)

    public struct Names: Sendable, Hashable, Codable {
        public var workflowName: String?
        public var groupID: String?
        public var metadata: JSONValue?

        public init(workflowName: String? = nil, groupID: String? = nil, metadata: JSONValue? = nil) {
            self.workflowName = workflowName
            self.groupID = groupID
            self.metadata = metadata
        }

        private enum CodingKeys: String, CodingKey {
            case metadata
            case workflowName = "workflow_name"
            case groupID = "group_id"
        }
    }
}

extension Tracing: Codable {
    public init(from decoder: any Decoder) throws {
        switch try JSONValue(from: decoder) {
        case "auto": self = .auto
        case .object: self = .configured(try Names(from: decoder))
        case let raw: self = .unknown(raw)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .auto: try "auto".encode(to: encoder)
        case .configured(let names): try names.encode(to: encoder)
        case .unknown(let raw): try raw.encode(to: encoder)
        }
    }
}
