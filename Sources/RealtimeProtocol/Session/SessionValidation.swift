/// The rules for the members of a session that `response.create` has as well. Each throws an error with the path of the member.
enum SessionValidation {
    /// Most tools: the limit that the provider gives for function calling.
    static let maximumTools = 128
    /// Longest name of a tool, likewise.
    static let maximumToolNameCharacters = 64
    /// All tools together, as JSON text. A schema is a page or two; a session is echoed whole in every `session.updated`.
    static let maximumToolBytes = 64 * 1_024
    /// The range of `max_output_tokens`.
    static let outputTokens = 1...4_096

    static func outputModalities(_ modalities: [String], _ path: String) throws(RealtimeError) {
        guard modalities == ["audio"] || modalities == ["text"] else {
            throw .invalidValue(path, "Supported are [\"audio\"] and [\"text\"].")
        }
    }

    static func maximumOutputTokens(_ value: JSONValue, _ path: String) throws(RealtimeError) {
        guard value == "inf" || value.integerValue.map(outputTokens.contains) == true else {
            throw .invalidValue(path, "Supported is 1 to 4096, or \"inf\".")
        }
    }

    static func noiseReduction(_ value: JSONValue, _ path: String) throws(RealtimeError) {
        guard case .object(let members) = value else {
            guard value == .null else { throw .invalidValue(path, "Supported is an object with a type, or null.") }
            return
        }
        guard ["near_field", "far_field"].contains(members["type"]) else {
            throw .invalidValue("\(path).type", "Supported are 'near_field' and 'far_field'.")
        }
        switch members["strength"] {
        case nil, .null, .integer, .number: break
        default: throw .invalidValue("\(path).strength", "This is a number.")
        }
    }

    static func tools(_ tools: [JSONValue], _ path: String) throws(RealtimeError) {
        guard tools.count <= maximumTools else { throw .invalidValue(path, "At most \(maximumTools) tools are supported.") }
        for (index, tool) in tools.enumerated() { try Self.tool(tool, "\(path)[\(index)]") }
        guard tools.isEmpty || RealtimeCoding.encode(tools).utf8.count <= maximumToolBytes else {
            throw .invalidValue(path, "All tools together may have at most \(maximumToolBytes) bytes.")
        }
    }

    private static func tool(_ tool: JSONValue, _ path: String) throws(RealtimeError) {
        guard case .object(let members) = tool else { throw .invalidValue(path, "A tool is an object.") }
        switch members["type"] {
        case "mcp":
            guard let label = members["server_label"]?.stringValue, !label.isEmpty else {
                throw .missingParameter("\(path).server_label")
            }
        // The schema leaves the type of a function out of what is required.
        case nil, .null, "function":
            guard let name = members["name"]?.stringValue, !name.isEmpty else { throw .missingParameter("\(path).name") }
            guard name.unicodeScalars.count <= maximumToolNameCharacters else {
                throw .invalidValue("\(path).name", "A name has at most \(maximumToolNameCharacters) characters.")
            }
            switch members["parameters"] {
            case nil, .null, .object: break  // `{}` means: an object without properties.
            default: throw .invalidValue("\(path).parameters", "This is a JSON Schema object.")
            }
            switch members["description"] {
            case nil, .null, .string: break
            default: throw .invalidValue("\(path).description", "This is a string.")
            }
        default: throw .invalidValue("\(path).type", "Supported are 'function' and 'mcp'.")
        }
    }

    static func toolChoice(_ choice: JSONValue, _ path: String) throws(RealtimeError) {
        if ["auto", "none", "required"].contains(choice) { return }
        guard case .object(let members) = choice else {
            throw .invalidValue(path, "Supported are 'auto', 'none', 'required', a function or an MCP server.")
        }
        switch members["type"] {
        case "function":
            guard let name = members["name"]?.stringValue, !name.isEmpty else { throw .missingParameter("\(path).name") }
        case "mcp":
            guard let label = members["server_label"]?.stringValue, !label.isEmpty else {
                throw .missingParameter("\(path).server_label")
            }
        default: throw .invalidValue("\(path).type", "Supported are 'function' and 'mcp'.")
        }
    }

    static func prompt(_ prompt: PromptReference, _ path: String) throws(RealtimeError) {
        guard !prompt.id.isEmpty else { throw .invalidValue("\(path).id", "A prompt is named by its identifier.") }
    }

    static func reasoning(_ reasoning: Reasoning, _ path: String) throws(RealtimeError) {
        guard let effort = reasoning.effort else { return }
        guard [.minimal, .low, .medium, .high, .extraHigh].contains(effort) else {
            throw .invalidValue("\(path).effort", "Supported are minimal, low, medium, high and xhigh.")
        }
    }
}

extension RealtimeError {
    /// A parameter of the right kind with a value that is not allowed.
    public static func invalidValue(_ parameter: String, _ message: String) -> RealtimeError {
        RealtimeError(code: "invalid_value", message: message, parameter: parameter)
    }

    /// A parameter that is required and absent.
    public static func missingParameter(_ parameter: String) -> RealtimeError {
        RealtimeError(
            code: "missing_required_parameter",
            message: "Missing required parameter: '\(parameter)'.",
            parameter: parameter
        )
    }

