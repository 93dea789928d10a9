/// The members that an object of the API may have. What is not in it is an unknown parameter.
indirect enum KnownMembers: Sendable {
    /// Any value; its inside is checked elsewhere or not at all.
    case any
    /// An object with these members. A value of another kind is left to the decoder.
    case members([String: KnownMembers])

    /// Paths of the members of `value` that are not known, sorted, in the notation of the API: `audio.input.foo`.
    func unknownPaths(in value: JSONValue, under prefix: String = "") -> [String] {
        guard case .members(let known) = self, case .object(let members) = value else { return [] }
        var paths: [String] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let path = prefix.isEmpty ? name : "\(prefix).\(name)"
            if let inner = known[name] {
                paths += inner.unknownPaths(in: member, under: path)
            } else {
                paths.append(path)
            }
        }
        return paths
    }
}

/// What the two types of session may have (API reference, `RealtimeSessionCreateRequest` and
/// `RealtimeTranscriptionSessionCreateRequest`).
enum SessionMembers {
    /// Sent back by clients that echo the session they got; ignored.
    static let serverOnly: Set<String> = ["id", "object", "expires_at", "client_secret"]

    static let realtime = KnownMembers.members([
        "type": .any, "model": .any, "output_modalities": .any, "instructions": .any, "tools": .any, "tool_choice": .any,
        "max_output_tokens": .any, "include": .any, "parallel_tool_calls": .any,
        "audio": .members(["input": input, "output": .members(["format": format, "voice": .members(["id": .any]), "speed": .any])]),
        "truncation": .members([
            "type": .any, "retention_ratio": .any, "token_limits": .members(["post_instructions": .any]),
        ]),
        "tracing": .members(["workflow_name": .any, "group_id": .any, "metadata": .any]),
        "prompt": .members(["id": .any, "version": .any, "variables": .any]),
        "reasoning": .members(["effort": .any]),
    ])

    static let transcription = KnownMembers.members(["type": .any, "include": .any, "audio": .members(["input": input])])

    private static let format = KnownMembers.members(["type": .any, "rate": .any])

    private static let input = KnownMembers.members([
        "format": format,
        "transcription": .members([
            "model": .any, "language": .any, "prompt": .any, "languages": .any, "keywords": .any, "delay": .any,
        ]),
        // `strength` is in the client library alone, not in the published schema.
        "noise_reduction": .members(["type": .any, "strength": .any]),
        // Both types together: a client that switches the type may send what is left of the other one.
        "turn_detection": .members([
            "type": .any, "threshold": .any, "prefix_padding_ms": .any, "silence_duration_ms": .any, "create_response": .any,
            "interrupt_response": .any, "idle_timeout_ms": .any, "eagerness": .any,
        ]),
    ])
}
