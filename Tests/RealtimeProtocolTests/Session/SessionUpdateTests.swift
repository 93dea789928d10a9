import RealtimeProtocol
import Testing

@Suite struct SessionUpdateTests {
    @Test(
        "an unknown member is named with its full path, at any depth",
        arguments: [
            (#"{"foo":1}"#, "foo"),
            (#"{"audio":{"foo":1}}"#, "audio.foo"),
            (#"{"audio":{"input":{"foo":{"bar":1}}}}"#, "audio.input.foo"),
            (#"{"audio":{"input":{"format":{"type":"audio/pcm","channels":2}}}}"#, "audio.input.format.channels"),
            (#"{"audio":{"input":{"transcription":{"temperature":0}}}}"#, "audio.input.transcription.temperature"),
            (#"{"audio":{"input":{"turn_detection":{"type":"server_vad","foo":1}}}}"#, "audio.input.turn_detection.foo"),
            (#"{"audio":{"output":{"pitch":1}}}"#, "audio.output.pitch"),
            (#"{"audio":{"output":{"voice":{"id":"v","foo":1}}}}"#, "audio.output.voice.foo"),
            (
                #"{"truncation":{"type":"retention_ratio","retention_ratio":1,"token_limits":{"foo":1}}}"#,
                "truncation.token_limits.foo"
            ),
            (#"{"reasoning":{"foo":1}}"#, "reasoning.foo"),
        ]
    )
    func unknown(text: String, path: String) throws {
        let update = try RealtimeCoding.decode(SessionUpdate.self, from: text)
        #expect(update.unknownParameters == [path])
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update) }
        #expect(error?.code == "unknown_parameter")
        #expect(error?.parameter == "session.\(path)")
    }

    @Test("the inside of tools, variables and trace metadata is the client's own")
    func ownInside() throws {
        let update = try RealtimeCoding.decode(
            SessionUpdate.self,
            from: #"{"tools":[{"type":"function","name":"a","strict":true}],"prompt":{"id":"p","variables":{"x":{"type":"input_text","#
                + #""text":"t"}}},"tracing":{"metadata":{"x":1}}}"#
        )
        #expect(update.unknownParameters.isEmpty)
        _ = try SessionConfiguration().merging(update)
    }

    @Test("a long unknown name is cut in the error")
    func longName() throws {
        let update = try RealtimeCoding.decode(SessionUpdate.self, from: #"{"\#(String(repeating: "x", count: 10_000))":1}"#)
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update) }
        #expect(error?.parameter?.count == 128)
    }

    @Test(
        "a member of the wrong kind is an error with its path",
        arguments: [
            (#"{"truncation":{"type":"retention_ratio","retention_ratio":"much"}}"#, "truncation.retention_ratio"),
            (#"{"prompt":{}}"#, "prompt.id"),
            (#"{"audio":{"output":{"voice":7}}}"#, "audio.output.voice"),
            (#"{"audio":{"output":{"voice":{}}}}"#, "audio.output.voice.id"),
            (#"{"audio":{"input":{"transcription":{"languages":"en"}}}}"#, "audio.input.transcription.languages"),
            (#"{"audio":[]}"#, "audio"),
        ]
    )
    func wrongKind(text: String, path: String) {
        #expect(throws: EventDecodingError.invalidField(type: "", parameter: path, eventID: nil)) {
            _ = try RealtimeCoding.decode(SessionUpdate.self, from: text)
        }
    }
}
