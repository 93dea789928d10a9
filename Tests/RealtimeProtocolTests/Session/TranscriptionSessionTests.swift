import RealtimeProtocol
import Testing

@Suite struct TranscriptionSessionTests {
    private func update(_ text: String) throws -> SessionUpdate { try RealtimeCoding.decode(SessionUpdate.self, from: text) }

    @Test("an update of type transcription makes a transcription session")
    func created() throws {
        let session = try SessionConfiguration.created(
            by: update(
                #"{"type":"transcription","audio":{"input":{"transcription":{"model":"whisper-1","language":"en"}}},"#
                    + #""include":["item.input_audio_transcription.logprobs"]}"#
            )
        )
        #expect(session.type == "transcription")
        #expect(session.transcription == InputTranscription(model: "whisper-1", language: "en"))
    }

    @Test("it shows its input alone")
    func encoded() throws {
        let session = SessionConfiguration.transcription(
            id: "sess_1",
            expiresAt: 7,
            transcription: InputTranscription(model: "m"),
            turnDetection: nil
        )
        #expect(
            RealtimeCoding.encode(session)
                == #"{"audio":{"input":{"format":{"rate":24000,"type":"audio/pcm"},"noise_reduction":null,"transcription":"#
                + #"{"language":null,"model":"m","prompt":null},"turn_detection":null}},"expires_at":7,"id":"sess_1","include":null,"#
                + #""object":"realtime.transcription_session","type":"transcription"}"#
        )
        #expect(try RealtimeCoding.decode(SessionConfiguration.self, from: RealtimeCoding.encode(session)) == session)
    }

    @Test("a client may echo the session that it got")
    func echo() throws {
        let session = SessionConfiguration.transcription(id: "sess_1", expiresAt: 7, include: [])
        #expect(try session.merging(update(RealtimeCoding.encode(session))) == session)
    }

    @Test(
        "what only a conversation has is an unknown parameter",
        arguments: [
            (#"{"model":"m"}"#, "session.model"),
            (#"{"instructions":"be kind"}"#, "session.instructions"),
            (#"{"output_modalities":["text"]}"#, "session.output_modalities"),
            (#"{"audio":{"output":{"voice":"marin"}}}"#, "session.audio.output"),
            (#"{"tools":[]}"#, "session.tools"),
            (#"{"tool_choice":"auto"}"#, "session.tool_choice"),
            (#"{"max_output_tokens":1}"#, "session.max_output_tokens"),
            (#"{"truncation":"auto"}"#, "session.truncation"),
            (#"{"prompt":{"id":"p"}}"#, "session.prompt"),
            (#"{"tracing":"auto"}"#, "session.tracing"),
            (#"{"reasoning":{}}"#, "session.reasoning"),
            (#"{"parallel_tool_calls":true}"#, "session.parallel_tool_calls"),
        ]
    )
    func refused(text: String, parameter: String) throws {
        let update = try update(text)
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration.transcription().merging(update) }
        #expect(error?.code == "unknown_parameter")
        #expect(error?.parameter == parameter)
    }

    @Test("a session cannot change its type, and there is no third type")
    func fixedType() throws {
        let pairs: [(SessionConfiguration, String)] = [
            (.transcription(), "realtime"), (SessionConfiguration(), "transcription"), (SessionConfiguration(), "translation"),
        ]
        for (session, type) in pairs {
            let error = #expect(throws: RealtimeError.self) { try session.merging(SessionUpdate(type: type)) }
            #expect(error?.code == "invalid_value")
            #expect(error?.parameter == "session.type")
        }
    }
}
