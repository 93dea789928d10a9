/// The session object: flat in the beta, nested under `audio` in the present API.
extension BetaDialect {
    /// A member of the beta's session or response and its place in the present one.
    private struct Move {
        var beta: String
        var present: [String]

        init(_ beta: String, _ present: String...) {
            self.beta = beta
            self.present = present
        }
    }

    /// Members whose value stays what it is.
    private static let moves: [Move] = [
        Move("speed", "audio", "output", "speed"),
        Move("input_audio_transcription", "audio", "input", "transcription"),
        Move("input_audio_noise_reduction", "audio", "input", "noise_reduction"),
        // Clients wrote both names; a beta name beside the present one decides.
        Move("max_response_output_tokens", "max_output_tokens"),
    ]

    /// The present form of a beta session or `response`. Members that are neither stay, for the present rules to judge.
    ///
    /// - Parameter type: the session's type; nil for a `response`, which has none.
    func presentSettings(_ beta: [String: JSONValue], type: String?, notices: inout [Notice]) -> [String: JSONValue] {
        var settings = JSONValue.object(beta)
        func take(_ name: String) -> JSONValue? { settings.remove(name) }
        for move in Self.moves {
            if let value = take(move.beta) { settings.set(value, at: move.present) }
        }
        if let value = take("voice") { settings.set(voice(value, notices: &notices), at: ["audio", "output", "voice"]) }
        if let value = take("input_audio_format") {
            settings.set(BetaAudioFormat.present(value), at: ["audio", "input", "format"])
        }
        if let value = take("output_audio_format") {
            settings.set(BetaAudioFormat.present(value), at: ["audio", "output", "format"])
        }
        if let value = take("turn_detection") {
            settings.set(Self.presentTurnDetection(value), at: ["audio", "input", "turn_detection"])
        }
        if let value = take("modalities") ?? take("output_modalities") {
            // A transcription session has no output; old clients send the default of the other type.
            if type != SessionConfiguration.transcriptionType {
                settings.set(BetaModalities.present(value), at: ["output_modalities"])
            }
        }
        if take("temperature") != nil { notices.append(.temperatureIgnored) }
        if let type {
            _ = take("client_secret")
            settings.set(.string(type), at: ["type"])
        }
        if case .array(let items) = settings["input"] { settings.set(.array(items.map(BetaItem.present)), at: ["input"]) }
        return settings.objectValue ?? [:]
    }

    /// `none` was understood as null; a missing type meant the only one there was at first.
    private static func presentTurnDetection(_ beta: JSONValue) -> JSONValue {
        guard case .object(var members) = beta else { return beta }
        guard members["type"] != "none" else { return .null }
        members["type"] = members["type"] ?? "server_vad"
        return .object(members)
    }

    /// A session in the beta's flat shape. `temperature` is not shown, because it has no effect.
    func betaSession(_ session: JSONValue) -> JSONValue {
        guard case .object(let members) = session else { return session }
        let input = session["audio"]?["input"]
        let output = session["audio"]?["output"]
        var beta: [String: JSONValue] = [:]
        for name in ["id", "object", "expires_at", "include"] { beta[name] = members[name] }
        beta["input_audio_format"] = input?["format"].map(BetaAudioFormat.beta)
        beta["input_audio_transcription"] = Self.only(["model", "language", "prompt"], of: input?["transcription"])
        beta["input_audio_noise_reduction"] = Self.only(["type"], of: input?["noise_reduction"])
        beta["turn_detection"] = Self.only(
            [
                "type", "threshold", "prefix_padding_ms", "silence_duration_ms", "create_response", "interrupt_response", "eagerness",
            ],
            of: input?["turn_detection"]
        )
        guard members["type"] != .string(SessionConfiguration.transcriptionType) else { return .object(beta) }
        for name in ["model", "instructions", "tool_choice", "tracing"] { beta[name] = members[name] }
        beta["modalities"] = members["output_modalities"].map(BetaModalities.beta)
        beta["output_audio_format"] = output?["format"].map(BetaAudioFormat.beta)
        beta["voice"] = output?["voice"].map { $0["id"] ?? $0 }
        beta["speed"] = output?["speed"]
        beta["max_response_output_tokens"] = members["max_output_tokens"]
        if case .array(let tools) = members["tools"] { beta["tools"] = .array(tools.filter { $0["type"] != "mcp" }) }
        return .object(beta)
    }

    /// A response in the beta's shape.
    func betaResponse(_ response: JSONValue) -> JSONValue {
        guard case .object(var members) = response else { return response }
        let output = members.removeValue(forKey: "audio")?["output"]
        members["voice"] = output?["voice"].map { $0["id"] ?? $0 }
        members["output_audio_format"] = output?["format"].map(BetaAudioFormat.beta)
        members["modalities"] = members.removeValue(forKey: "output_modalities").map(BetaModalities.beta)
        if case .array(let items) = members["output"] { members["output"] = .array(items.compactMap(BetaItem.beta)) }
        return .object(members)
    }

    private static func only(_ names: Set<String>, of value: JSONValue?) -> JSONValue? {
        guard case .object(let members) = value else { return value }
        return .object(members.filter { names.contains($0.key) })
    }

    /// Present paths, the longest first where one begins with another, and what the beta calls them.
    private static let paths: [(present: String, beta: String, hidesInside: Bool)] = [
        ("audio.input.format", "input_audio_format", true),
        ("audio.output.format", "output_audio_format", true),
        ("audio.input.transcription", "input_audio_transcription", false),
        ("audio.input.noise_reduction", "input_audio_noise_reduction", false),
        ("audio.input.turn_detection", "turn_detection", false),
        ("audio.output.voice", "voice", false),
        ("audio.output.speed", "speed", false),
        ("output_modalities", "modalities", false),
        ("max_output_tokens", "max_response_output_tokens", false),
    ]

    /// The path of a parameter as a beta client sent it: `session.audio.output.voice` is `session.voice`.
    static func betaParameter(_ parameter: String) -> String {
        for object in ["session.", "response."] where parameter.hasPrefix(object) {
            let path = parameter.dropFirst(object.count)
            for (present, beta, hidesInside) in paths where path == present || path.hasPrefix("\(present).") {
                return object + beta + (hidesInside ? "" : path.dropFirst(present.count))
            }
        }
        return parameter
    }
}

extension JSONValue {
    /// Takes a member out of an object.
    fileprivate mutating func remove(_ name: String) -> JSONValue? {
        guard case .object(var members) = self else { return nil }
        let value = members.removeValue(forKey: name)
        self = .object(members)
        return value
    }

    /// Puts a value at a path of members; what is in the way and no object is replaced.
    fileprivate mutating func set(_ value: JSONValue, at path: some Collection<String>) {
        guard let name = path.first else {
            self = value
            return
        }
        var members = objectValue ?? [:]
        var member = members[name] ?? .null
        member.set(value, at: path.dropFirst())
        members[name] = member
        self = .object(members)
    }
}
