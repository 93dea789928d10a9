import RealtimeProtocol
import Testing

@Suite struct BetaServerEventTests {
    private let dialect = BetaDialect()

    private func beta(_ event: ServerEvent) throws -> [JSONValue] {
        try dialect.serverMessages(for: ServerMessage(event, eventID: "event_1")).map { try JSONValue($0.text) }
    }

    @Test("a beta client is told nothing that its reference does not have")
    func vocabulary() throws {
        let known = Set(try Fixture.betaServerEvents.lines().compactMap { try JSONValue($0)["type"]?.stringValue })
        for line in try Fixture.serverEvents.lines() {
            let message = try ServerMessage(text: line)
            for translated in dialect.serverMessages(for: message) {
                #expect(known.contains(translated.event.type))
                #expect(translated.eventID == message.eventID)
                let names = try #require(JSONValue(translated.text)["item"]?.objectValue?.keys ?? [:].keys)
                #expect(!names.contains("server_label"))
            }
        }
    }

    @Test(
        "names change as the reference says, and the rest stays",
        arguments: [
            ("response.output_text.delta", "response.text.delta"), ("response.output_text.done", "response.text.done"),
            ("response.output_audio.delta", "response.audio.delta"), ("response.output_audio.done", "response.audio.done"),
            ("response.output_audio_transcript.delta", "response.audio_transcript.delta"),
            ("response.output_audio_transcript.done", "response.audio_transcript.done"),
            ("input_audio_buffer.speech_started", "input_audio_buffer.speech_started"),
            ("output_audio_buffer.cleared", "output_audio_buffer.cleared"),
            ("response.function_call_arguments.done", "response.function_call_arguments.done"),
            ("response.content_part.added", "response.content_part.added"),
            ("rate_limits.updated", "rate_limits.updated"),
        ]
    )
    func names(present: String, beta: String) throws {
        let line = try #require(try Fixture.serverEvents.lines().first { try JSONValue($0)["type"] == .string(present) })
        let translated = try dialect.serverMessages(for: ServerMessage(text: line)).map { try JSONValue($0.text) }
        var expected = try JSONValue(line).objectValue ?? [:]
        expected["type"] = .string(beta)
        #expect(translated == [.object(expected)])
    }

    @Test(
        "what the beta does not have is not sent",
        arguments: [
            "conversation.item.done", "input_audio_buffer.timeout_triggered", "input_audio_buffer.dtmf_event_received",
            "conversation.item.input_audio_transcription.segment", "mcp_list_tools.completed", "response.mcp_call.failed",
            "response.mcp_call_arguments.delta",
        ]
    )
    func dropped(type: String) throws {
        let line = try #require(try Fixture.serverEvents.lines().first { try JSONValue($0)["type"] == .string(type) })
        #expect(try dialect.serverMessages(for: ServerMessage(text: line)).isEmpty)
        #expect(try dialect.serverMessages(for: ServerMessage(text: #"{"type":"response.future"}"#)).isEmpty)
    }

