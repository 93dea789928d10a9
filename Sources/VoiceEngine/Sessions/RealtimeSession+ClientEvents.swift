import RealtimeProtocol

/// What clients ask for.
extension RealtimeSession {
    /// Shortest commit of the API.
    private static let minimumCommitMilliseconds = 100
    /// Longest identifier that a client may choose; clients send up to 32 characters.
    private static let maximumIdentifierCharacters = 128

    func handleMessage(_ text: String, from origin: MessageOrigin) {
        guard text.utf8.count <= limits.messageBytes else {
            refuse(RealtimeError(code: "message_too_large", message: "The event is too large."), origin)
            return
        }
        let message: ClientMessage
        do {
            message = try ClientMessage(text: text)
        } catch {
            refuse(Self.describe(error), origin)
            return
        }
        guard origin != .dataChannel || policy.allows(message.event) else {
            refuse(DataChannelPolicy.refusal(of: message.event, eventID: message.eventID), origin)
            return
        }
        do {
            try handle(message.event, eventID: message.eventID, from: origin)
        } catch {
            var error = error
            error.eventID = message.eventID
            refuse(error, origin)
        }
    }

    private func handle(_ event: ClientEvent, eventID: String?, from origin: MessageOrigin) throws(RealtimeError) {
        switch event {
        case .sessionUpdate(let update): try change(update.session)
        case .responseCreate(let create): respond(to: create.response, eventID: eventID, origin: origin)
        case .responseCancel(let cancel): try cancelResponse(cancel.responseID)
        case .outputAudioBufferClear: interrupt(.clientCancelled)
        case .inputAudioBufferCommit: try commitInput()
        case .inputAudioBufferClear:
            perform(turns.clear())
            dropUncommittedTurns()
            emit([.inputAudioBufferCleared])
        case .inputAudioBufferAppend:
            throw .invalidValue("type", "The input audio of a WebRTC call comes from its media track.")
        case .conversationItemCreate(let create): try createItem(create)
        case .conversationItemRetrieve(let retrieve):
            answer(.conversationItemRetrieved(ConversationItemRetrievedEvent(item: try conversation.retrieve(retrieve.itemID))), to: origin)
        case .conversationItemTruncate(let truncate):
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
        case .conversationItemDelete(let delete):
            try conversation.delete(delete.itemID)
            emit([.conversationItemDeleted(ConversationItemDeletedEvent(itemID: delete.itemID))])
        case .unknown(let type, _):
            throw .invalidValue("type", "There is no event of type '\(type.prefix(64))'.")
        }
    }

    private func change(_ update: SessionUpdate) throws(RealtimeError) {
        guard update.type != nil else {
            throw RealtimeError(
                code: "missing_required_parameter",
                message: "Missing required parameter: 'session.type'.",
                parameter: "session.type"
            )
        }
        configuration = try SessionRules.merge(
            update,
            into: configuration,
            voices: services.textToSpeech.voices,
            audioWasSent: audioWasSent
        )
        let wasManual = turns.settings.silenceWindows == nil
        perform(turns.change(to: Self.turnSettings(configuration, limits)))
        if wasManual != (turns.settings.silenceWindows == nil) { dropUncommittedTurns() }
        emit([.sessionUpdated(SessionUpdatedEvent(session: configuration))])
    }

    private func cancelResponse(_ id: String?) throws(RealtimeError) {
        guard let active = activeResponse?.id, id == nil || id == active else {
            throw RealtimeError(code: "response_cancel_not_active", message: "Cancellation failed: no active response found")
        }
        interrupt(.clientCancelled)
    }

    private func commitInput() throws(RealtimeError) {
        let milliseconds = turns.uncommittedMilliseconds
        guard milliseconds >= Self.minimumCommitMilliseconds else {
            throw RealtimeError(
                code: "input_audio_buffer_commit_empty",
                message: "Error committing input audio buffer: the buffer is too small. Expected at least 100ms of audio, "
                    + "but the buffer only has \(milliseconds)ms of audio."
            )
        }
        perform(turns.commit())
    }

    private func createItem(_ create: ConversationItemCreateEvent) throws(RealtimeError) {
        var item = create.item
        switch item.type {
        case .message:
            guard let role = item.role, [.user, .system, .assistant].contains(role) else {
                throw .invalidValue("item.role", "Supported are 'system', 'user' and 'assistant'.")
            }
            guard let content = item.content, !content.isEmpty, content.allSatisfy({ $0.audio == nil && $0.imageURL == nil }) else {
                throw .invalidValue("item.content", "Supported is text.")
            }
        case .functionCall, .functionCallOutput:
            break
        default:
            throw .invalidValue("item.type", "Supported are 'message', 'function_call' and 'function_call_output'.")
        }
        if let id = item.id, id.isEmpty || id.count > Self.maximumIdentifierCharacters {
            throw .invalidValue("item.id", "Supported are 1 to \(Self.maximumIdentifierCharacters) characters.")
        }
        item.id = item.id ?? identifier(.item)
        item.status = item.status ?? .completed
        let previous = try conversation.insert(item, after: create.previousItemID)
        emit([
            .conversationItemAdded(ConversationItemAddedEvent(item: item, previousItemID: previous)),
            .conversationItemDone(ConversationItemDoneEvent(item: item, previousItemID: previous)),
        ])
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
