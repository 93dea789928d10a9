import Logging
import RealtimeProtocol

/// What clients ask for.
extension RealtimeSession {
    /// Shortest commit of the API.
    private static let minimumCommitMilliseconds = 100
    /// Longest identifier that a client may choose; clients send up to 32 characters.
    private static let maximumIdentifierCharacters = 128
    /// Event types that may be larger than others, because they carry audio.
    private static let audioTypes = ["input_audio_buffer.append", "conversation.item.create"]
    /// How much of either end of a large message is searched for its type.
    private static let searchedBytes = 512

    func handleMessage(_ text: String, from origin: MessageOrigin) async {
        guard text.utf8.count <= limits.messageBytes || isAudio(text) else {
            refuse(RealtimeError(code: "message_too_large", message: "The event is too large."), origin)
            return
        }
        let message: ClientMessage
        do {
            message = origin == .client ? try read(text) : try ClientMessage(text: text)
        } catch {
            refuse(Self.describe(error), origin)
            return
        }
        guard origin != .client || policy.allows(message.event) else {
            refuse(DataChannelPolicy.refusal(of: message.event, eventID: message.eventID), origin)
            return
        }
        do {
            try await handle(message.event, eventID: message.eventID, from: origin)
        } catch {
            var error = error
            error.eventID = message.eventID
            refuse(error, origin)
        }
    }

    /// A client whose events are lost must not take them for done. It hears of it behind the answers to those that were taken.
    func tellForgotten(_ origin: MessageOrigin) {
        let message = "Events were lost: more came than could wait. Send fewer at once, and send again what was not answered."
        refuse(RealtimeError(code: "too_many_events", message: message), origin)
    }

    /// A message of the client, in its own shape.
    private func read(_ text: String) throws(EventDecodingError) -> ClientMessage {
        guard let dialect else { return try ClientMessage(text: text) }
        let (message, notices) = try dialect.clientMessage(text: text)
        for notice in notices { logger.notice("beta client was served differently", metadata: ["notice": "\(notice.rawValue)"]) }
        return message
    }

    /// Whether a large message may be audio.
    private func isAudio(_ text: String) -> Bool {
        guard text.utf8.count <= limits.audioMessageBytes else { return false }
        // Clients write the type first, or sort the members by name: then it is last.
        let beginning = String(decoding: text.utf8.prefix(Self.searchedBytes), as: UTF8.self)
        let end = String(decoding: text.utf8.suffix(Self.searchedBytes), as: UTF8.self)
        return Self.audioTypes.contains { beginning.contains($0) || end.contains($0) }
    }

    private func handle(_ event: ClientEvent, eventID: String?, from origin: MessageOrigin) async throws(RealtimeError) {
        switch event {
        case .sessionUpdate(let update): try change(update.session)
        case .responseCreate(let create): respond(to: create.response, eventID: eventID, origin: origin)
        case .responseCancel(let cancel): try cancelResponse(cancel.responseID)
        case .outputAudioBufferClear: if socket == nil { silence() }
        case .inputAudioBufferCommit: try commitInput()
        case .inputAudioBufferClear:
            perform(turns.clear())
            wireReader = WireAudioReader(wireReader.format)
            dropUncommittedTurns()
            emit([.inputAudioBufferCleared])
        case .inputAudioBufferAppend(let append): try await self.append(append.audio)
        case .conversationItemCreate(let create): try createItem(create)
        case .conversationItemRetrieve(let retrieve):
            answer(.conversationItemRetrieved(ConversationItemRetrievedEvent(item: try conversation.retrieve(retrieve.itemID))), to: origin)
        case .conversationItemTruncate(let truncate): try self.truncate(truncate)
        case .conversationItemDelete(let delete):
            discardPrepared()
            try conversation.delete(delete.itemID)
            emit([.conversationItemDeleted(ConversationItemDeletedEvent(itemID: delete.itemID))])
        case .unknown(let type, _):
            throw .invalidValue("type", "There is no event of type '\(type.prefix(64))'.")
        }
    }

    private func truncate(_ truncate: ConversationItemTruncateEvent) throws(RealtimeError) {
        // Clients send it while the response is still being cancelled: what was sent so far is the length.
        if let reply = replies.values.first(where: { $0.isSpoken && $0.machine.messageItemID == truncate.itemID }) {
            let sent = socket == nil ? reply.milliseconds : media.handedOut(response: reply.id)
            conversation.setAudio(milliseconds: sent, of: truncate.itemID)
            reply.truncatedAt = truncate.audioEndMilliseconds
        }
        discardPrepared()
        try conversation.truncate(
            truncate.itemID,
            contentIndex: truncate.contentIndex,
            audioEndMilliseconds: truncate.audioEndMilliseconds
        )
        emit([
            .conversationItemTruncated(
                ConversationItemTruncatedEvent(
                    itemID: truncate.itemID,
                    contentIndex: truncate.contentIndex,
                    audioEndMilliseconds: truncate.audioEndMilliseconds
                )
            )
        ])
    }

