import RealtimeProtocol
import Testing

@Suite struct UnrecognizedMembersTests {
    @Test(
        "unknown fields of a known event survive at their places",
        arguments: [
            #"{"type":"response.output_text.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"a","#
                + #""obfuscation":"xyz"}"#,
            #"{"type":"conversation.item.done","item":{"id":"i","type":"message","role":"assistant","object":"realtime.item","#
                + #""content":[{"type":"output_text","text":"a","annotations":[1]},{"type":"output_text","text":"b"}]}}"#,
            #"{"type":"response.done","response":{"id":"r","usage":{"total_tokens":"many"},"metadata":{"a":"b","n":4},"tier":"fast"}}"#,
            #"{"type":"input_audio_buffer.cleared","reason":"asked"}"#,
            #"{"type":"response.output_audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAEC","#
                + #""sequence":7}"#,
            #"{"type":"session.created","session":{"type":"realtime","shape":"round","audio":{"input":{"gain":2}}}}"#,
            #"{"type":"input_audio_buffer.speech_started","event_id":7,"audio_start_ms":1,"item_id":"i"}"#,
        ]
    )
    func server(text: String) throws {
        let message = try ServerMessage(text: text)
        if case .unknown(let type, _) = message.event { Issue.record("\(type) is not typed") }
        #expect(try JSONValue(message.text).contains(JSONValue(text)))
        #expect(try ServerMessage(text: message.text) == message)
    }

    @Test("so do those of a client's event")
    func client() throws {
        let text = #"{"session":{"audio":{"input":{"foo":1}},"id":"s","temperature":0.7,"type":"realtime"},"type":"session.update","x":{}}"#
        #expect(try ClientMessage(text: text).text == text)
    }

    @Test("a message does not take the members of another kind of item, and does not lose them either")
    func foreignMembers() throws {
        let text = #"{"item":{"id":"i","role":"user","tools":[{"name":"n"}],"type":"message"},"type":"conversation.item.create"}"#
        let message = try ClientMessage(text: text)
        guard case .conversationItemCreate(let create) = message.event else {
            Issue.record("not typed")
            return
        }
        #expect(create.item == RealtimeItem(id: "i", type: .message, role: .user))
        #expect(message.text == text)
    }

    @Test("a typed field that was changed since keeps its new value")
    func changed() throws {
        var message = try ServerMessage(
            text:
                #"{"type":"conversation.item.done","item":{"id":"i","type":"message","content":[{"type":"text","text":"a","x":1}],"y":2}}"#
        )
        guard case .conversationItemDone(var done) = message.event else {
            Issue.record("not typed")
            return
        }
        done.item.content = nil
        done.item.id = "j"
        message.event = .conversationItemDone(done)
        #expect(message.text == #"{"item":{"id":"j","type":"message","y":2},"previous_item_id":null,"type":"conversation.item.done"}"#)
    }
}
