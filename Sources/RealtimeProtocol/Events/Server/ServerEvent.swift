/// What a server says (GA shape; API reference, "Server events").
///
/// `ServerMessage` adds the event's own identifier and the JSON text. Events of the future arrive as `unknown`.
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
    /// `conversation.created`
    case conversationCreated(ConversationCreatedEvent)
    /// `input_audio_buffer.dtmf_event_received`
    case dtmfEventReceived(DTMFEventReceivedEvent)
    /// `mcp_list_tools.in_progress`
    case mcpListToolsInProgress(MCPListToolsEvent)
    /// `mcp_list_tools.completed`
    case mcpListToolsCompleted(MCPListToolsEvent)
    /// `mcp_list_tools.failed`
    case mcpListToolsFailed(MCPListToolsEvent)
    /// `response.mcp_call.in_progress`
    case mcpCallInProgress(MCPCallEvent)
    /// `response.mcp_call.completed`
    case mcpCallCompleted(MCPCallEvent)
    /// `response.mcp_call.failed`
    case mcpCallFailed(MCPCallEvent)
    /// `response.mcp_call_arguments.delta`
    case mcpCallArgumentsDelta(MCPCallArgumentsDeltaEvent)
    /// `response.mcp_call_arguments.done`
    case mcpCallArgumentsDone(MCPCallArgumentsDoneEvent)
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
        case .conversationCreated: "conversation.created"
        case .dtmfEventReceived: "input_audio_buffer.dtmf_event_received"
        case .mcpListToolsInProgress: "mcp_list_tools.in_progress"
        case .mcpListToolsCompleted: "mcp_list_tools.completed"
        case .mcpListToolsFailed: "mcp_list_tools.failed"
        case .mcpCallInProgress: "response.mcp_call.in_progress"
        case .mcpCallCompleted: "response.mcp_call.completed"
        case .mcpCallFailed: "response.mcp_call.failed"
        case .mcpCallArgumentsDelta: "response.mcp_call_arguments.delta"
        case .mcpCallArgumentsDone: "response.mcp_call_arguments.done"
        case .inputAudioBufferCleared: "input_audio_buffer.cleared"
        case .unknown(let type, _): type
        }
    }
}
