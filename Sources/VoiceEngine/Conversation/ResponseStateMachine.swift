import RealtimeProtocol

/// The life of one response, as the server events that tell of it, in the order of the API (realtime-api.md, sections 5 and 6).
///
/// Pure: the owner makes the words and the audio and says how far they came. A response has at most one message and any number of
/// function calls. A spoken response stays active until it was heard to its end (in a call) or sent to its end (over a socket), so
/// that what `response.done` says is what was heard.
struct ResponseStateMachine: ~Copyable {
    /// How the reply reaches the listener.
    enum Medium: Equatable {
        case text
        /// On the media track of a call; the events tell what is played.
        case call
        /// As `response.output_audio.delta` events.
        case socket

        var isSpoken: Bool { self != .text }
    }

    /// What does not change during the response.
    struct Header {
        var id: String
        /// nil: out of band; nothing of it joins the conversation.
        var conversationID: String?
        var metadata: [String: String]?
        var medium: Medium
    }

    enum CancelReason {
        case turnDetected
        case clientCancelled
    }

    /// How the response ended, with the items in their final form.
    struct Result {
        var events: [ServerEvent] = []
        var items: [RealtimeItem] = []
    }

    private enum Content {
        case message(text: String)
        case functionCall(callID: String, name: String, arguments: String)
    }

    private struct Output {
        var itemID: String
        var previousItemID: String?
        var content: Content
        /// Set when its `done` events were told.
        var final: RealtimeItem?
    }

    let header: Header
    private var outputs: [Output] = []
    private var message: Int?
    private(set) var isAudible = false
    private(set) var isDone = false

    init(_ header: Header) {
        self.header = header
    }

    var id: String { header.id }
    var medium: Medium { header.medium }
    /// The item of the message, once there is one.
    var messageItemID: String? { message.map { outputs[$0].itemID } }

    /// All that the model wrote: words and arguments.
    var outputText: String {
        outputs.map { output in
            switch output.content {
            case .message(let text): text
            case .functionCall(_, let name, let arguments): name + arguments
            }
        }
        .joined()
    }

    func created() -> [ServerEvent] {
        [.responseCreated(ResponseCreatedEvent(response: response(.inProgress, output: [])))]
    }

    // MARK: The message

    /// The first words or sounds exist.
    mutating func beginMessage(itemID: String, previousItemID: String?) -> [ServerEvent] {
        guard !isDone, message == nil else { return [] }
        message = outputs.count
        outputs.append(Output(itemID: itemID, previousItemID: previousItemID, content: .message(text: "")))
        let part = medium.isSpoken ? RealtimeContentPart(type: "audio", transcript: "") : RealtimeContentPart(type: "text", text: "")
        let empty = RealtimeItem.message(id: itemID, role: .assistant, status: .inProgress, content: [])
        return added(empty, at: outputs.count - 1, previousItemID: previousItemID) + [
            .responseContentPartAdded(
                ResponseContentPartAddedEvent(responseID: id, itemID: itemID, outputIndex: outputs.count - 1, part: part)
            )
        ]
    }

    /// More text of a written response.
    mutating func write(_ delta: String) -> [ServerEvent] {
        guard medium == .text, !delta.isEmpty, let (index, itemID) = append(delta) else { return [] }
        return [.responseOutputTextDelta(ResponseTextDeltaEvent(responseID: id, itemID: itemID, outputIndex: index, delta: delta))]
    }

