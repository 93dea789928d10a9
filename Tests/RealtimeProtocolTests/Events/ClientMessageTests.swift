import RealtimeProtocol
import Testing

@Suite struct ClientMessageTests {
    @Test("the conductor's response.create keeps its metadata")
    func responseCreate() throws {
        let message = try ClientMessage(
            text: #"{"type":"response.create","event_id":"c1","response":{"metadata":{"viva_say":"Hello."},"output_modalities":["audio"]}}"#
        )
        guard case .responseCreate(let create) = message.event else {
            Issue.record("not response.create")
            return
        }
        #expect(message.eventID == "c1")
        #expect(create.response?.metadata == ["viva_say": "Hello."])
    }

    @Test("a known event with a bad field names the field and the event")
    func badField() {
        #expect(
            throws: EventDecodingError.invalidField(
                type: "conversation.item.truncate",
                parameter: "audio_end_ms",
                eventID: "c2"
            )
        ) {
            _ = try ClientMessage(text: #"{"type":"conversation.item.truncate","event_id":"c2","item_id":"i","audio_end_ms":"x"}"#)
        }
        #expect(throws: EventDecodingError.invalidField(type: "conversation.item.create", parameter: "item.type", eventID: nil)) {
            _ = try ClientMessage(text: #"{"type":"conversation.item.create","item":{}}"#)
        }
    }

    @Test(
        "a number that does not fit its field is named, not taken for broken JSON",
        arguments: ["1.5", "1e300", "99999999999999999999", "1e400"]
    )
    func misfit(number: String) {
        let text = #"{"type":"conversation.item.truncate","event_id":"c2","item_id":"i","audio_end_ms":\#(number)}"#
        #expect(
            throws: EventDecodingError.invalidField(type: "conversation.item.truncate", parameter: "audio_end_ms", eventID: "c2")
        ) { _ = try ClientMessage(text: text) }
    }

    @Test("an event that does not exist survives as unknown")
    func unknown() throws {
        #expect(try ClientMessage(text: #"{"type":"input_audio_buffer.finalize"}"#).event.type == "input_audio_buffer.finalize")
    }

    @Test("deeply nested input is refused and does not trap")
    func nesting() {
        let text = #"{"type":"x","a":"# + String(repeating: "[", count: 100_000)
        #expect(throws: EventDecodingError.self) { _ = try ClientMessage(text: text) }
    }

    @Test("client events encode with the names of the API")
    func encode() {
        #expect(ClientMessage(.outputAudioBufferClear).text == #"{"type":"output_audio_buffer.clear"}"#)
        #expect(
            ClientMessage(.responseCancel(ResponseCancelEvent(responseID: "r")), eventID: "e").text
                == #"{"event_id":"e","response_id":"r","type":"response.cancel"}"#
        )
    }
}
