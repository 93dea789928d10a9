import RealtimeProtocol
import Testing

@Suite struct ServerMessageTests {
    @Test("a recorded turn event decodes to its typed payload")
    func typed() throws {
        let message = try ServerMessage(
            text: #"{"type":"input_audio_buffer.speech_started","event_id":"event_1","audio_start_ms":1460,"item_id":"item_a"}"#
        )
        #expect(message.eventID == "event_1")
        #expect(message.event == .speechStarted(SpeechStartedEvent(audioStartMilliseconds: 1460, itemID: "item_a")))
    }

    @Test("unknown fields do not disturb a known event")
    func unknownFields() throws {
        let message = try ServerMessage(
            text: #"{"type":"response.output_audio_transcript.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"#
                + #""content_index":0,"delta":"Hello","obfuscation":"xyz"}"#
        )
        #expect(
            message.event
                == .responseOutputAudioTranscriptDelta(ResponseAudioTranscriptDeltaEvent(responseID: "r", itemID: "i", delta: "Hello"))
        )
    }

    @Test("an unknown event survives with its raw object and encodes as it came")
    func unknownEvent() throws {
        let text = #"{"event_id":"e","item_id":"i","n":[1,2.5,null,true],"type":"response.future.in_progress"}"#
        let message = try ServerMessage(text: text)
        guard case .unknown("response.future.in_progress", let raw) = message.event else {
            Issue.record("not unknown")
            return
        }
        #expect(raw["item_id"] == "i")
        #expect(message.text == text)
    }

    @Test("a known server event in an unexpected form becomes unknown instead of failing")
    func unexpectedForm() throws {
        let message = try ServerMessage(text: #"{"type":"input_audio_buffer.speech_started","audio_start_ms":"soon"}"#)
        guard case .unknown("input_audio_buffer.speech_started", _) = message.event else {
            Issue.record("not unknown")
            return
        }
    }

    @Test("a response whose usage has a new form still decodes")
    func usage() throws {
        let message = try ServerMessage(
            text: #"{"type":"response.done","response":{"id":"r","status":"cancelled","status_details":{"type":"cancelled","#
                + #""reason":"turn_detected"},"output":[{"id":"i","type":"message","role":"assistant","status":"incomplete","#
                + #""content":[{"type":"output_audio","transcript":"Hello"}]}],"metadata":{"a":"b","n":4},"usage":{"total_tokens":"many"}}}"#
        )
        guard case .responseDone(let done) = message.event else {
            Issue.record("not response.done")
            return
        }
        #expect(done.response.statusDetails?.reason == .turnDetected)
        #expect(done.response.output?.first?.spokenText == "Hello")
        #expect(done.response.metadata == ["a": "b"])
        #expect(done.response.usage == nil)
    }

    @Test(
        "a text that is no event is a typed error",
        arguments: [
            ("", EventDecodingError.notJSON), ("{", .notJSON), ("[1]", .notAnObject), ("7", .notAnObject),
            (#"{"event_id":"e"}"#, .missingType(eventID: "e")), (#"{"type":7}"#, .missingType(eventID: nil)),
        ]
    )
    func noEvent(text: String, error: EventDecodingError) {
        #expect(throws: error) { _ = try ServerMessage(text: text) }
    }

    @Test("encoding is stable and shows the nulls that the API shows")
    func stable() {
        let item = RealtimeItem.message(id: "i", role: .user, status: .completed, content: [.inputAudio(transcript: nil)])
        let message = ServerMessage(.conversationItemAdded(ConversationItemAddedEvent(item: item)), eventID: "event_1")
        #expect(
            message.text
                == #"{"event_id":"event_1","item":{"content":[{"transcript":null,"type":"input_audio"}],"id":"i","role":"user","#
                + #""status":"completed","type":"message"},"previous_item_id":null,"type":"conversation.item.added"}"#
        )
    }

    @Test("every event without fields carries only its header")
    func bare() {
        #expect(ServerMessage(.inputAudioBufferCleared, eventID: "e").text == #"{"event_id":"e","type":"input_audio_buffer.cleared"}"#)
    }

    @Test("what is encoded decodes to the same value")
    func roundTrip() throws {
        let response = RealtimeResponse(
            id: "resp_1",
            status: .cancelled,
            statusDetails: .init(type: .cancelled, reason: .clientCancelled),
            output: [.message(id: "i", role: .assistant, status: .incomplete, content: [.outputAudio(transcript: "Hel")])],
            conversationID: "conv",
            outputModalities: ["audio"],
            metadata: ["client_event_id": "x"]
        )
        let events: [ServerEvent] = [
            .responseDone(ResponseDoneEvent(response: response)),
            .error(ErrorEvent(error: RealtimeError(code: nil, message: "m", eventID: "e"))),
            .sessionCreated(SessionCreatedEvent(session: SessionConfiguration(id: "sess", model: "m", turnDetection: nil))),
            .inputAudioTranscriptionCompleted(
                InputAudioTranscriptionCompletedEvent(itemID: "i", transcript: "t", usage: RealtimeUsage(type: "duration", seconds: 1.5))
            ),
            .conversationItemTruncated(ConversationItemTruncatedEvent(itemID: "i", audioEndMilliseconds: 1200)),
            .rateLimitsUpdated(RateLimitsUpdatedEvent(rateLimits: [])),
        ]
        for event in events {
            #expect(try ServerMessage(text: ServerMessage(event, eventID: "e").text).event == event)
        }
    }
}