    /// Playback, or sending, reached the words of `delta`. In a call `output_audio_buffer.started` follows the first, as recorded.
    mutating func speak(_ delta: String) -> [ServerEvent] {
        guard medium.isSpoken, let (index, itemID) = append(delta) else { return [] }
        let isFirst = !isAudible
        isAudible = true
        let words = ServerEvent.responseOutputAudioTranscriptDelta(
            ResponseAudioTranscriptDeltaEvent(responseID: id, itemID: itemID, outputIndex: index, delta: delta)
        )
        guard isFirst, medium == .call else { return [words] }
        return [words, .outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: id))]
    }

    /// More sound, over a socket.
    func sound(_ base64: String) -> [ServerEvent] {
        guard medium == .socket, !isDone, let message, outputs[message].final == nil else { return [] }
        return [
            .responseOutputAudioDelta(
                ResponseAudioDeltaEvent(responseID: id, itemID: outputs[message].itemID, outputIndex: message, delta: base64)
            )
        ]
    }

    private mutating func append(_ delta: String) -> (index: Int, itemID: String)? {
        guard !isDone, let message, outputs[message].final == nil, case .message(let text) = outputs[message].content else { return nil }
        outputs[message].content = .message(text: text + delta)
        return (message, outputs[message].itemID)
    }

    /// A written message has its final form before the response has.
    mutating func endMessage() -> Result {
        guard !isDone, medium == .text, let message else { return Result() }
        return close(message, status: .completed)
    }

    // MARK: Function calls

    /// - Returns: the call's place among the outputs, by which the others name it; nil when the response is over.
    mutating func beginCall(itemID: String, callID: String, name: String, previousItemID: String?) -> (index: Int, events: [ServerEvent])? {
        guard !isDone else { return nil }
        let content = Content.functionCall(callID: callID, name: name, arguments: "")
        outputs.append(Output(itemID: itemID, previousItemID: previousItemID, content: content))
        let index = outputs.count - 1
        let item = RealtimeItem(id: itemID, type: .functionCall, status: .inProgress, callID: callID, name: name, arguments: "")
        return (index, added(item, at: index, previousItemID: previousItemID))
    }

    mutating func addArguments(_ delta: String, at index: Int) -> [ServerEvent] {
        guard !isDone, outputs.indices.contains(index), outputs[index].final == nil,
            case .functionCall(let callID, let name, let arguments) = outputs[index].content
        else { return [] }
        outputs[index].content = .functionCall(callID: callID, name: name, arguments: arguments + delta)
        return [
            .functionCallArgumentsDelta(
                FunctionCallArgumentsDeltaEvent(
                    responseID: id,
                    itemID: outputs[index].itemID,
                    outputIndex: index,
                    callID: callID,
                    delta: delta
                )
            )
        ]
    }

    /// All arguments of a call are there.
    mutating func endCall(at index: Int) -> Result {
        guard !isDone, outputs.indices.contains(index) else { return Result() }
        return close(index, status: .completed)
    }

    // MARK: The end

    /// All was written, or heard.
    ///
    /// - Parameter text: the message's words, where those that were told do not say it exactly.
    mutating func complete(text: String? = nil, usage: RealtimeUsage? = nil) -> Result {
        let wasAudible = isAudible
        var result = finish(.completed, itemStatus: .completed, details: nil, text: text, usage: usage)
        if wasAudible, medium == .call, !result.events.isEmpty {
            result.events.append(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: id)))
        }
        return result
    }

    /// The model stopped before it was through.
    mutating func cutShort(_ reason: RealtimeResponse.StatusDetails.Reason, text: String? = nil, usage: RealtimeUsage? = nil) -> Result {
        let wasAudible = isAudible
        let details = RealtimeResponse.StatusDetails(type: .incomplete, reason: reason)
        var result = finish(.incomplete, itemStatus: .incomplete, details: details, text: text, usage: usage)
        if wasAudible, medium == .call, !result.events.isEmpty {
            result.events.append(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: id)))
        }
        return result
    }

    /// Cut off. `heard` is what reached the listener; a socket's server does not know it and takes what was told.
    ///
    /// In a call the order is ours where no recording of the API exists: cleared, truncated, the done events, `response.done`.
    mutating func cancel(_ reason: CancelReason, heard: String?, heardMilliseconds: Int, usage: RealtimeUsage? = nil) -> Result {
        guard !isDone else { return Result() }
        var events: [ServerEvent] = []
        if medium == .call {
            if isAudible { events.append(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: id))) }
            if let messageItemID, header.conversationID != nil {
                events.append(
                    .conversationItemTruncated(
                        ConversationItemTruncatedEvent(itemID: messageItemID, audioEndMilliseconds: heardMilliseconds)
                    )
                )
            }
        }
        let details = RealtimeResponse.StatusDetails(
            type: .cancelled,
            reason: reason == .turnDetected ? .turnDetected : .clientCancelled
        )
        var result = finish(.cancelled, itemStatus: .incomplete, details: details, text: medium == .call ? heard : nil, usage: usage)
        result.events = events + result.events
        return result
    }

    /// The reply could not be made. What was heard before counts.
    mutating func fail(_ error: RealtimeResponse.StatusDetails.Failure, heard: String?) -> Result {
        guard !isDone else { return Result() }
        var events: [ServerEvent] = []
        if isAudible, medium == .call { events.append(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: id))) }
        let details = RealtimeResponse.StatusDetails(type: .failed, error: error)
        var result = finish(.failed, itemStatus: .incomplete, details: details, text: medium == .call ? heard : nil, usage: nil)
        result.events = events + result.events
        return result
    }

    private mutating func finish(
        _ status: RealtimeResponse.Status,
        itemStatus: RealtimeItem.Status,
        details: RealtimeResponse.StatusDetails?,
        text: String?,
        usage: RealtimeUsage?
    ) -> Result {
        if isDone { return Result() }
        if let text, let message, outputs[message].final == nil { outputs[message].content = .message(text: text) }
        var result = Result()
        for index in outputs.indices where outputs[index].final == nil {
            let closed = close(index, status: itemStatus)
            result.events += closed.events
            result.items += closed.items
        }
        isDone = true
        result.events.append(
            .responseDone(ResponseDoneEvent(response: response(status, details, output: outputs.compactMap(\.final), usage: usage)))
        )
        return result
    }

    /// Tells that an output has its final form.
    private mutating func close(_ index: Int, status: RealtimeItem.Status) -> Result {
        guard outputs[index].final == nil else { return Result() }
        let itemID = outputs[index].itemID
        var events: [ServerEvent]
        let item: RealtimeItem
        switch outputs[index].content {
        case .message(let text):
            let part: RealtimeContentPart
            if medium.isSpoken {
                events = [
                    .responseOutputAudioDone(ResponseAudioDoneEvent(responseID: id, itemID: itemID, outputIndex: index)),
                    .responseOutputAudioTranscriptDone(
                        ResponseAudioTranscriptDoneEvent(responseID: id, itemID: itemID, outputIndex: index, transcript: text)
                    ),
                ]
                part = RealtimeContentPart(type: "audio", transcript: text)
            } else {
                events = [.responseOutputTextDone(ResponseTextDoneEvent(responseID: id, itemID: itemID, outputIndex: index, text: text))]
                part = RealtimeContentPart(type: "text", text: text)
            }
            events.append(
                .responseContentPartDone(ResponseContentPartDoneEvent(responseID: id, itemID: itemID, outputIndex: index, part: part))
            )
            let content: RealtimeContent = medium.isSpoken ? .outputAudio(transcript: text) : .outputText(text)
            item = .message(id: itemID, role: .assistant, status: status, content: [content])
        case .functionCall(let callID, let name, let arguments):
            let done = FunctionCallArgumentsDoneEvent(
                responseID: id,
                itemID: itemID,
                outputIndex: index,
                callID: callID,
                name: name,
                arguments: arguments
            )
            // Clients run the tool when they see it: never with half of its arguments.
            events = status == .completed ? [.functionCallArgumentsDone(done)] : []
            item = RealtimeItem(id: itemID, type: .functionCall, status: status, callID: callID, name: name, arguments: arguments)
        }
        if header.conversationID != nil {
            let previous = outputs[index].previousItemID
            events.append(.conversationItemDone(ConversationItemDoneEvent(item: item, previousItemID: previous)))
        }
        events.append(.responseOutputItemDone(ResponseOutputItemDoneEvent(responseID: id, outputIndex: index, item: item)))
        outputs[index].final = item
        return Result(events: events, items: [item])
    }

    private func added(_ item: RealtimeItem, at index: Int, previousItemID: String?) -> [ServerEvent] {
        let own = ServerEvent.responseOutputItemAdded(ResponseOutputItemAddedEvent(responseID: id, outputIndex: index, item: item))
        guard header.conversationID != nil else { return [own] }
        return [own, .conversationItemAdded(ConversationItemAddedEvent(item: item, previousItemID: previousItemID))]
    }

    private func response(
        _ status: RealtimeResponse.Status,
        _ details: RealtimeResponse.StatusDetails? = nil,
        output: [RealtimeItem],
        usage: RealtimeUsage? = nil
    ) -> RealtimeResponse {
        RealtimeResponse(
            id: id,
            status: status,
            statusDetails: details,
            output: output,
            conversationID: header.conversationID,
            outputModalities: [medium.isSpoken ? "audio" : "text"],
            metadata: header.metadata,
            usage: usage
        )
    }
}
