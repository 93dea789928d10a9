import RealtimeProtocol
import Testing

@Suite struct SessionValidationTests {
    private func merged(_ text: String, into session: SessionConfiguration = SessionConfiguration()) throws -> SessionConfiguration {
        try session.merging(RealtimeCoding.decode(SessionUpdate.self, from: text))
    }

    @Test(
        "every member of the API is kept and shown again",
        arguments: [
            #"{"truncation":"auto"}"#,
            #"{"truncation":"disabled"}"#,
            #"{"truncation":{"retention_ratio":0.8,"token_limits":{"post_instructions":8000},"type":"retention_ratio"}}"#,
            #"{"prompt":{"id":"pmpt_1","variables":{"name":"Ada"},"version":"2"}}"#,
            #"{"tracing":"auto"}"#,
            #"{"tracing":{"group_id":"g","metadata":{"a":1},"workflow_name":"w"}}"#,
            #"{"include":["item.input_audio_transcription.logprobs"]}"#,
            #"{"reasoning":{"effort":"xhigh"}}"#,
            #"{"parallel_tool_calls":false}"#,
            #"{"max_output_tokens":4096}"#,
            #"{"max_output_tokens":"inf"}"#,
            #"{"output_modalities":["text"]}"#,
            #"{"tool_choice":"required"}"#,
            #"{"tool_choice":{"name":"end","type":"function"}}"#,
            #"{"tool_choice":{"server_label":"s","type":"mcp"}}"#,
            #"{"tools":[{"name":"end","parameters":{},"type":"function"},{"server_label":"s","type":"mcp"}]}"#,
            #"{"tools":[]}"#,
            #"{"audio":{"input":{"format":{"rate":24000,"type":"audio/pcm"}}}}"#,
            #"{"audio":{"input":{"format":{"type":"audio/pcmu"}},"output":{"format":{"type":"audio/pcma"}}}}"#,
            #"{"audio":{"input":{"noise_reduction":{"type":"far_field"}}}}"#,
            #"{"audio":{"input":{"noise_reduction":{"strength":0.5,"type":"near_field"}}}}"#,
            #"{"audio":{"input":{"noise_reduction":null,"transcription":null,"turn_detection":null}}}"#,
            #"{"audio":{"output":{"voice":{"id":"voice_1"}}}}"#,
            #"{"audio":{"output":{"speed":0.25,"voice":"cedar"}}}"#,
            #"{"audio":{"input":{"transcription":{"delay":"low","keywords":["Swift"],"language":"de","languages":["de","en"],"model":"m","#
                + #""prompt":"p"}}}}"#,
        ]
    )
    func kept(text: String) throws {
        let shown = try RealtimeCoding.decode(JSONValue.self, from: RealtimeCoding.encode(merged(text)))
        let sent = try RealtimeCoding.decode(JSONValue.self, from: text)
        #expect(shown.contains(sent))
        // The update itself survives, too.
        let update = try RealtimeCoding.decode(SessionUpdate.self, from: text)
        #expect(RealtimeCoding.encode(update) == text)
    }

    @Test("audio/pcm without a rate means 24000")
    func pcmRate() throws {
        #expect(try merged(#"{"audio":{"input":{"format":{"type":"audio/pcm"}}}}"#).inputFormat == .pcm)
    }

