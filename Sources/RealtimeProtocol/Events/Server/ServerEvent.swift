/// What a server says (GA shape; API reference, "Server events").
///
/// `ServerMessage` adds the event's own identifier and the JSON text. MCP, SIP and future events arrive as `unknown`.
public enum ServerEvent: Sendable, Hashable {
    /// `error`
    case error(ErrorEvent)
    /// `session.created`
    case sessionCreated(SessionCreatedEvent)
    /// `session.updated`
    case sessionUpdated(SessionUpdatedEvent)
    /// `conversation.item.added`
    case conversationItemAdded(ConversationItemAddedEvent)
    /// `conversation.item.done`
    case conversationItemDone(ConversationItemDoneEvent)
    /// `conversation.item.created`
    case conversationItemCreated(ConversationItemCreatedEvent)
    /// `conversation.item.retrieved`
    case conversationItemRetrieved(ConversationItemRetrievedEvent)
    /// `conversation.item.truncated`
    case conversationItemTruncated(ConversationItemTruncatedEvent)
    /// `conversation.item.deleted`
    case conversationItemDeleted(ConversationItemDeletedEvent)
    /// `conversation.item.input_audio_transcription.delta`
    case inputAudioTranscriptionDelta(InputAudioTranscriptionDeltaEvent)
    /// `conversation.item.input_audio_transcription.completed`
    case inputAudioTranscriptionCompleted(InputAudioTranscriptionCompletedEvent)
    /// `conversation.item.input_audio_transcription.failed`
    case inputAudioTranscriptionFailed(InputAudioTranscriptionFailedEvent)
    /// `conversation.item.input_audio_transcription.segment`
    case inputAudioTranscriptionSegment(InputAudioTranscriptionSegmentEvent)
    /// `input_audio_buffer.speech_started`
    case speechStarted(SpeechStartedEvent)
    /// `input_audio_buffer.speech_stopped`
    case speechStopped(SpeechStoppedEvent)
    /// `input_audio_buffer.committed`
    case inputAudioBufferCommitted(InputAudioBufferCommittedEvent)
    /// `input_audio_buffer.timeout_triggered`
    case inputAudioBufferTimeoutTriggered(InputAudioBufferTimeoutEvent)
    /// `output_audio_buffer.started`
    case outputAudioBufferStarted(OutputAudioBufferStartedEvent)
    /// `output_audio_buffer.stopped`
    case outputAudioBufferStopped(OutputAudioBufferStoppedEvent)
    /// `output_audio_buffer.cleared`
    case outputAudioBufferCleared(OutputAudioBufferClearedEvent)
    /// `rate_limits.updated`
    case rateLimitsUpdated(RateLimitsUpdatedEvent)
    /// `response.created`
    case responseCreated(ResponseCreatedEvent)
    /// `response.done`
    case responseDone(ResponseDoneEvent)
    /// `response.output_item.added`
    case responseOutputItemAdded(ResponseOutputItemAddedEvent)
    /// `response.output_item.done`
    case responseOutputItemDone(ResponseOutputItemDoneEvent)
    /// `response.content_part.added`
    case responseContentPartAdded(ResponseContentPartAddedEvent)
    /// `response.content_part.done`
    case responseContentPartDone(ResponseContentPartDoneEvent)
    /// `response.output_text.delta`
    case responseOutputTextDelta(ResponseTextDeltaEvent)
    /// `response.output_text.done`
    case responseOutputTextDone(ResponseTextDoneEvent)
    /// `response.output_audio.delta`
    case responseOutputAudioDelta(ResponseAudioDeltaEvent)
    /// `response.output_audio.done`
    case responseOutputAudioDone(ResponseAudioDoneEvent)
    /// `response.output_audio_transcript.delta`
    case responseOutputAudioTranscriptDelta(ResponseAudioTranscriptDeltaEvent)
    /// `response.output_audio_transcript.done`
    case responseOutputAudioTranscriptDone(ResponseAudioTranscriptDoneEvent)
    /// `response.function_call_arguments.delta`
    case functionCallArgumentsDelta(FunctionCallArgumentsDeltaEvent)
    /// `response.function_call_arguments.done`
    case functionCallArgumentsDone(FunctionCallArgumentsDoneEvent)
    /// `input_audio_buffer.cleared`
    case inputAudioBufferCleared
    /// An event that this version has no type for, or a known one in an unexpected form; `raw` is the whole object.
    case unknown(type: String, raw: JSONValue)

