import RealtimeProtocol
import Testing

@Suite struct BetaClientEventTests {
    private let dialect = BetaDialect(defaultVoice: "local")

    /// The present event as JSON.
    private func present(_ text: String) throws -> JSONValue { try JSONValue(dialect.clientMessage(text: text).message.text) }

    private func session(_ members: String) throws -> JSONValue {
        try present(#"{"type":"session.update","event_id":"c1","session":\#(members)}"#)["session"] ?? .null
    }

    @Test("every event of the beta becomes a typed event of the present API, with its identifier")
    func all() throws {
        for line in try Fixture.betaClientEvents.lines() {
            let message = try dialect.clientMessage(text: line).message
            if case .unknown(let type, _) = message.event { Issue.record("\(type) is unknown") }
            #expect(message.eventID == (try JSONValue(line)["event_id"]?.stringValue))
        }
    }

    @Test(
        "each flat member of a session has its place",
        arguments: [
            (#"{"modalities":["text","audio"]}"#, #"{"output_modalities":["audio"],"type":"realtime"}"#),
            (#"{"modalities":["text"]}"#, #"{"output_modalities":["text"],"type":"realtime"}"#),
            (#"{"output_modalities":["audio"]}"#, #"{"output_modalities":["audio"],"type":"realtime"}"#),
            (#"{"instructions":"hi"}"#, #"{"instructions":"hi","type":"realtime"}"#),
            (#"{"voice":"alloy"}"#, #"{"audio":{"output":{"voice":"alloy"}},"type":"realtime"}"#),
            (#"{"speed":1.5}"#, #"{"audio":{"output":{"speed":1.5}},"type":"realtime"}"#),
            (
                #"{"input_audio_format":"pcm16"}"#,
                #"{"audio":{"input":{"format":{"rate":24000,"type":"audio/pcm"}}},"type":"realtime"}"#
            ),
            (#"{"input_audio_format":"g711_ulaw"}"#, #"{"audio":{"input":{"format":{"type":"audio/pcmu"}}},"type":"realtime"}"#),
            (#"{"output_audio_format":"g711_alaw"}"#, #"{"audio":{"output":{"format":{"type":"audio/pcma"}}},"type":"realtime"}"#),
            (
                #"{"input_audio_transcription":{"model":"whisper-1"}}"#,
                #"{"audio":{"input":{"transcription":{"language":null,"model":"whisper-1","prompt":null}}},"type":"realtime"}"#
            ),
            (#"{"input_audio_transcription":null}"#, #"{"audio":{"input":{"transcription":null}},"type":"realtime"}"#),
            (
                #"{"input_audio_noise_reduction":{"type":"far_field"}}"#,
                #"{"audio":{"input":{"noise_reduction":{"type":"far_field"}}},"type":"realtime"}"#
            ),
            (#"{"turn_detection":null}"#, #"{"audio":{"input":{"turn_detection":null}},"type":"realtime"}"#),
            (#"{"turn_detection":{"type":"none"}}"#, #"{"audio":{"input":{"turn_detection":null}},"type":"realtime"}"#),
            (#"{"max_response_output_tokens":"inf"}"#, #"{"max_output_tokens":"inf","type":"realtime"}"#),
            (#"{"max_output_tokens":7}"#, #"{"max_output_tokens":7,"type":"realtime"}"#),
            (#"{"temperature":0.7}"#, #"{"type":"realtime"}"#),
            (
                #"{"tools":[{"type":"function","name":"a","parameters":{}}],"tool_choice":"auto"}"#,
                #"{"tool_choice":"auto","tools":[{"name":"a","parameters":{},"type":"function"}],"type":"realtime"}"#
            ),
        ]
    )
    func member(beta: String, expected: String) throws {
        #expect(RealtimeCoding.encode(try session(beta)) == expected)
    }

    @Test("turn detection without a type is that of the server")
    func turnDetectionType() throws {
        let detection = try session(#"{"turn_detection":{"silence_duration_ms":700}}"#)["audio"]?["input"]?["turn_detection"]
        #expect(detection?["type"] == "server_vad")
        #expect(detection?["silence_duration_ms"] == 700)
    }

    @Test("voices that only text-to-speech has become the default voice, with a notice", arguments: ["fable", "onyx", "nova"])
    func voices(name: String) throws {
        let update = try dialect.clientMessage(text: #"{"type":"session.update","session":{"voice":"\#(name)"}}"#)
        #expect(update.notices == [.voiceReplaced])
        #expect(try JSONValue(update.message.text)["session"]?["audio"]?["output"]?["voice"] == "local")
        let create = try dialect.clientMessage(text: #"{"type":"response.create","response":{"voice":"\#(name)"}}"#)
        #expect(create.notices == [.voiceReplaced])
    }

    @Test("temperature is ignored with a notice, in range or not", arguments: ["0.7", "2", "\"hot\""])
    func temperature(value: String) throws {
        let notices = try dialect.clientMessage(text: #"{"type":"session.update","session":{"temperature":\#(value)}}"#).notices
        #expect(notices == [.temperatureIgnored])
    }

    @Test("what the seeds send passes the rules of the present API")
    func seeds() throws {
        let text =
            #"{"type":"session.update","session":{"modalities":["text","audio"],"instructions":"i","voice":"nova","input_audio_format":"#
            + #""pcm16","output_audio_format":"pcm16","input_audio_transcription":{"model":"whisper-1"},"turn_detection":{"type":"#
            + #""server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500},"temperature":0.7,"#
            + #""max_response_output_tokens":4096,"tools":[],"tool_choice":"auto"}}"#
        guard case .sessionUpdate(let update) = try dialect.clientMessage(text: text).message.event else {
            Issue.record("not an update")
            return
        }
        let merged = try SessionConfiguration().merging(update.session)
        #expect(merged.voice == "local")
        #expect(merged.maximumOutputTokens == 4096)
    }

    @Test("16, 24 or 48 kHz by name: what is no format of the beta is refused as in the present API")
    func formats() throws {
        guard
            case .sessionUpdate(let update) = try dialect.clientMessage(
                text: #"{"type":"session.update","session":{"input_audio_format":"pcm48"}}"#
            ).message.event
        else { return }
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update.session) }
        #expect(error?.code == "invalid_value")
    }

    @Test("transcription_session.update makes an update of a transcription session")
    func transcription() throws {
        let text =
            #"{"type":"transcription_session.update","session":{"input_audio_format":"pcm16","modalities":["text"],"#
            + #""input_audio_transcription":{"model":"gpt-4o-transcribe"},"turn_detection":null,"include":[]}}"#
        guard case .sessionUpdate(let update) = try dialect.clientMessage(text: text).message.event else {
            Issue.record("not an update")
            return
        }
        let merged = try SessionConfiguration.transcription().merging(update.session)
        #expect(merged.transcription?.model == "gpt-4o-transcribe")
        #expect(merged.turnDetection == nil)
    }

    @Test("response.create takes both spellings of its limit, and the beta's names")
    func response() throws {
        for limit in ["max_output_tokens", "max_response_output_tokens"] {
            let text =
                #"{"type":"response.create","response":{"modalities":["text","audio"],"voice":"ash","output_audio_format":"pcm16","#
                + #""\#(limit)":200,"temperature":0.7,"instructions":"say hi","metadata":{"a":"b"},"conversation":"none","#
                + #""input":[{"type":"message","role":"assistant","content":[{"type":"text","text":"Hi."}]}]}}"#
            guard case .responseCreate(let create) = try dialect.clientMessage(text: text).message.event else {
                Issue.record("not a response")
                return
            }
            #expect(create.response?.outputModalities == ["audio"])
            #expect(create.response?.audio?.output?.voice == "ash")
            #expect(create.response?.audio?.output?.format == .pcm)
            #expect(create.response?.maximumOutputTokens == 200)
            #expect(create.response?.metadata == ["a": "b"])
            #expect(create.response?.input?.first?.content == [.outputText("Hi.")])
        }
    }

    @Test("items get the types of the present API by their role")
    func items() throws {
        func type(_ role: String, _ type: String) throws -> JSONValue? {
            try present(
                #"{"type":"conversation.item.create","item":{"type":"message","role":"\#(role)","content":[{"type":"\#(type)","text":"t"}]}}"#
            )["item"]?["content"]?.arrayValue?.first?["type"]
        }
        #expect(try type("assistant", "text") == "output_text")
        #expect(try type("assistant", "audio") == "output_audio")
        #expect(try type("user", "text") == "input_text")
        #expect(try type("user", "input_audio") == "input_audio")
    }

    @Test(
        "an event that never existed is named, and the data channel's append is taken",
        arguments: [
            #"{"type":"input_audio_buffer.finalize"}"#, #"{"audio":"AAAA","type":"input_audio_buffer.append"}"#,
        ]
    )
    func unchanged(text: String) throws {
        #expect(try dialect.clientMessage(text: text).message.text == text)
    }

    @Test("errors name the parameter as the client sent it")
    func parameters() {
        for (session, parameter) in [
            (#"{"voice":7}"#, "session.voice"), (#"{"speed":"x"}"#, "session.speed"),
            (#"{"turn_detection":{"threshold":"x"}}"#, "session.turn_detection.threshold"),
            (#"{"input_audio_transcription":{"model":1}}"#, "session.input_audio_transcription.model"),
            (#"{"input_audio_format":7}"#, "session.input_audio_format"), (#"{"modalities":7}"#, "session.modalities"),
        ] {
            #expect(throws: EventDecodingError.invalidField(type: "session.update", parameter: parameter, eventID: "c1")) {
                _ = try dialect.clientMessage(text: #"{"type":"session.update","event_id":"c1","session":\#(session)}"#)
            }
        }
    }
}
