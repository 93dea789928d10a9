import RealtimeProtocol

/// Puts the function calls of a streamed reply together, whose identifiers, names and arguments come in pieces.
///
/// Servers differ: most number the calls, some number all of them 0 or none at all; some leave the identifier out, or repeat the name
/// in every piece. A call is announced once its name is complete: with its first arguments, or at its end.
struct FunctionCallAssembly {
    /// Functions one reply may call. A session has a handful of tools; more calls are a model gone wild.
    static let maximumCalls = 16
    /// Bytes of the arguments of all calls of a reply: what one message of a client may have is four times as large.
    static let maximumArgumentBytes = 64 * 1_024
    /// The API's longest name has 64 characters.
    static let maximumNameBytes = 128
    /// Longer identifiers are replaced by one of ours.
    static let maximumIdentifierBytes = 128

    private struct Call {
        /// The server's number, if it gave one.
        var number: Int?
        var id = ""
        var name = ""
        var isAnnounced = false
    }

    /// Begins the identifiers that are made for calls without one.
    private let identifierPrefix: String
    private var calls: [Call] = []
    private var usedIdentifiers: Set<String> = []
    private var argumentBytes = 0

    init(identifierPrefix: String) {
        self.identifierPrefix = identifierPrefix
    }

    /// Takes the `tool_calls` of one piece of the reply.
    mutating func append(_ pieces: [JSONValue]) throws(LanguageModelError) -> [ReplyPart] {
        var parts: [ReplyPart] = []
        for piece in pieces { try append(piece, to: &parts) }
        return parts
    }

    /// Announces what has not been yet, at the end of the reply.
    mutating func finish() throws(LanguageModelError) -> [ReplyPart] {
        var parts: [ReplyPart] = []
        for index in calls.indices { try announce(index, &parts) }
        return parts
    }

    private mutating func append(_ piece: JSONValue, to parts: inout [ReplyPart]) throws(LanguageModelError) {
        let number = piece["index"]?.integerValue
        let id = piece["id"]?.stringValue ?? ""
        let name = piece["function"]?["name"]?.stringValue ?? ""
        let arguments =
            switch piece["function"]?["arguments"] {
            case .string(let text)?: text
            case .object(let members)?: RealtimeCoding.encode(members)
            default: ""
            }
        let index = try index(number: number, id: id, name: name)
        if !calls[index].isAnnounced {
            if calls[index].id.isEmpty { calls[index].id = id }
            // A name comes whole, in pieces, or whole again and again.
            if calls[index].name != name { calls[index].name += name }
            guard calls[index].name.utf8.count <= Self.maximumNameBytes else { throw LanguageModelError(.malformed) }
        }
        guard !arguments.isEmpty else { return }
        argumentBytes += arguments.utf8.count
        guard argumentBytes <= Self.maximumArgumentBytes else { throw LanguageModelError(.malformed) }
        try announce(index, &parts)
        parts.append(.functionArguments(index: index, delta: arguments))
    }

    /// Which call a piece belongs to; a new one, unless it goes on with one that is there.
    private mutating func index(number: Int?, id: String, name: String) throws(LanguageModelError) -> Int {
        if let index = number == nil ? calls.indices.last : calls.lastIndex(where: { $0.number == number }) {
            let call = calls[index]
            let isAnother = !id.isEmpty && !name.isEmpty && !call.name.isEmpty && !call.id.isEmpty && call.id != id
            // Without numbers and identifiers, a name after arguments begins another call.
            let isNext = number == nil && id.isEmpty && !name.isEmpty && call.isAnnounced
            if !isAnother, !isNext { return index }
        }
        guard calls.count < Self.maximumCalls else { throw LanguageModelError(.malformed) }
        calls.append(Call(number: number))
        return calls.count - 1
    }

    private mutating func announce(_ index: Int, _ parts: inout [ReplyPart]) throws(LanguageModelError) {
        guard !calls[index].isAnnounced else { return }
        guard !calls[index].name.isEmpty else { throw LanguageModelError(.malformed) }
        calls[index].isAnnounced = true
        let given = calls[index].id
        let isUsable = !given.isEmpty && given.utf8.count <= Self.maximumIdentifierBytes && !usedIdentifiers.contains(given)
        let id = isUsable ? given : "\(identifierPrefix)_\(index)"
        usedIdentifiers.insert(id)
        parts.append(.functionCall(index: index, callID: id, name: calls[index].name))
    }
}
