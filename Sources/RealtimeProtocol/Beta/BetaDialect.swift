/// The shape of the API before its general availability ("beta"), translated to and from the present one. Pure: text and values
/// in, text and values out.
///
/// The provider has switched the beta off; an engine serves it to clients written against it, where its operator allows. The
/// translation knows names and shapes only: what a session may be is decided by the present API's rules afterwards, and errors
/// come back with the parameter paths that the beta client sent.
///
/// Source: the beta types of the provider's client library and OpenAPI file. How the beta ordered its events is known from these
/// documents alone.
public struct BetaDialect: Sendable, Hashable {
    /// Something a client asked for that was replaced or left out, for the operator's log.
    public enum Notice: String, Sendable, Hashable {
        /// The voice exists for text-to-speech only (fable, onyx, nova); the default voice speaks instead.
        case voiceReplaced = "voice_replaced"
        /// `temperature` was removed from the API.
        case temperatureIgnored = "temperature_ignored"
    }

    /// What speaks for a voice that the Realtime API never had.
    public var defaultVoice: String

    public init(defaultVoice: String = "marin") {
        self.defaultVoice = defaultVoice
    }

    /// Voices of the provider's text-to-speech that old clients name by habit.
    static let speechOnlyVoices: Set<String> = ["fable", "onyx", "nova"]

    /// A voice as the present API knows it.
    func voice(_ asked: JSONValue, notices: inout [Notice]) -> JSONValue {
        guard let name = asked.stringValue, Self.speechOnlyVoices.contains(name) else { return asked }
        notices.append(.voiceReplaced)
        return .string(defaultVoice)
    }
}

/// Names of audio formats.
enum BetaAudioFormat {
    static func present(_ beta: JSONValue) -> JSONValue {
        switch beta {
        case "pcm16": ["type": "audio/pcm", "rate": 24_000]
        case "g711_ulaw": ["type": "audio/pcmu"]
        case "g711_alaw": ["type": "audio/pcma"]
        // The rules of the present API refuse it and name it.
        case .string(let name): ["type": .string(name)]
        default: beta
        }
    }

    static func beta(_ format: JSONValue) -> JSONValue {
        switch format["type"] {
        case "audio/pcm": "pcm16"
        case "audio/pcmu": "g711_ulaw"
        case "audio/pcma": "g711_alaw"
        default: .null
        }
    }
}

/// Modalities: the beta names text beside audio, the present API one of both, with the transcript always included.
enum BetaModalities {
    static func present(_ beta: JSONValue) -> JSONValue {
        guard case .array(let names) = beta, !names.isEmpty, names.allSatisfy({ $0 == "text" || $0 == "audio" }) else { return beta }
        return names.contains("audio") ? ["audio"] : ["text"]
    }

    static func beta(_ modalities: JSONValue) -> JSONValue {
        modalities == ["audio"] ? ["audio", "text"] : modalities
    }
}

/// Conversation items: the beta's parts of an assistant's message have no prefix, and every item names its object.
enum BetaItem {
    static func present(_ item: JSONValue) -> JSONValue {
        guard case .object(var members) = item else { return item }
        let isAssistant = members["role"] == "assistant"
        members["content"] = members["content"].map { content in
            renamed(content) { type in
                switch type {
                case "text": isAssistant ? "output_text" : "input_text"
                case "audio": isAssistant ? "output_audio" : "input_audio"
                default: type
                }
            }
        }
        return .object(members)
    }

    /// - Returns: nil for an item that the beta does not have.
    static func beta(_ item: JSONValue) -> JSONValue? {
        guard case .object(var members) = item else { return item }
        guard members["type"]?.stringValue?.hasPrefix("mcp_") != true else { return nil }
        members["object"] = "realtime.item"
        members["content"] = members["content"].map { content in
            renamed(content) { type in
                switch type {
                case "output_text": "text"
                case "output_audio": "audio"
                default: type
                }
            }
        }
        return .object(members)
    }

    private static func renamed(_ content: JSONValue, _ name: (String) -> String) -> JSONValue {
        guard case .array(let parts) = content else { return content }
        return .array(
            parts.map { part in
                guard case .object(var members) = part, let type = members["type"]?.stringValue else { return part }
                members["type"] = .string(name(type))
                return .object(members)
            }
        )
    }
}
