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
        case "conversation.created": event = .conversationCreated(try ConversationCreatedEvent(from: decoder))
        case "input_audio_buffer.dtmf_event_received": event = .dtmfEventReceived(try DTMFEventReceivedEvent(from: decoder))
        case "mcp_list_tools.in_progress": event = .mcpListToolsInProgress(try MCPListToolsEvent(from: decoder))
        case "mcp_list_tools.completed": event = .mcpListToolsCompleted(try MCPListToolsEvent(from: decoder))
        case "mcp_list_tools.failed": event = .mcpListToolsFailed(try MCPListToolsEvent(from: decoder))
        case "response.mcp_call.in_progress": event = .mcpCallInProgress(try MCPCallEvent(from: decoder))
        case "response.mcp_call.completed": event = .mcpCallCompleted(try MCPCallEvent(from: decoder))
        case "response.mcp_call.failed": event = .mcpCallFailed(try MCPCallEvent(from: decoder))
        case "response.mcp_call_arguments.delta": event = .mcpCallArgumentsDelta(try MCPCallArgumentsDeltaEvent(from: decoder))
        case "response.mcp_call_arguments.done": event = .mcpCallArgumentsDone(try MCPCallArgumentsDoneEvent(from: decoder))
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
        case .conversationCreated(let payload): try payload.encode(to: encoder)
        case .dtmfEventReceived(let payload): try payload.encode(to: encoder)
        case .mcpListToolsInProgress(let payload): try payload.encode(to: encoder)
        case .mcpListToolsCompleted(let payload): try payload.encode(to: encoder)
        case .mcpListToolsFailed(let payload): try payload.encode(to: encoder)
        case .mcpCallInProgress(let payload): try payload.encode(to: encoder)
        case .mcpCallCompleted(let payload): try payload.encode(to: encoder)
        case .mcpCallFailed(let payload): try payload.encode(to: encoder)
        case .mcpCallArgumentsDelta(let payload): try payload.encode(to: encoder)
        case .mcpCallArgumentsDone(let payload): try payload.encode(to: encoder)
        case .inputAudioBufferCleared: break
        case .unknown(_, let raw):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in raw.objectValue ?? [:] where key != "type" && key != "event_id" {
                try container.encode(value, forKey: AnyKey(key))
            }
        }
    }
}