    /// The event's name on the wire.
    public var type: String {
        switch self {
        case .error: "error"
        case .sessionCreated: "session.created"
        case .sessionUpdated: "session.updated"
        case .conversationItemAdded: "conversation.item.added"
        case .conversationItemDone: "conversation.item.done"
        case .conversationItemCreated: "conversation.item.created"
        case .conversationItemRetrieved: "conversation.item.retrieved"
        case .conversationItemTruncated: "conversation.item.truncated"
        case .conversationItemDeleted: "conversation.item.deleted"
        case .inputAudioTranscriptionDelta: "conversation.item.input_audio_transcription.delta"
        case .inputAudioTranscriptionCompleted: "conversation.item.input_audio_transcription.completed"
        case .inputAudioTranscriptionFailed: "conversation.item.input_audio_transcription.failed"
        case .inputAudioTranscriptionSegment: "conversation.item.input_audio_transcription.segment"
        case .speechStarted: "input_audio_buffer.speech_started"
        case .speechStopped: "input_audio_buffer.speech_stopped"
        case .inputAudioBufferCommitted: "input_audio_buffer.committed"
        case .inputAudioBufferTimeoutTriggered: "input_audio_buffer.timeout_triggered"
        case .outputAudioBufferStarted: "output_audio_buffer.started"
        case .outputAudioBufferStopped: "output_audio_buffer.stopped"
        case .outputAudioBufferCleared: "output_audio_buffer.cleared"
        case .rateLimitsUpdated: "rate_limits.updated"
        case .responseCreated: "response.created"
        case .responseDone: "response.done"
        case .responseOutputItemAdded: "response.output_item.added"
        case .responseOutputItemDone: "response.output_item.done"
        case .responseContentPartAdded: "response.content_part.added"
        case .responseContentPartDone: "response.content_part.done"
        case .responseOutputTextDelta: "response.output_text.delta"
        case .responseOutputTextDone: "response.output_text.done"
        case .responseOutputAudioDelta: "response.output_audio.delta"
        case .responseOutputAudioDone: "response.output_audio.done"
        case .responseOutputAudioTranscriptDelta: "response.output_audio_transcript.delta"
        case .responseOutputAudioTranscriptDone: "response.output_audio_transcript.done"
        case .functionCallArgumentsDelta: "response.function_call_arguments.delta"
        case .functionCallArgumentsDone: "response.function_call_arguments.done"
        case .inputAudioBufferCleared: "input_audio_buffer.cleared"
        case .unknown(let type, _): type
        }
    }
}

/// Reads and writes what follows the header of an event.
struct ServerPayload: Codable {
    var event: ServerEvent

    init(_ event: ServerEvent) { self.event = event }