    private func change(_ update: SessionUpdate) throws(RealtimeError) {
        guard update.type != nil else {
            throw .missingParameter("session.type")
        }
        discardPrepared()
        configuration = try SessionRules.merge(
            update,
            into: configuration,
            voices: services.textToSpeech.voices,
            audioWasSent: audioWasSent
        )
        let (input, output) = (WireFormat(configuration.inputFormat), WireFormat(configuration.outputFormat))
        if let input, input != wireReader.format { wireReader = WireAudioReader(input) }
        if let output, output != wireWriter.format { wireWriter = WireAudioWriter(output) }
        let wasManual = turns.settings.endsByHand
        let settings = Self.turnSettings(configuration, limits)
        // From now on the client asks for answers itself.
        if !settings.createResponse { owesAnswer = false }
        perform(turns.change(to: settings))
        if wasManual != (turns.settings.endsByHand) { dropUncommittedTurns() }
        emit([.sessionUpdated(SessionUpdatedEvent(session: configuration))])
    }

    private func cancelResponse(_ id: String?) throws(RealtimeError) {
        guard let reply = (id ?? activeID).flatMap({ replies[$0] }) else {
            throw RealtimeError(code: "response_cancel_not_active", message: "Cancellation failed: no active response found")
        }
        cancel(reply, .clientCancelled)
    }

    private func commitInput() throws(RealtimeError) {
        if socket != nil, turns.settings.endsByHand { fillWindow() }
        let milliseconds = turns.uncommittedMilliseconds
        guard milliseconds >= Self.minimumCommitMilliseconds else {
            throw RealtimeError(
                code: "input_audio_buffer_commit_empty",
                message: "Error committing input audio buffer: the buffer is too small. Expected at least 100ms of audio, "
                    + "but the buffer only has \(milliseconds)ms of audio."
            )
        }
        wireReader = WireAudioReader(wireReader.format)
        perform(turns.commit())
    }

    private func createItem(_ create: ConversationItemCreateEvent) throws(RealtimeError) {
        discardPrepared()
        var item = create.item
        try ItemRules.check(item, at: "item")
        guard (item.content ?? []).count(where: { $0.audio != nil }) <= 1 else {
            throw .invalidValue("item.content", "A message has at most one part with audio.")
        }
        if let id = item.id, id.isEmpty || id.count > Self.maximumIdentifierCharacters {
            throw .invalidValue("item.id", "Supported are 1 to \(Self.maximumIdentifierCharacters) characters.")
        }
        let id = item.id ?? identifier(.item)
        item.id = id
        // Without a name its result could not be told.
        if item.type == .functionCall, item.callID?.isEmpty != false { item.callID = callIdentifier() }
        // The API shows a status for all items but the results of functions.
        if item.type != .functionCallOutput { item.status = item.status ?? .completed }
        var audio: [UInt8]?
        if let index = item.content?.firstIndex(where: { $0.audio != nil }), let base64 = item.content?[index].audio {
            guard item.role == .user, let bytes = WireAudioReader.bytes(base64) else {
                throw .invalidValue(
                    "item.content[\(index)].audio",
                    "Expected base64-encoded audio of the user in the session's input format."
                )
            }
            // Items show audio only when it is asked for; what is kept is what was said.
            item.content?[index].audio = nil
            if item.content?[index].transcript == nil { audio = bytes }
        }
        let samples = try audio.map { bytes throws(RealtimeError) in try itemAudio(bytes) }
        let previous = try conversation.insert(item, after: create.previousItemID)
        if let samples { transcribe(samples, of: id) }
        emit([
            .conversationItemAdded(ConversationItemAddedEvent(item: item, previousItemID: previous)),
            .conversationItemDone(ConversationItemDoneEvent(item: item, previousItemID: previous)),
        ])
    }

    /// In the form in which models name their calls.
    private func callIdentifier() -> String {
        var generator = SystemRandomNumberGenerator()
        return "call_" + RealtimeIdentifier.suffix(using: &generator)
    }

    private func refuse(_ error: RealtimeError, _ origin: MessageOrigin) {
        answer(.error(ErrorEvent(error: error)), to: origin)
    }

    private static func describe(_ error: EventDecodingError) -> RealtimeError {
        switch error {
        case .notJSON: RealtimeError(code: "invalid_event", message: "The message is not JSON.")
        case .notAnObject: RealtimeError(code: "invalid_event", message: "An event is a JSON object.")
        case .missingType(let eventID):
            RealtimeError(code: "invalid_event", message: "The 'type' field is missing.", parameter: "type", eventID: eventID)
        case .invalidField(_, let parameter, let eventID):
            RealtimeError(
                code: "invalid_value",
                message: "A field is missing or has the wrong type.",
                parameter: parameter.map { String($0.prefix(128)) },
                eventID: eventID
            )
        }
    }
}
