import RealtimeProtocol

/// The life of one spoken or written response, as the server events that tell of it, in the order of the API
/// (realtime-api.md, sections 5 and 6).
///
/// Pure: the owner makes the audio, plays it and says how far it came. A spoken response stays active until it was heard to
/// its end, so that what `response.done` says is what was heard.
struct ResponseStateMachine: ~Copyable {
    private enum State {
        /// Accepted; nothing to hear yet. Next: `producing`, `done`.
        case created
        /// The item exists. Next: `audible`, `done`.
        case producing
        /// The first words were played. Next: `done`.
        case audible
        case done
    }

    enum CancelReason {
        case turnDetected
        case clientCancelled
    }

    let id: String
    let itemID: String
    let conversationID: String
    let metadata: [String: String]?
    /// Spoken, or written only.
    let isSpoken: Bool
    private var state = State.created
    private var text = ""

    init(id: String, itemID: String, conversationID: String, metadata: [String: String]?, isSpoken: Bool) {
        self.id = id
        self.itemID = itemID
        self.conversationID = conversationID
        self.metadata = metadata
        self.isSpoken = isSpoken
    }

    var isDone: Bool { if case .done = state { true } else { false } }
    /// Whether the item was announced.
    var hasItem: Bool { if case .created = state { false } else { true } }
    var isAudible: Bool { if case .audible = state { true } else { false } }

    func created() -> [ServerEvent] {
        [.responseCreated(ResponseCreatedEvent(response: response(.inProgress, output: [])))]
    }

    /// The first words or sounds exist.
    mutating func begin(previousItemID: String?) -> [ServerEvent] {
        guard case .created = state else { return [] }
        state = .producing
        let empty = RealtimeItem.message(id: itemID, role: .assistant, status: .inProgress, content: [])
        let part = isSpoken ? RealtimeContentPart(type: "audio", transcript: "") : RealtimeContentPart(type: "text", text: "")
        return [
            .responseOutputItemAdded(ResponseOutputItemAddedEvent(responseID: id, item: empty)),
            .conversationItemAdded(ConversationItemAddedEvent(item: empty, previousItemID: previousItemID)),
            .responseContentPartAdded(ResponseContentPartAddedEvent(responseID: id, itemID: itemID, part: part)),
        ]
    }

    /// More text of a written response.
    mutating func write(_ delta: String) -> [ServerEvent] {
        guard case .producing = state, !delta.isEmpty else { return [] }
        text += delta
        return [.responseOutputTextDelta(ResponseTextDeltaEvent(responseID: id, itemID: itemID, delta: delta))]
    }

    /// Playback reached the words of `delta`. `output_audio_buffer.started` follows the first delta, as recorded.
    mutating func speak(_ delta: String) -> [ServerEvent] {
        let isFirst: Bool
        switch state {
        case .producing: isFirst = true
        case .audible: isFirst = false
        case .created, .done: return []
        }
        state = .audible
        text += delta
        let words = ServerEvent.responseOutputAudioTranscriptDelta(
            ResponseAudioTranscriptDeltaEvent(responseID: id, itemID: itemID, delta: delta)
        )
        return isFirst ? [words, .outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: id))] : [words]
    }

    /// All was written, or heard.
    mutating func complete(text: String? = nil) -> (events: [ServerEvent], item: RealtimeItem?) {
        let wasAudible = isAudible
        let (events, item) = finish(.completed, itemStatus: .completed, details: nil, text: text ?? self.text)
        guard wasAudible else { return (events, item) }
        return (events + [.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: id))], item)
    }

    /// Cut off. `heard` is what reached the listener.
    ///
    /// The order is ours where no recording of the API exists: cleared, truncated, the done events, `response.done`.
    mutating func cancel(_ reason: CancelReason, heard: String, heardMilliseconds: Int) -> (events: [ServerEvent], item: RealtimeItem?) {
        var events: [ServerEvent] = []
        if isAudible { events.append(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: id))) }
        if hasItem, isSpoken, !isDone {
            events.append(
                .conversationItemTruncated(ConversationItemTruncatedEvent(itemID: itemID, audioEndMilliseconds: heardMilliseconds))
            )
        }
        let details = RealtimeResponse.StatusDetails(
            type: .cancelled,
            reason: reason == .turnDetected ? .turnDetected : .clientCancelled
        )
        let (rest, item) = finish(.cancelled, itemStatus: .incomplete, details: details, text: isSpoken ? heard : text)
        return (events + rest, item)
    }

    /// The reply could not be made. What was heard before counts.
    mutating func fail(_ error: RealtimeResponse.StatusDetails.Failure, heard: String) -> (events: [ServerEvent], item: RealtimeItem?) {
        let cleared: [ServerEvent] = isAudible ? [.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: id))] : []
        let details = RealtimeResponse.StatusDetails(type: .failed, error: error)
        let (rest, item) = finish(.failed, itemStatus: .incomplete, details: details, text: isSpoken ? heard : text)
        return (cleared + rest, item)
    }

    private mutating func finish(
        _ status: RealtimeResponse.Status,
        itemStatus: RealtimeItem.Status,
        details: RealtimeResponse.StatusDetails?,
        text: String
    ) -> (events: [ServerEvent], item: RealtimeItem?) {
        if isDone { return ([], nil) }
        let hadItem = hasItem
        state = .done
        guard hadItem else { return ([.responseDone(ResponseDoneEvent(response: response(status, details, output: [])))], nil) }
        let content: RealtimeContent = isSpoken ? .outputAudio(transcript: text) : .outputText(text)
        let item = RealtimeItem.message(id: itemID, role: .assistant, status: itemStatus, content: [content])
        var events: [ServerEvent]
        let part: RealtimeContentPart
        if isSpoken {
            events = [
                .responseOutputAudioDone(ResponseAudioDoneEvent(responseID: id, itemID: itemID)),
                .responseOutputAudioTranscriptDone(ResponseAudioTranscriptDoneEvent(responseID: id, itemID: itemID, transcript: text)),
            ]
            part = RealtimeContentPart(type: "audio", transcript: text)
        } else {
            events = [.responseOutputTextDone(ResponseTextDoneEvent(responseID: id, itemID: itemID, text: text))]
            part = RealtimeContentPart(type: "text", text: text)
        }
        events += [
            .responseContentPartDone(ResponseContentPartDoneEvent(responseID: id, itemID: itemID, part: part)),
            .conversationItemDone(ConversationItemDoneEvent(item: item)),
            .responseOutputItemDone(ResponseOutputItemDoneEvent(responseID: id, item: item)),
            .responseDone(ResponseDoneEvent(response: response(status, details, output: [item]))),
        ]
        return (events, item)
    }

    private func response(
        _ status: RealtimeResponse.Status,
        _ details: RealtimeResponse.StatusDetails? = nil,
        output: [RealtimeItem]
    ) -> RealtimeResponse {
        RealtimeResponse(
            id: id,
            status: status,
            statusDetails: details,
            output: output,
            conversationID: conversationID,
            outputModalities: [isSpoken ? "audio" : "text"],
            metadata: metadata
        )
    }
}
