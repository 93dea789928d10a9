import RealtimeProtocol
import Testing

@testable import VoiceEngine

/// What a client on a WebSocket meets.
@Suite(.timeLimit(.minutes(1))) struct SocketSessionTests {
    private static let begun = [
        "response.created", "response.output_item.added", "conversation.item.added", "response.content_part.added",
    ]
    private static let done = [
        "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
        "response.output_item.done", "response.done",
    ]
    private static let sound = "response.output_audio.delta"
    private static let words = "response.output_audio_transcript.delta"

    private static func say(_ text: String) -> ResponseCreate { ResponseCreate(metadata: ["viva_say": text]) }

    private func sentBytes(_ client: SocketClient) -> Int {
        client.events.reduce(0) { sum, event in
            if case .responseOutputAudioDelta(let delta) = event { sum + (WireAudioReader.bytes(delta.delta)?.count ?? 0) } else { sum }
        }
    }

    @Test("the session is told first")
    func created() async throws {
        let client = try SocketClient()
        await client.wait(for: "session.created")
        guard case .sessionCreated(let created) = client.events.first else { return }
        #expect(created.session.id == "sess_socket")
        #expect(created.session.expiresAt == 4_600)
        await client.leave()
    }

    @Test("a spoken response is told in the order of the API, with all of its sound in the events")
    func spoken() async throws {
        let client = try SocketClient()
        await client.respond(Self.say("Hello there."))
        await client.wait(for: "response.done")
        let types = client.types.filter { $0 != Self.sound }
        #expect(types == ["session.created"] + Self.begun + [Self.words] + Self.done)
        // 12 characters, 240 samples each, two bytes a sample.
        #expect(sentBytes(client) == 12 * 240 * 2)
        #expect(client.responses.last?.output?.first?.spokenText == "Hello there.")
        #expect(client.responses.last?.usage?.outputTokenDetails?.audioTokens == 2)
        await client.leave()
    }

    @Test("a long reply is sent with a lead over its playback, and goes on when time does")
    func paced() async throws {
        let client = try SocketClient()
        // 800 characters are 8 s of sound.
        await client.respond(Self.say(String(repeating: "word ", count: 159) + "end."))
        await client.wait { self.sentBytes($0) >= 144_000 }
        #expect(!client.types.contains("response.done"))
        #expect(sentBytes(client) <= (3 * 24_000 + OutputPacing.chunkSamples) * 2)
        while !client.types.contains("response.done") {
            client.time.advance(.milliseconds(100))
            await Task.yield()
        }
        // A long text is spoken in several parts, with a pause between them.
        let pauses = sentBytes(client) - 799 * 240 * 2
        #expect(pauses >= 0 && pauses % (PlaybackQueue.sentenceGapSamples * 2) == 0)
        await client.leave()
    }

    @Test("spoken turns are found in appended audio, recognised and answered")
    func turn() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        let client = try SocketClient(texts: ["hello engine"], configuration: configuration)
        await client.speak(20, loud: true)
        await client.speak(30, loud: false)
        await client.wait(for: "response.done")
        let types = client.types
        let order = [
            "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed",
            "conversation.item.added", "conversation.item.done", "response.created",
        ]
        #expect(Array(types.dropFirst().prefix(order.count)) == order)
        #expect(types.contains("conversation.item.input_audio_transcription.completed"))
        await client.leave()
    }

    @Test("a model is asked only when the words of the turn are known, and is told them")
    func waitsForText() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        let model = ScriptedReplyModel([.text("Fine."), .usage(ReplyUsage(inputTokens: 9, outputTokens: 2)), .finished(.completed)])
        let client = try SocketClient(texts: ["how are you"], configuration: configuration, replies: ReplySource(languageModel: model))
        client.speechToText.hold()
        await client.speak(20, loud: true)
        await client.speak(30, loud: false)
        await client.wait(for: "response.created")
        #expect(model.requests.isEmpty)
        client.speechToText.release()
        await client.wait(for: "response.done")
        #expect(model.requests.first?.items.first?.spokenText == "how are you")
        #expect(client.responses.last?.usage?.inputTokens == 9)
        await client.leave()
    }

    @Test("a committed buffer becomes an item and no response; audio that is too short is refused")
    func manual() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = nil
        let client = try SocketClient(texts: ["by hand"], configuration: configuration)
        await client.send(.inputAudioBufferCommit, eventID: "early")
        await client.wait(for: "error")
        #expect(client.errors.first?.code == "input_audio_buffer_commit_empty")
        #expect(client.errors.first?.eventID == "early")
        await client.speak(20, loud: true)
        await client.send(.inputAudioBufferCommit)
        await client.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(!client.types.contains("response.created"))
        #expect(!client.types.contains("input_audio_buffer.speech_stopped"))
        await client.leave()
    }

    @Test("audio that is not base64 is refused and the session goes on")
    func badAudio() async throws {
        let client = try SocketClient()
        await client.send(.inputAudioBufferAppend(InputAudioBufferAppendEvent(audio: "not base64!")), eventID: "a")
        await client.wait(for: "error")
        #expect(client.errors.first?.parameter == "audio")
        await client.respond(Self.say("Still here."))
        await client.wait(for: "response.done")
        await client.leave()
    }

    @Test("speech over a reply cancels it; the client may tell how much it played, at any time")
    func bargeIn() async throws {
        let client = try SocketClient()
        await client.respond(Self.say(String(repeating: "word ", count: 159) + "end."))
        await client.wait { self.sentBytes($0) >= 144_000 }
        guard case .responseOutputItemAdded(let added) = client.events.first(where: { $0.type == "response.output_item.added" }) else {
            Issue.record("no item")
            return
        }
        let id = try #require(added.item.id)
        // As frameworks do: truncate is sent while the response is still being cancelled.
        await client.send(.conversationItemTruncate(ConversationItemTruncateEvent(itemID: id, audioEndMilliseconds: 1_000)))
        await client.wait(for: "conversation.item.truncated")
        await client.speak(4, loud: true)
        await client.wait(for: "response.done")
        #expect(client.responses.last?.status == .cancelled)
        #expect(client.responses.last?.statusDetails?.reason == .turnDetected)
        #expect(!client.types.contains("output_audio_buffer.cleared"))
        await client.send(.conversationItemTruncate(ConversationItemTruncateEvent(itemID: id, audioEndMilliseconds: 800)))
        await client.wait(for: "conversation.item.truncated", count: 2)
        #expect(client.errors.isEmpty)
        await client.leave()
    }

    @Test("truncating beyond the sound that was sent is refused with the API's words")
    func truncateBeyond() async throws {
        let client = try SocketClient()
        await client.respond(Self.say("Hello there."))
        await client.wait(for: "response.done")
        let id = try #require(client.responses.last?.output?.first?.id)
        await client.send(.conversationItemTruncate(ConversationItemTruncateEvent(itemID: id, audioEndMilliseconds: 200)))
        await client.wait(for: "error")
        #expect(client.errors.first?.code == nil)
        #expect(client.errors.first?.message == "Audio content of 120ms is already shorter than 200ms")
        await client.leave()
    }

    @Test("responses outside of the conversation run beside the active one and leave no item")
    func outOfBand() async throws {
        let client = try SocketClient()
        await client.respond(Self.say(String(repeating: "word ", count: 159) + "end."))
        await client.wait { self.sentBytes($0) >= 144_000 }
        await client.respond(
            ResponseCreate(conversation: "none", metadata: ["topic": "side", "viva_say": "Aside."], outputModalities: ["text"])
        )
        await client.wait(for: "response.done")
        let side = try #require(client.responses.last)
        #expect(side.metadata?["topic"] == "side")
        #expect(side.conversationID == nil)
        #expect(side.output?.first?.spokenText == "Aside.")
        #expect(client.types.count { $0 == "conversation.item.added" } == 1)
        await client.leave()
    }

    @Test("a function call of the model is told, kept in the conversation, and its result goes to the model")
    func tools() async throws {
        let model = ScriptedReplyModel([
            .functionCall(index: 0, callID: "call_1", name: "weather"), .functionArguments(index: 0, delta: "{\"city\":\"Rome\"}"),
            .finished(.completed),
        ])
        var configuration = Call.configuration
        configuration.tools = [["type": "function", "name": "weather", "parameters": [:]]]
        let client = try SocketClient(configuration: configuration, replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(toolChoice: "required"))
        await client.wait(for: "response.done")
        #expect(model.requests.first?.tools.count == 1)
        #expect(model.requests.first?.toolChoice == "required")
        #expect(client.responses.last?.output?.first?.type == .functionCall)
        await client.send(
            .conversationItemCreate(
                ConversationItemCreateEvent(item: RealtimeItem(type: .functionCallOutput, callID: "call_1", output: "sunny"))
            )
        )
        await client.respond()
        await client.wait(for: "response.done", count: 2)
        #expect(model.requests.last?.items.map(\.type) == [.functionCall, .functionCallOutput])
        await client.leave()
    }

    @Test("cancelling a response stops its model")
    func cancelled() async throws {
        let model = ScriptedReplyModel([.text("One. ")], isHeld: true)
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.output_text.delta")
        await client.send(.responseCancel(ResponseCancelEvent()))
        await client.wait(for: "response.done")
        #expect(client.responses.last?.status == .cancelled)
        #expect(client.responses.last?.output?.first?.spokenText == "One. ")
        while model.stops == 0 { await Task.yield() }
        await client.leave()
    }

    @Test("a model that fails ends its response as failed, and the session goes on")
    func failed() async throws {
        let model = ScriptedReplyModel([.text("Half")], fails: true)
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        #expect(client.responses.last?.status == .failed)
        #expect(client.errors.isEmpty)
        await client.respond(Self.say("Still here."))
        await client.wait(for: "response.done", count: 2)
        await client.leave()
    }

    @Test("without a language model a response that is not spoken into the conversation fails, and a spoken one says what is wrong")
    func withoutModel() async throws {
        let client = try SocketClient()
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        await client.respond(ResponseCreate(conversation: "none"))
        await client.wait(for: "response.done", count: 2)
        for response in client.responses {
            #expect(response.status == .failed)
            #expect(response.statusDetails?.type == .failed)
            #expect(response.statusDetails?.error?.code == "reply_failed")
            #expect(response.output == [])
        }
        await client.respond()
        await client.wait(for: "response.done", count: 3)
        #expect(client.responses.last?.status == .completed)
        #expect(client.responses.last?.output?.first?.spokenText == VerbatimReplyModel.withoutModel)
        await client.leave()
    }

    @Test("G.711 goes both ways, at its own rate")
    func telephone() async throws {
        var configuration = Call.configuration
        configuration.inputFormat = AudioFormat(type: "audio/pcmu")
        configuration.outputFormat = AudioFormat(type: "audio/pcmu")
        let client = try SocketClient(texts: ["from a phone"], configuration: configuration)
        await client.respond(Self.say("Hello there."))
        await client.wait(for: "response.done")
        #expect(sentBytes(client) == 12 * 240 / 3)
        // µ-law: 0x10 is loud, 0xFF is silence; 256 samples are 32 ms.
        for (byte, windows) in [(UInt8(0x10), 20), (UInt8(0xFF), 30)] {
            await client.send(
                .inputAudioBufferAppend(
                    InputAudioBufferAppendEvent(audio: Base64.encode([UInt8](repeating: byte, count: 256 * windows)))
                )
            )
        }
        await client.wait(for: "conversation.item.input_audio_transcription.completed")
        await client.leave()
    }

    @Test("audio inside an item is recognised, and kept as what was said")
    func itemAudio() async throws {
        let client = try SocketClient(texts: ["in an item"])
        let audio = Base64.encode([UInt8](repeating: 1, count: 48_000))
        await client.send(
            .conversationItemCreate(
                ConversationItemCreateEvent(
                    item: .message(id: "mine", role: .user, content: [RealtimeContent(type: .inputAudio, audio: audio)])
                )
            )
        )
        await client.wait(for: "conversation.item.done")
        let model = "conversation.item.retrieved"
        for attempt in 1... {
            await client.send(.conversationItemRetrieve(ConversationItemRetrieveEvent(itemID: "mine")))
            await client.wait(for: model, count: attempt)
            let texts = client.events.compactMap { event in
                if case .conversationItemRetrieved(let item) = event { item.item.spokenText } else { nil }
            }
            if texts.last == "in an item" { break }
        }
        await client.leave()
    }

    @Test("a transcription session transcribes and answers nothing")
    func transcription() async throws {
        var configuration = Call.configuration
        configuration.type = "transcription"
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        let client = try SocketClient(texts: ["only text"], configuration: configuration)
        await client.speak(20, loud: true)
        await client.speak(30, loud: false)
        await client.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(!client.types.contains("response.created"))
        await client.respond()
        await client.wait(for: "error")
        await client.leave()
    }

    @Test("a reply does not wait for a turn that nobody has ended")
    func openMicrophone() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = nil
        configuration.outputModalities = ["text"]
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try SocketClient(texts: ["noise"], configuration: configuration, replies: ReplySource(languageModel: model))
        // Enough voice and silence for a look at the words; nothing is committed.
        await client.speak(10, loud: true)
        await client.speak(10, loud: false)
        await client.respond()
        await client.wait(for: "response.done")
        #expect(client.responses.last?.status == .completed)
        await client.leave()
    }

    @Test("a function call that met the limit of tokens is never told as complete")
    func cutCall() async throws {
        let model = ScriptedReplyModel([
            .functionCall(index: 0, callID: "call_1", name: "weather"), .functionArguments(index: 0, delta: "{\"ci"),
            .finished(.maximumOutputTokens),
        ])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        #expect(!client.types.contains("response.function_call_arguments.done"))
        #expect(client.responses.last?.status == .incomplete)
        #expect(client.responses.last?.output?.first?.status == .incomplete)
        await client.leave()
    }

    @Test("whoever has the results of tools may ask for the next response while the words before the call are still sent")
    func toolsWhileSpeaking() async throws {
        let model = ScriptedReplyModel([
            .text(String(repeating: "word ", count: 159) + "end."), .functionCall(index: 0, callID: "call_1", name: "look"),
            .functionArguments(index: 0, delta: "{}"), .finished(.completed),
        ])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond()
        await client.wait(for: "response.function_call_arguments.done")
        #expect(!client.types.contains("response.done"))
        await client.respond(Self.say("Found it."))
        while client.responses.count < 2 {
            client.time.advance(.milliseconds(100))
            await Task.yield()
        }
        #expect(client.errors.isEmpty)
        #expect(client.responses.last?.output?.first?.spokenText == "Found it.")
        await client.leave()
    }

    @Test("what was asked for behind words that are stopped does not begin; it is told as cancelled like them")
    func toolsAndCancel() async throws {
        let model = ScriptedReplyModel([
            .text(String(repeating: "word ", count: 159) + "end."), .functionCall(index: 0, callID: "call_1", name: "look"),
            .functionArguments(index: 0, delta: "{}"), .finished(.completed),
        ])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond()
        await client.wait(for: "response.function_call_arguments.done")
        await client.respond(Self.say("Found it."))
        await client.send(.responseCancel(ResponseCancelEvent()))
        await client.wait(for: "response.done", count: 2)
        #expect(client.responses.map(\.status) == [.cancelled, .cancelled])
        #expect(client.responses.last?.statusDetails?.reason == .clientCancelled)
        #expect(client.responses.last?.output?.isEmpty ?? true)
        await client.respond(Self.say("Next."))
        await client.wait(for: "response.created", count: 3)
        #expect(client.errors.isEmpty)
        await client.leave()
    }

    @Test("counts of a model's server that no server can have are not added up")
    func absurdUsage() async throws {
        let model = ScriptedReplyModel([
            .text("x"), .usage(ReplyUsage(inputTokens: .max, cachedTokens: .max, outputTokens: .max)), .finished(.completed),
        ])
        let client = try SocketClient(replies: ReplySource(languageModel: model))
        await client.respond(ResponseCreate(outputModalities: ["text"]))
        await client.wait(for: "response.done")
        #expect(client.responses.last?.usage?.totalTokens == 2_000_000_000)
        await client.leave()
    }

    @Test("a message with two parts of audio is refused, and so is audio of more than a minute")
    func tooMuchAudio() async throws {
        let client = try SocketClient()
        let part = RealtimeContent(type: .inputAudio, audio: "AAAA")
        await client.send(.conversationItemCreate(ConversationItemCreateEvent(item: .message(role: .user, content: [part, part]))))
        await client.wait(for: "error")
        let long = RealtimeContent(type: .inputAudio, audio: Base64.encode([UInt8](repeating: 0, count: 61 * 48_000)))
        await client.send(.conversationItemCreate(ConversationItemCreateEvent(item: .message(role: .user, content: [long]))))
        await client.wait(for: "error", count: 2)
        #expect(client.errors.map(\.parameter) == ["item.content", "item.content[0].audio"])
        await client.leave()
    }

    @Test("what a client truncated while the reply was active stays truncated when it is over")
    func truncatedStays() async throws {
        let client = try SocketClient()
        await client.respond(Self.say(String(repeating: "word ", count: 159) + "end."))
        await client.wait { self.sentBytes($0) >= 144_000 }
        guard case .responseOutputItemAdded(let added) = client.events.first(where: { $0.type == "response.output_item.added" }) else {
            return
        }
        let id = try #require(added.item.id)
        await client.send(.conversationItemTruncate(ConversationItemTruncateEvent(itemID: id, audioEndMilliseconds: 500)))
        await client.send(.responseCancel(ResponseCancelEvent()))
        await client.wait(for: "response.done")
        await client.send(.conversationItemTruncate(ConversationItemTruncateEvent(itemID: id, audioEndMilliseconds: 1_000)))
        await client.wait(for: "error")
        #expect(client.errors.first?.message == "Audio content of 500ms is already shorter than 1000ms")
        await client.leave()
    }

    @Test("a client of the beta speaks and is told in its own shape")
    func beta() async throws {
        let client = try SocketClient(dialect: BetaDialect())
        await client.send(#"{"type":"session.update","session":{"modalities":["text","audio"],"voice":"alloy","temperature":0.8}}"#)
        await client.wait(for: "session.updated")
        await client.respond(Self.say("Hello there."))
        await client.wait(for: "response.done")
        #expect(client.types.contains("response.audio.delta"))
        #expect(client.types.contains("response.audio_transcript.delta"))
        #expect(client.types.contains("conversation.item.created"))
        #expect(client.types.allSatisfy { !$0.hasPrefix("response.output_audio") && $0 != "conversation.item.done" && $0 != "error" })
        guard case .unknown(_, let raw) = client.events.last(where: { $0.type == "session.updated" }) else { return }
        #expect(raw["session"]?["voice"] == "alloy")
        await client.leave()
    }

    @Test("the wait for somebody to speak begins when a reply was heard, not when it was sent")
    func idleTimeout() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD(idleTimeoutMilliseconds: 5_000))
        let client = try SocketClient(configuration: configuration)
        // 2 s of sound, all of it sent ahead.
        await client.respond(Self.say(String(repeating: "word ", count: 39) + "end."))
        await client.wait(for: "response.done")
        // 5.4 s of silence, and then 3.2 s more.
        await client.speak(170, loud: false)
        await client.send(.conversationItemRetrieve(ConversationItemRetrieveEvent(itemID: "none")))
        await client.wait(for: "error")
        #expect(!client.types.contains("input_audio_buffer.timeout_triggered"))
        await client.speak(100, loud: false)
        await client.wait(for: "input_audio_buffer.timeout_triggered")
        await client.leave()
    }

    @Test("the session's maximum ends it with the API's error")
    func expired() async throws {
        let client = try SocketClient()
        await client.wait(for: "session.created")
        await client.time.waitForSleepers(1)
        client.time.advance(.seconds(3_600))
        await client.wait { $0.closedWith != nil }
        #expect(client.closedWith == .expired)
        #expect(client.errors.map(\.code) == ["session_expired"])
        await client.leave()
    }
}

private enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var writer = WireAudioWriter(.pcm)
        return writer.write(
            stride(from: 0, to: bytes.count - 1, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
        )
    }
}
