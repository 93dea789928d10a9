import RealtimeProtocol
import ServerEdge

/// Reads the answer of a chat completions endpoint, in bytes of any portion, as the parts of a reply.
///
/// Takes streams of events and, from servers that do not stream, one JSON document. What the model thinks aloud is left out: the members
/// for it (`reasoning_content`) and text in `<think>` marks. After it has thrown, a decoder is done.
struct ChatStreamDecoder {
    private enum Form {
        case unknown
        case events(ServerSentEventParser)
        case document([UInt8])
    }

    private let maximumEventBytes: Int
    private var form = Form.unknown
    private var thinking = ThinkingFilter()
    private var calls: FunctionCallAssembly
    private var usage: ReplyUsage?
    private var understood = false
    private var hasText = false

    /// Why the reply ended, once the endpoint has said so; the number of tokens may still follow.
    private(set) var end: ReplyEnd?
    /// The last part has been given.
    private(set) var isFinished = false

    /// - Parameters:
    ///   - maximumEventBytes: of one event, and of an answer in one document.
    ///   - identifierPrefix: begins the identifiers of calls to which the server gave none; unique to this reply.
    init(maximumEventBytes: Int, identifierPrefix: String) {
        self.maximumEventBytes = maximumEventBytes
        calls = FunctionCallAssembly(identifierPrefix: identifierPrefix)
    }

    /// The parts that these bytes complete.
    mutating func append(_ bytes: some Collection<UInt8>) throws(LanguageModelError) -> [ReplyPart] {
        guard !isFinished else { return [] }
        switch form {
        case .unknown:
            let content = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            guard let first = content.first else { return [] }
            form = first == UInt8(ascii: "{") ? .document([]) : .events(ServerSentEventParser(maximumEventBytes: maximumEventBytes))
            return try append(content)
        case .document(var document):
            form = .unknown
            guard document.count + bytes.count <= maximumEventBytes else { throw LanguageModelError(.malformed) }
            document.append(contentsOf: bytes)
            form = .document(document)
            return []
        case .events(var parser):
            form = .unknown
            let events: [ServerSentEvent]
            do {
                events = try parser.append(bytes)
            } catch {
                throw LanguageModelError(.malformed)
            }
            form = .events(parser)
            var parts: [ReplyPart] = []
            for event in events where !isFinished { try append(event, to: &parts) }
            return parts
        }
    }

    /// The remaining parts, at the end of the answer.
    ///
    /// - Throws: `cut` when the reply had not ended yet, `malformed` when there was none.
    mutating func finish() throws(LanguageModelError) -> [ReplyPart] {
        guard !isFinished else { return [] }
        var parts: [ReplyPart] = []
        switch form {
        case .unknown: break
        // Some servers leave the last empty line out.
        case .events: parts = try append([0x0A, 0x0A])
        case .document(let document): try append(String(decoding: document, as: UTF8.self), to: &parts)
        }
        guard !isFinished else { return parts }
        guard understood else { throw LanguageModelError(.malformed) }
        guard end != nil else { throw LanguageModelError(.cut) }
        try finish(&parts)
        return parts
    }

    private mutating func append(_ event: ServerSentEvent, to parts: inout [ReplyPart]) throws(LanguageModelError) {
        if event.data == "[DONE]" {
            guard understood else { throw LanguageModelError(.malformed) }
            try finish(&parts)
        } else {
            try append(event.data, to: &parts)
        }
    }

    private mutating func append(_ json: String, to parts: inout [ReplyPart]) throws(LanguageModelError) {
        guard let piece = try? RealtimeCoding.decode(JSONValue.self, from: json), piece.objectValue != nil else {
            throw LanguageModelError(.malformed)
        }
        if let problem = piece["error"], problem != .null { throw Self.error(problem) }
        understood = true
        if let usage = Self.usage(piece["usage"]) { self.usage = usage }
        guard let choice = piece["choices"]?.arrayValue?.first(where: { ($0["index"]?.integerValue ?? 0) == 0 }) else { return }
        if let delta = choice["delta"] ?? choice["message"] {
            append(text: Self.text(delta["content"]) + (delta["refusal"]?.stringValue ?? ""), to: &parts)
            parts += try calls.append(delta["tool_calls"]?.arrayValue ?? [])
        }
        switch choice["finish_reason"]?.stringValue {
        case nil: break
        case "length": end = .maximumOutputTokens
        case "content_filter": end = .contentFilter
        // `stop`, `tool_calls`, `function_call`, and what servers call it otherwise.
        case .some: end = .completed
        }
    }

    private mutating func append(text: String, to parts: inout [ReplyPart]) {
        give(thinking.append(text), to: &parts)
    }

    /// Replies begin with blanks, above all after thinking; a sentence does not.
    private mutating func give(_ text: String, to parts: inout [ReplyPart]) {
        let spoken = hasText ? text[...] : text.drop(while: \.isWhitespace)
        guard !spoken.isEmpty else { return }
        hasText = true
        parts.append(.text(String(spoken)))
    }

    private mutating func finish(_ parts: inout [ReplyPart]) throws(LanguageModelError) {
        give(thinking.finish(), to: &parts)
        parts += try calls.finish()
        if let usage { parts.append(.usage(usage)) }
        // A stream that says it is done without a reason is done.
        parts.append(.finished(end ?? .completed))
        isFinished = true
    }

    /// A text, or the texts among typed parts.
    private static func text(_ content: JSONValue?) -> String {
        switch content {
        case .string(let text)?: text
        case .array(let parts)?: parts.compactMap { $0["type"]?.stringValue == "text" ? $0["text"]?.stringValue : nil }.joined()
        default: ""
        }
    }

    private static func usage(_ value: JSONValue?) -> ReplyUsage? {
        guard let value, let input = value["prompt_tokens"]?.integerValue, let output = value["completion_tokens"]?.integerValue else {
            return nil
        }
        let cached = value["prompt_tokens_details"]?["cached_tokens"]?.integerValue ?? 0
        return ReplyUsage(inputTokens: max(0, input), cachedTokens: max(0, cached), outputTokens: max(0, output))
    }

    /// An error that came where the reply should be: by its number if that is an HTTP status, else by its name.
    private static func error(_ problem: JSONValue) -> LanguageModelError {
        let status = problem["code"]?.integerValue ?? problem["status"]?.integerValue
        if let status, (400...599).contains(status) { return LanguageModelError(status: status) }
        let names = [problem["code"]?.stringValue, problem["type"]?.stringValue].compactMap(\.self)
        if names.contains(where: { $0.hasPrefix("rate_limit") || $0 == "insufficient_quota" }) { return LanguageModelError(.rateLimited) }
        return LanguageModelError(names.contains { $0.hasPrefix("invalid") } ? .refused : .cut)
    }
}
