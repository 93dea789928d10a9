import RealtimeProtocol

/// What must hold for every text that a peer can send. The fuzz targets search for a text that violates one; the unit tests
/// replay those that were found.
enum ProtocolProperty: String, CaseIterable {
    case clientEvents = "client-events"
    case serverEvents = "server-events"
    case offers
    case sessions
    case beta

    struct Violation: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// - Throws: `Violation` where the property does not hold. A trap is a violation, too.
    func check(_ text: String) throws {
        switch self {
        case .clientEvents: try Self.checkClientEvent(text)
        case .serverEvents: try Self.checkServerEvent(text)
        case .offers: try Self.checkOffer(text)
        case .sessions: try Self.checkSession(text)
        case .beta: try Self.checkBeta(text)
        }
    }

    private static func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        guard condition else { throw Violation(description()) }
    }

    /// What is read can be written, loses nothing, and reads back as the same value.
    private static func checkClientEvent(_ text: String) throws {
        guard let message = try? ClientMessage(text: text) else { return }
        let written = message.text
        let again = try ClientMessage(text: written)
        try require(again == message, "reads back differently: \(written)")
        try require(again.text == written, "writes differently the second time")
        try require(try JSONValue(written).contains(JSONValue(text)), "lost a member: \(written)")
        if case .responseCreate(let create) = message.event { _ = try? create.response?.validate() }
    }

    private static func checkServerEvent(_ text: String) throws {
        guard let message = try? ServerMessage(text: text) else { return }
        let written = message.text
        let again = try ServerMessage(text: written)
        try require(again == message, "reads back differently: \(written)")
        try require(again.text == written, "writes differently the second time")
        try require(try JSONValue(written).contains(JSONValue(text)), "lost a member: \(written)")
        try require(try message.bounded(makeIdentifier: { nil }) == [message], "changed although it is small")
    }

    /// An offer is judged by its lines, whatever ends them.
    private static func checkOffer(_ text: String) throws {
        let passes = (try? OfferCheck.check(text)) != nil
        guard passes else { return }
        try require(text.utf8.count <= OfferCheck.maximumBytes, "too large")
        try require(text.contains("m=audio "), "no audio section")
        try require((try? OfferCheck.check(text.replacing("\r\n", with: "\n"))) != nil, "depends on its line ends")
    }

    /// Each line is an update. A merged session can be shown, read back, echoed and changed further.
    private static func checkSession(_ text: String) throws {
        if let request = try? ClientSecretRequest(text: text) {
            try request.validate()
            try require(try ClientSecretRequest(text: RealtimeCoding.encode(request)) == request, "request reads back differently")
        }
        for start in [SessionConfiguration(id: "s", expiresAt: 1), .transcription(id: "s")] {
            var session = start
            for line in text.split(separator: "\n", maxSplits: 8) {
                guard let update = try? RealtimeCoding.decode(SessionUpdate.self, from: String(line)),
                    let merged = try? session.merging(update)
                else { continue }
                let shown = RealtimeCoding.encode(merged)
                try require(try RealtimeCoding.decode(SessionConfiguration.self, from: shown) == merged, "reads back differently: \(shown)")
                let echo = try RealtimeCoding.decode(SessionUpdate.self, from: shown)
                try require(try merged.merging(echo) == merged, "an echo changes it: \(shown)")
                try require(try merged.merging(update) == merged, "the same update changes it again: \(shown)")
                session = merged
            }
        }
    }

    /// Translation never produces what the other dialect does not have.
    private static func checkBeta(_ text: String) throws {
        let dialect = BetaDialect()
        if let (message, _) = try? dialect.clientMessage(text: text) {
            try require(try ClientMessage(text: message.text) == message, "reads back differently: \(message.text)")
        }
        if let message = try? ServerMessage(text: text) {
            for translated in dialect.serverMessages(for: message) {
                try require(translated.eventID == message.eventID, "lost its identifier")
                try require(!translated.event.type.hasPrefix("response.output_audio"), "kept a present name")
                try require(try ServerMessage(text: translated.text).event.type == translated.event.type, "is no event")
            }
        }
        for endpoint in [BetaDialect.SessionEndpoint.sessions, .transcriptionSessions] {
            guard let (request, _) = try? dialect.clientSecretRequest(text: text, endpoint: endpoint), let update = request.session
            else { continue }
            let session = try SessionConfiguration.created(by: update)
            let body = dialect.sessionBody(ClientSecretResponse(value: "ek", expiresAt: 1, session: session))
            try require(try JSONValue(body)["client_secret"]?["value"] == "ek", "has no key: \(body)")
        }
    }
}