    init(from decoder: any Decoder) throws {
        let type = try decoder.container(keyedBy: AnyKey.self).decode(String.self, forKey: AnyKey("type"))
        switch type {
        case "error": event = .error(try ErrorEvent(from: decoder))
        case "session.created": event = .sessionCreated(try SessionCreatedEvent(from: decoder))
        case "session.updated": event = .sessionUpdated(try SessionUpdatedEvent(from: decoder))
        case "conversation.item.added": event = .conversationItemAdded(try ConversationItemAddedEvent(from: decoder))
        case "conversation.item.done": event = .conversationItemDone(try ConversationItemDoneEvent(from: decoder))
        case "conversation.item.created": event = .conversationItemCreated(try ConversationItemCreatedEvent(from: decoder))
        case "conversation.item.retrieved": event = .conversationItemRetrieved(try ConversationItemRetrievedEvent(from: decoder))
        case "conversation.item.truncated": event = .conversationItemTruncated(try ConversationItemTruncatedEvent(from: decoder))
        case "conversation.item.deleted": event = .conversationItemDeleted(try ConversationItemDeletedEvent(from: decoder))
        case "conversation.item.input_audio_transcription.delta":
            event = .inputAudioTranscriptionDelta(try InputAudioTranscriptionDeltaEvent(from: decoder))
        case "conversation.item.input_audio_transcription.completed":
            event = .inputAudioTranscriptionCompleted(try InputAudioTranscriptionCompletedEvent(from: decoder))
        case "conversation.item.input_audio_transcription.failed":
            event = .inputAudioTranscriptionFailed(try InputAudioTranscriptionFailedEvent(from: decoder))
        case "conversation.item.input_audio_transcription.segment":
            event = .inputAudioTranscriptionSegment(try InputAudioTranscriptionSegmentEvent(from: decoder))
        case "input_audio_buffer.speech_started": event = .speechStarted(try SpeechStartedEvent(from: decoder))
        case "input_audio_buffer.speech_stopped": event = .speechStopped(try SpeechStoppedEvent(from: decoder))
        case "input_audio_buffer.committed": event = .inputAudioBufferCommitted(try InputAudioBufferCommittedEvent(from: decoder))
        case "input_audio_buffer.timeout_triggered":
            event = .inputAudioBufferTimeoutTriggered(try InputAudioBufferTimeoutEvent(from: decoder))
        case "output_audio_buffer.started": event = .outputAudioBufferStarted(try OutputAudioBufferStartedEvent(from: decoder))
        case "output_audio_buffer.stopped": event = .outputAudioBufferStopped(try OutputAudioBufferStoppedEvent(from: decoder))
        case "output_audio_buffer.cleared": event = .outputAudioBufferCleared(try OutputAudioBufferClearedEvent(from: decoder))
        case "rate_limits.updated": event = .rateLimitsUpdated(try RateLimitsUpdatedEvent(from: decoder))
        case "response.created": event = .responseCreated(try ResponseCreatedEvent(from: decoder))
        case "response.done": event = .responseDone(try ResponseDoneEvent(from: decoder))
        case "response.output_item.added": event = .responseOutputItemAdded(try ResponseOutputItemAddedEvent(from: decoder))
        case "response.output_item.done": event = .responseOutputItemDone(try ResponseOutputItemDoneEvent(from: decoder))
        case "response.content_part.added": event = .responseContentPartAdded(try ResponseContentPartAddedEvent(from: decoder))
        case "response.content_part.done": event = .responseContentPartDone(try ResponseContentPartDoneEvent(from: decoder))
        case "response.output_text.delta": event = .responseOutputTextDelta(try ResponseTextDeltaEvent(from: decoder))
        case "response.output_text.done": event = .responseOutputTextDone(try ResponseTextDoneEvent(from: decoder))
        case "response.output_audio.delta": event = .responseOutputAudioDelta(try ResponseAudioDeltaEvent(from: decoder))
        case "response.output_audio.done": event = .responseOutputAudioDone(try ResponseAudioDoneEvent(from: decoder))
        case "response.output_audio_transcript.delta":
            event = .responseOutputAudioTranscriptDelta(try ResponseAudioTranscriptDeltaEvent(from: decoder))
        case "response.output_audio_transcript.done":
            event = .responseOutputAudioTranscriptDone(try ResponseAudioTranscriptDoneEvent(from: decoder))
        case "response.function_call_arguments.delta":
            event = .functionCallArgumentsDelta(try FunctionCallArgumentsDeltaEvent(from: decoder))
        case "response.function_call_arguments.done": event = .functionCallArgumentsDone(try FunctionCallArgumentsDoneEvent(from: decoder))
        case "input_audio_buffer.cleared": event = .inputAudioBufferCleared
        default: event = .unknown(type: type, raw: try JSONValue(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch event {
        case .error(let payload): try payload.encode(to: encoder)
        case .sessionCreated(let payload): try payload.encode(to: encoder)
        case .sessionUpdated(let payload): try payload.encode(to: encoder)
        case .conversationItemAdded(let payload): try payload.encode(to: encoder)
        case .conversationItemDone(let payload): try payload.encode(to: encoder)
        case .conversationItemCreated(let payload): try payload.encode(to: encoder)
        case .conversationItemRetrieved(let payload): try payload.encode(to: encoder)
        case .conversationItemTruncated(let payload): try payload.encode(to: encoder)
        case .conversationItemDeleted(let payload): try payload.encode(to: encoder)
        case .inputAudioTranscriptionDelta(let payload): try payload.encode(to: encoder)
        case .inputAudioTranscriptionCompleted(let payload): try payload.encode(to: encoder)
        case .inputAudioTranscriptionFailed(let payload): try payload.encode(to: encoder)
        case .inputAudioTranscriptionSegment(let payload): try payload.encode(to: encoder)
        case .speechStarted(let payload): try payload.encode(to: encoder)
        case .speechStopped(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferCommitted(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferTimeoutTriggered(let payload): try payload.encode(to: encoder)
        case .outputAudioBufferStarted(let payload): try payload.encode(to: encoder)
        case .outputAudioBufferStopped(let payload): try payload.encode(to: encoder)
        case .outputAudioBufferCleared(let payload): try payload.encode(to: encoder)
        case .rateLimitsUpdated(let payload): try payload.encode(to: encoder)
        case .responseCreated(let payload): try payload.encode(to: encoder)
        case .responseDone(let payload): try payload.encode(to: encoder)
        case .responseOutputItemAdded(let payload): try payload.encode(to: encoder)
        case .responseOutputItemDone(let payload): try payload.encode(to: encoder)
        case .responseContentPartAdded(let payload): try payload.encode(to: encoder)
        case .responseContentPartDone(let payload): try payload.encode(to: encoder)
        case .responseOutputTextDelta(let payload): try payload.encode(to: encoder)
        case .responseOutputTextDone(let payload): try payload.encode(to: encoder)
        case .responseOutputAudioDelta(let payload): try payload.encode(to: encoder)
        case .responseOutputAudioDone(let payload): try payload.encode(to: encoder)
        case .responseOutputAudioTranscriptDelta(let payload): try payload.encode(to: encoder)
        case .responseOutputAudioTranscriptDone(let payload): try payload.encode(to: encoder)
        case .functionCallArgumentsDelta(let payload): try payload.encode(to: encoder)
        case .functionCallArgumentsDone(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferCleared: break
        case .unknown(_, let raw):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in raw.objectValue ?? [:] where key != "type" && key != "event_id" {
                try container.encode(value, forKey: AnyKey(key))
            }
        }
    }
}