    /// A parameter that does not exist. Its name is the peer's, so it is cut.
    public static func unknownParameter(_ parameter: String) -> RealtimeError {
        let path = String(parameter.prefix(maximumPathCharacters))
        return RealtimeError(code: "unknown_parameter", message: "Unknown parameter: '\(path)'.", parameter: path)
    }

    /// Longest path that an error repeats; the longest of the API has half of it.
    static let maximumPathCharacters = 128
}

extension AudioFormat {
    /// The format in full: `audio/pcm` has 24000 samples per second, G.711 has always 8000 and shows no rate.
    func validated(_ path: String) throws(RealtimeError) -> AudioFormat {
        switch type {
        case Self.pcm.type:
            guard rate == nil || rate == Self.pcm.rate else { throw .invalidValue("\(path).rate", "Supported is 24000.") }
            return .pcm
        case Self.pcmu.type, Self.pcma.type:
            guard rate == nil else {
                throw .invalidValue("\(path).rate", "G.711 has always 8000 samples per second; leave the rate out.")
            }
            return self
        default: throw .invalidValue("\(path).type", "Supported are 'audio/pcm', 'audio/pcmu' and 'audio/pcma'.")
        }
    }
}

extension InputTranscription {
    func validate(_ path: String) throws(RealtimeError) {
        if let languages, languages.count > Self.maximumLanguages {
            throw .invalidValue("\(path).languages", "At most \(Self.maximumLanguages) languages are supported.")
        }
        if let keywords, keywords.count > Self.maximumKeywords {
            throw .invalidValue("\(path).keywords", "At most \(Self.maximumKeywords) keywords are supported.")
        }
        if let delay, ![.minimal, .low, .medium, .high, .extraHigh].contains(delay) {
            throw .invalidValue("\(path).delay", "Supported are minimal, low, medium, high and xhigh.")
        }
    }
}

extension Truncation {
    func validate(_ path: String) throws(RealtimeError) {
        switch self {
        case .auto, .disabled: break
        case .retentionRatio(let ratio, let postInstructions):
            guard (0...1).contains(ratio) else { throw .invalidValue("\(path).retention_ratio", "Supported is 0 to 1.") }
            guard postInstructions ?? 0 >= 0 else {
                throw .invalidValue("\(path).token_limits.post_instructions", "This is not negative.")
            }
        case .unknown: throw .invalidValue(path, "Supported are 'auto', 'disabled' and an object of type 'retention_ratio'.")
        }
    }
}

extension TurnDetection {
    /// The ranges of the API, and upper limits that keep a peer from asking for absurd buffers.
    func validate(_ path: String) throws(RealtimeError) {
        switch self {
        case .serverVAD(let vad):
            guard (0...1).contains(vad.threshold) else { throw .invalidValue("\(path).threshold", "Supported is 0 to 1.") }
            guard (0...2_000).contains(vad.prefixPaddingMilliseconds) else {
                throw .invalidValue("\(path).prefix_padding_ms", "Supported is 0 to 2000.")
            }
            guard (32...10_000).contains(vad.silenceDurationMilliseconds) else {
                throw .invalidValue("\(path).silence_duration_ms", "Supported is 32 to 10000.")
            }
            if let idle = vad.idleTimeoutMilliseconds, !(5_000...30_000).contains(idle) {
                throw .invalidValue("\(path).idle_timeout_ms", "Supported is 5000 to 30000.")
            }
        case .semanticVAD(let vad):
            guard [.low, .medium, .high, .auto].contains(vad.eagerness) else {
                throw .invalidValue("\(path).eagerness", "Supported are low, medium, high and auto.")
            }
        case .unknown:
            throw .invalidValue("\(path).type", "Supported are 'server_vad' and 'semantic_vad', or null.")
        }
    }
}

extension ResponseCreate {
    /// The limits of `metadata` in the API.
    static let maximumMetadataPairs = 16
    static let maximumMetadataKeyCharacters = 64
    static let maximumMetadataValueCharacters = 512

    /// Checks what does not depend on the session or the engine: ranges, formats, tools, metadata.
    ///
    /// - Throws: an error whose parameter begins with `response.`.
    public func validate() throws(RealtimeError) {
        if let outputModalities { try SessionValidation.outputModalities(outputModalities, "response.output_modalities") }
        if let format = audio?.output?.format { _ = try format.validated("response.audio.output.format") }
        if let tools { try SessionValidation.tools(tools, "response.tools") }
        if let toolChoice { try SessionValidation.toolChoice(toolChoice, "response.tool_choice") }
        if let maximumOutputTokens { try SessionValidation.maximumOutputTokens(maximumOutputTokens, "response.max_output_tokens") }
        if let prompt { try SessionValidation.prompt(prompt, "response.prompt") }
        if let reasoning { try SessionValidation.reasoning(reasoning, "response.reasoning") }
        if let metadata {
            let fits = metadata.allSatisfy { key, value in
                key.unicodeScalars.count <= Self.maximumMetadataKeyCharacters
                    && value.unicodeScalars.count <= Self.maximumMetadataValueCharacters
            }
            guard metadata.count <= Self.maximumMetadataPairs, fits else {
                throw .invalidValue("response.metadata", "At most 16 pairs are supported, keys of 64 and values of 512 characters.")
            }
        }
    }
}
