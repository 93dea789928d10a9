import RealtimeProtocol
import Testing

@testable import VoiceEngine

/// Every event of a session, member by member, as a client on a socket is told them: see the files in `Golden`.
@Suite(.timeLimit(.minutes(1))) struct GoldenSequenceTests {
    private static func say(_ text: String) -> ResponseCreate { ResponseCreate(metadata: ["viva_say": text]) }

    private static var automatic: SessionConfiguration {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        return configuration
    }

    private func finish(_ client: SocketClient, _ name: String) async throws {
        await client.leave()
        try GoldenSequence(client.texts).expect(name)
    }

    @Test("a spoken response")
    func spoken() async throws {
        let client = try SocketClient()
        await client.respond(Self.say("Hello there."))
        await client.wait(for: "response.done")
        try await finish(client, "spoken-response")
    }

    @Test("a written response to a written message")
    func written() async throws {
        let model = ScriptedReplyModel([
            .text("It is "), .text("noon."), .usage(ReplyUsage(inputTokens: 12, outputTokens: 4)), .finished(.completed),
        ])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.send(
            .conversationItemCreate(
                ConversationItemCreateEvent(item: .message(id: "item_mine", role: .user, content: [.inputText("What time is it?")]))
            )
        )
        await client.wait(for: "conversation.item.done")
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        try await finish(client, "written-response")
    }

    @Test("a spoken turn that is answered")
    func turn() async throws {
        let client = try SocketClient(texts: ["hello engine"], configuration: Self.automatic)
        client.speechToText.hold()
        await client.speak(20, loud: true)
        await client.speak(30, loud: false)
        await client.wait(for: "response.created")
        client.speechToText.release()
        await client.wait(for: "response.done")
        try await finish(client, "spoken-turn")
    }

    @Test("a turn that the client ends by hand")
    func manual() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = nil
        let client = try SocketClient(texts: ["by hand"], configuration: configuration)
        await client.send(.inputAudioBufferCommit, eventID: "early")
        await client.wait(for: "error")
        await client.speak(20, loud: true)
        await client.send(.inputAudioBufferCommit)
        await client.wait(for: "conversation.item.input_audio_transcription.completed")
        await client.speak(5, loud: true)
        await client.send(.inputAudioBufferClear)
        await client.wait(for: "input_audio_buffer.cleared")
        try await finish(client, "manual-turn")
    }

    @Test("a function call and its result")
    func functionCall() async throws {
        let model = ScriptedReplyModel([
            .functionCall(index: 0, callID: "call_weather", name: "weather"), .functionArguments(index: 0, delta: "{\"city\":"),
            .functionArguments(index: 0, delta: "\"Rome\"}"), .finished(.completed),
        ])
        var configuration = Call.configuration
        configuration.tools = [["type": "function", "name": "weather", "parameters": [:]]]
        let client = try SocketClient(configuration: configuration, replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(toolChoice: "required"))
        await client.wait(for: "response.done")
        await client.send(
            .conversationItemCreate(
                ConversationItemCreateEvent(item: RealtimeItem(type: .functionCallOutput, callID: "call_weather", output: "sunny"))
            )
        )
        await client.wait(for: "conversation.item.done", count: 2)
        try await finish(client, "function-call")
    }

    @Test("a response that is cancelled, and a cancel with nothing to cancel")
    func cancelled() async throws {
        let model = ScriptedReplyModel([.text("One. ")], isHeld: true)
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.output_text.delta")
        await client.send(.responseCancel(ResponseCancelEvent()))
        await client.wait(for: "response.done")
        await client.send(.responseCancel(ResponseCancelEvent()), eventID: "again")
        await client.wait(for: "error")
        try await finish(client, "cancelled-response")
    }

    @Test("a response outside of the conversation")
    func outOfBand() async throws {
        let client = try SocketClient()
        await client.respond(
            ResponseCreate(conversation: "none", metadata: ["topic": "side", "viva_say": "Aside."], outputModalities: ["text"])
        )
        await client.wait(for: "response.done")
        try await finish(client, "out-of-band-response")
    }

    @Test("a model that fails")
    func failed() async throws {
        let model = ScriptedReplyModel([.text("Half")], fails: true)
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        try await finish(client, "failed-response")
    }

    @Test("an item that is created, retrieved, truncated in vain and deleted")
    func items() async throws {
        let client = try SocketClient()
        let item = RealtimeItem.message(id: "item_note", role: .user, content: [.inputText("A note.")])
        await client.send(.conversationItemCreate(ConversationItemCreateEvent(item: item, previousItemID: "root")))
        await client.send(.conversationItemCreate(ConversationItemCreateEvent(item: item)), eventID: "twice")
        await client.send(.conversationItemRetrieve(ConversationItemRetrieveEvent(itemID: "item_note")))
        await client.send(
            .conversationItemTruncate(ConversationItemTruncateEvent(itemID: "item_note", audioEndMilliseconds: 10)),
            eventID: "cut"
        )
        await client.send(.conversationItemDelete(ConversationItemDeleteEvent(itemID: "item_note")))
        await client.send(.conversationItemDelete(ConversationItemDeleteEvent(itemID: "item_note")), eventID: "gone")
        await client.wait(for: "error", count: 3)
        try await finish(client, "items")
    }

    @Test("a session that is changed, well and badly")
    func update() async throws {
        let client = try SocketClient()
        await client.send(#"{"type":"session.update","session":{"type":"realtime","instructions":"Be brief."}}"#)
        await client.wait(for: "session.updated")
        await client.send(
            #"{"type":"session.update","event_id":"bad","session":{"type":"realtime","audio":{"output":{"voice":"nobody"}}}}"#
        )
        await client.send(#"{"type":"nonsense","event_id":"odd"}"#)
        await client.send(#"{"type":"#)
        await client.wait(for: "error", count: 3)
        try await finish(client, "session-update")
    }
}