    @Test("an added item is a created one, with the beta's content types and its object")
    func item() throws {
        let item = RealtimeItem.message(
            id: "i",
            role: .assistant,
            status: .completed,
            content: [.outputText("a"), .outputAudio(transcript: "b")]
        )
        let translated = try beta(.conversationItemAdded(ConversationItemAddedEvent(item: item, previousItemID: "h")))
        #expect(
            translated.map(RealtimeCoding.encode) == [
                #"{"event_id":"event_1","item":{"content":[{"text":"a","type":"text"},{"transcript":"b","type":"audio"}],"id":"i","#
                    + #""object":"realtime.item","role":"assistant","status":"completed","type":"message"},"previous_item_id":"h","#
                    + #""type":"conversation.item.created"}"#
            ]
        )
        let user = RealtimeItem.message(id: "u", role: .user, content: [.inputAudio(transcript: nil)])
        let content = try beta(.conversationItemAdded(ConversationItemAddedEvent(item: user))).first?["item"]?["content"]
        #expect(content?.arrayValue?.first?["type"] == "input_audio")
    }

    @Test("items of MCP servers are left out")
    func mcp() throws {
        let call = RealtimeItem(id: "i", type: .mcpCall, name: "n", arguments: "{}", serverLabel: "s")
        #expect(try beta(.conversationItemAdded(ConversationItemAddedEvent(item: call))).isEmpty)
        let response = RealtimeResponse(id: "r", status: .completed, output: [call])
        #expect(try beta(.responseDone(ResponseDoneEvent(response: response))).first?["response"]?["output"] == [])
    }

    @Test("a session is flat")
    func session() throws {
        let session = SessionConfiguration(
            id: "sess_1",
            model: "m",
            expiresAt: 7,
            instructions: "i",
            inputFormat: .pcmu,
            transcription: InputTranscription(model: "whisper-1", languages: ["en"]),
            noiseReduction: ["type": "near_field", "strength": 1],
            voice: "alloy",
            tools: [["type": "function", "name": "a"], ["type": "mcp", "server_label": "s"]],
            truncation: .auto
        )
        let translated = try beta(.sessionCreated(SessionCreatedEvent(session: session)))
        #expect(
            translated.first?["session"].map { RealtimeCoding.encode($0) }
                == #"{"expires_at":7,"id":"sess_1","include":null,"input_audio_format":"g711_ulaw","input_audio_noise_reduction":"#
                + #"{"type":"near_field"},"input_audio_transcription":{"language":null,"model":"whisper-1","prompt":null},"#
                + #""instructions":"i","max_response_output_tokens":"inf","modalities":["audio","text"],"model":"m","object":"#
                + #""realtime.session","output_audio_format":"pcm16","speed":1,"tool_choice":"auto","tools":[{"name":"a","type":"#
                + #""function"}],"tracing":null,"turn_detection":{"create_response":true,"interrupt_response":true,"prefix_padding_ms":"#
                + #"300,"silence_duration_ms":500,"threshold":0.5,"type":"server_vad"},"voice":"alloy"}"#
        )
    }

    @Test("a changed transcription session has its own event and no voice")
    func transcriptionSession() throws {
        let translated = try beta(.sessionUpdated(SessionUpdatedEvent(session: .transcription(id: "s", turnDetection: nil))))
        #expect(translated.first?["type"] == "transcription_session.updated")
        #expect(translated.first?["session"]?["input_audio_format"] == "pcm16")
        #expect(translated.first?["session"]?["voice"] == nil)
        #expect(translated.first?["session"]?["turn_detection"] == .null)
    }

    @Test("a response has the beta's names, its metadata and the name of its tool calls")
    func response() throws {
        let response = RealtimeResponse(
            id: "r",
            status: .completed,
            output: [.message(id: "i", role: .assistant, content: [.outputAudio(transcript: "b")])],
            outputModalities: ["audio"],
            metadata: ["client_event_id": "x"],
            audio: .init(output: .init(format: .pcma, voice: "voice_1", voiceIsIdentifier: true)),
            maximumOutputTokens: 7
        )
        let translated = try beta(.responseDone(ResponseDoneEvent(response: response))).first?["response"]
        #expect(translated?["modalities"] == ["audio", "text"])
        #expect(translated?["voice"] == "voice_1")
        #expect(translated?["output_audio_format"] == "g711_alaw")
        #expect(translated?["max_output_tokens"] == 7)
        #expect(translated?["metadata"] == ["client_event_id": "x"])
        #expect(translated?["audio"] == nil)
        #expect(translated?["output_modalities"] == nil)
        #expect(translated?["output"]?.arrayValue?.first?["content"]?.arrayValue?.first?["type"] == "audio")
        let call = FunctionCallArgumentsDoneEvent(responseID: "r", itemID: "i", callID: "c", name: "end", arguments: "{}")
        #expect(try beta(.functionCallArgumentsDone(call)).first?["name"] == "end")
    }

    @Test(
        "an error names the parameter as the beta does",
        arguments: [
            ("session.audio.output.voice", "session.voice"), ("session.audio.input.format.rate", "session.input_audio_format"),
            ("session.audio.input.turn_detection.threshold", "session.turn_detection.threshold"),
            ("response.max_output_tokens", "response.max_response_output_tokens"), ("item.role", "item.role"),
            ("session.tools[0].name", "session.tools[0].name"),
        ]
    )
    func error(present: String, parameter: String) throws {
        let error = RealtimeError.invalidValue(present, "m")
        #expect(try beta(.error(ErrorEvent(error: error))).first?["error"]?["param"] == .string(parameter))
    }
}
