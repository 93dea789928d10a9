import RealtimeProtocol
import Testing

@testable import VoiceEngine

/// Items that a client brings: into the conversation, or as the input of one response.
@Suite(.timeLimit(.minutes(1))) struct ClientItemTests {
    private func create(_ item: String) -> String {
        #"{"type":"conversation.item.create","event_id":"mine","item":\#(item)}"#
    }

    private func message(_ part: RealtimeContent) -> RealtimeItem { .message(role: .user, content: [part]) }

    @Test(
        "a function's call without its name, or its result without call or output, is refused, for no model would hear of it",
        arguments: [
            (#"{"type":"function_call_output","output":"sunny"}"#, "item.call_id"),
            (#"{"type":"function_call_output","call_id":"","output":"sunny"}"#, "item.call_id"),
            (#"{"type":"function_call_output","call_id":"call_1"}"#, "item.output"),
            (#"{"type":"function_call","call_id":"call_1","arguments":"{}"}"#, "item.name"),
        ]
    )
    func missing(_ item: String, _ parameter: String) async throws {
        let client = try SocketClient()
        await client.send(create(item))
        await client.wait(for: "error")
        #expect(client.errors.map(\.code) == ["missing_required_parameter"])
        #expect(client.errors.map(\.parameter) == [parameter])
        #expect(client.errors.map(\.eventID) == ["mine"])
        #expect(!client.types.contains("conversation.item.added"))
        await client.leave()
    }

    @Test("a function that gave nothing back has a result; one whose call comes later is taken too")
    func emptyOutput() async throws {
        let client = try SocketClient()
        await client.send(create(#"{"type":"function_call_output","call_id":"call_later","output":""}"#))
        await client.wait(for: "conversation.item.done")
        #expect(client.errors.isEmpty)
        await client.leave()
    }

    @Test("a function's call without an identifier gets one, by which its result can be told")
    func namelessCall() async throws {
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.send(create(#"{"type":"function_call","name":"weather","arguments":"{}"}"#))
        await client.wait(for: "conversation.item.done")
        let calls = client.events.compactMap { event -> String? in
            if case .conversationItemDone(let done) = event { done.item.callID } else { nil }
        }
        let callID = try #require(calls.first)
        #expect(callID.hasPrefix("call_"))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        #expect(model.requests.first?.items.map(\.callID) == [callID])
        await client.leave()
    }

    @Test("an item that no event could tell of is refused, and is not there")
    func tooLarge() async throws {
        let client = try SocketClient()
        // As JSON each quotation mark takes two bytes.
        let item = RealtimeItem.message(id: "large", role: .user, content: [.inputText(String(repeating: "\"", count: 600_000))])
        await client.send(.conversationItemCreate(ConversationItemCreateEvent(item: item)), eventID: "mine")
        await client.send(.conversationItemRetrieve(ConversationItemRetrieveEvent(itemID: "large")))
        await client.wait(for: "error", count: 2)
        #expect(client.errors.map(\.code) == ["message_too_large", "item_retrieve_invalid_item_id"])
        #expect(client.errors.first?.eventID == "mine")
        await client.leave()
    }

    @Test("what a response cannot take as its input is refused, and no response begins")
    func responseInput() async throws {
        let client = try SocketClient()
        let text = message(.inputText("Look."))
        let image = message(RealtimeContent(type: .inputImage, imageURL: "data:image/png;base64,AAAA"))
        let sound = message(RealtimeContent(type: .inputAudio, audio: "AAAA"))
        let result = RealtimeItem(type: .functionCallOutput, output: "sunny")
        for item in [image, sound, result] { await client.respond(ResponseCreate(conversation: "none", input: [text, item])) }
        await client.wait(for: "error", count: 3)
        #expect(client.errors.map(\.code) == ["invalid_value", "invalid_value", "missing_required_parameter"])
        #expect(
            client.errors.map(\.parameter)
                == ["response.input[1].content", "response.input[1].content[0].audio", "response.input[1].call_id"]
        )
        #expect(!client.types.contains("response.created"))
        await client.leave()
    }

    @Test("audio with a transcript is its transcript to the model, and a call without an identifier has one")
    func transcribedInput() async throws {
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        let sound = message(RealtimeContent(type: .inputAudio, audio: "AAAA", transcript: "how are you"))
        let call = RealtimeItem(type: .functionCall, name: "weather", arguments: "{}")
        await client.respond(ResponseCreate(conversation: "none", input: [sound, call], outputModalities: ["text"]))
        await client.wait(for: "response.done")
        let items = try #require(model.requests.first).items
        #expect(items.map(\.spokenText) == ["how are you", ""])
        #expect(items.first?.content?.first?.audio == nil)
        #expect(items.last?.callID == "call_input_1")
        await client.leave()
    }
}