    @Test("null clears prompt and tracing")
    func cleared() throws {
        let session = SessionConfiguration(prompt: PromptReference(id: "p"), tracing: .auto)
        let merged = try merged(#"{"prompt":null,"tracing":null}"#, into: session)
        #expect(merged.prompt == nil)
        #expect(merged.tracing == nil)
    }

    @Test(
        "a value outside the API is refused with its path",
        arguments: [
            (#"{"truncation":"sometimes"}"#, "session.truncation"),
            (#"{"truncation":{"type":"retention_ratio","retention_ratio":1.5}}"#, "session.truncation.retention_ratio"),
            (
                #"{"truncation":{"type":"retention_ratio","retention_ratio":1,"token_limits":{"post_instructions":-1}}}"#,
                "session.truncation.token_limits.post_instructions"
            ),
            (#"{"prompt":{"id":""}}"#, "session.prompt.id"),
            (#"{"tracing":7}"#, "session.tracing"),
            (#"{"include":["everything"]}"#, "session.include"),
            (#"{"reasoning":{"effort":"extreme"}}"#, "session.reasoning.effort"),
            (#"{"max_output_tokens":0}"#, "session.max_output_tokens"),
            (#"{"max_output_tokens":4097}"#, "session.max_output_tokens"),
            (#"{"max_output_tokens":"many"}"#, "session.max_output_tokens"),
            (#"{"audio":{"input":{"format":{"type":"audio/pcm","rate":16000}}}}"#, "session.audio.input.format.rate"),
            (#"{"audio":{"input":{"format":{"type":"audio/pcmu","rate":24000}}}}"#, "session.audio.input.format.rate"),
            (#"{"audio":{"output":{"format":{"type":"audio/opus"}}}}"#, "session.audio.output.format.type"),
            (#"{"audio":{"output":{"voice":""}}}"#, "session.audio.output.voice"),
            (#"{"audio":{"input":{"noise_reduction":{"type":"desk"}}}}"#, "session.audio.input.noise_reduction.type"),
            (#"{"audio":{"input":{"noise_reduction":"near_field"}}}"#, "session.audio.input.noise_reduction"),
            (#"{"audio":{"input":{"transcription":{"delay":"never"}}}}"#, "session.audio.input.transcription.delay"),
            (
                #"{"audio":{"input":{"turn_detection":{"type":"semantic_vad","eagerness":"keen"}}}}"#,
                "session.audio.input.turn_detection.eagerness"
            ),
            (#"{"tools":[{"type":"function"}]}"#, "session.tools[0].name"),
            (#"{"tools":[{"type":"function","name":"a"},{"type":"function","name":""}]}"#, "session.tools[1].name"),
            (#"{"tools":[{"type":"function","name":"a","parameters":[]}]}"#, "session.tools[0].parameters"),
            (#"{"tools":[{"type":"mcp"}]}"#, "session.tools[0].server_label"),
            (#"{"tools":[{"type":"web_search"}]}"#, "session.tools[0].type"),
            (#"{"tools":["end"]}"#, "session.tools[0]"),
            (#"{"tool_choice":"sometimes"}"#, "session.tool_choice"),
            (#"{"tool_choice":{"type":"function"}}"#, "session.tool_choice.name"),
            (#"{"tool_choice":{"type":"mcp"}}"#, "session.tool_choice.server_label"),
        ]
    )
    func refused(text: String, parameter: String) throws {
        let update = try RealtimeCoding.decode(SessionUpdate.self, from: text)
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update) }
        #expect(error?.parameter == parameter)
        #expect(error?.code == "invalid_value" || error?.code == "missing_required_parameter")
    }

    @Test("the number, the names and the size of tools are limited")
    func toolLimits() {
        func refusal(_ tools: [JSONValue]) -> String? {
            #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(SessionUpdate(tools: tools)) }?.parameter
        }
        #expect(refusal((0...128).map { ["name": .string("tool\($0)")] }) == "session.tools")
        #expect(refusal([["name": .string(String(repeating: "n", count: 65))]]) == "session.tools[0].name")
        #expect(refusal([["name": "big", "description": .string(String(repeating: "d", count: 65_536))]]) == "session.tools")
    }

    @Test("updates that are small each cannot make a session too large to show")
    func sessionSize() throws {
        let text = String(repeating: "x", count: 200_000)
        var session = try SessionConfiguration().merging(SessionUpdate(instructions: text))
        session = try session.merging(SessionUpdate(prompt: .set(PromptReference(id: "p", variables: ["a": .string(text)]))))
        let update = SessionUpdate(tracing: .set(.configured(Tracing.Names(workflowName: text))))
        let error = #expect(throws: RealtimeError.self) { try session.merging(update) }
        #expect(error?.parameter == "session")
        #expect(ServerMessage(.sessionUpdated(SessionUpdatedEvent(session: session))).isWithinLimit)
    }

    @Test("the numbers of languages and keywords are limited")
    func hintLimits() {
        let many = (0...256).map { "word\($0)" }
        for transcription in [InputTranscription(languages: many), InputTranscription(keywords: many)] {
            let update = SessionUpdate(input: .init(transcription: .set(transcription)))
            #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update) }
        }
    }

    @Test("a response's own settings follow the same rules", arguments: ["max_output_tokens", "output_modalities", "tools", "metadata"])
    func response(member: String) {
        var create = ResponseCreate()
        switch member {
        case "max_output_tokens": create.maximumOutputTokens = 5_000
        case "output_modalities": create.outputModalities = ["audio", "text"]
        case "tools": create.tools = [["type": "function"]]
        default: create.metadata = ["key": String(repeating: "v", count: 513)]
        }
        let error = #expect(throws: RealtimeError.self) { try create.validate() }
        #expect(error?.parameter?.hasPrefix("response.\(member)") == true)
        #expect(throws: Never.self) { try ResponseCreate(metadata: ["key": "value"], maximumOutputTokens: "inf").validate() }
    }
}
