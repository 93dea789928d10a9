/// How much a reasoning model thinks before it speaks (`reasoning`).
public struct Reasoning: Sendable, Hashable, Codable {
    public struct Effort: OpenVocabulary {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let minimal: Effort = "minimal"
        public static let low: Effort = "low"
        public static let medium: Effort = "medium"
        public static let high: Effort = "high"
        public static let extraHigh: Effort = "xhigh"
    }

    public var effort: Effort?

    public init(effort: Effort? = nil) {
        self.effort = effort
    }
}
