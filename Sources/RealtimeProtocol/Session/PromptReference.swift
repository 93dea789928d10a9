/// A prompt that is stored with the provider (`prompt`).
public struct PromptReference: Sendable, Hashable, Codable {
    public var id: String
    public var version: String?
    /// What is put in place of the prompt's variables: strings, or content parts (text, image, file).
    public var variables: [String: JSONValue]?

    public init(id: String, version: String? = nil, variables: [String: JSONValue]? = nil) {
        self.id = id
        self.version = version
        self.variables = variables
    }
}
