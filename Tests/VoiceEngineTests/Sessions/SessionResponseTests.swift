import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite(.timeLimit(.minutes(1))) struct SessionResponseTests {
    private static let begun = [
        "response.created", "response.output_item.added", "conversation.item.added", "response.content_part.added",
    ]
    private static let done = [
        "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
        "response.output_item.done", "response.done",
    ]
    private static let delta = "response.output_audio_transcript.delta"

    private func lastResponse(_ call: Call) -> RealtimeResponse? {
        call.events.compactMap { event in
            if case .responseDone(let done) = event { done.response } else { nil }
        }.last
    }

    private func error(_ call: Call) -> RealtimeError? {
        call.events.compactMap { event in
            if case .error(let error) = event { error.error } else { nil }
        }.last
    }

    @Test("a spoken response is told in the order of the API over WebRTC, in step with playback")
    func spoken() async throws {
        let call = try await Call()
        call.say("Hello there. How are you?")
        await call.play(until: "output_audio_buffer.stopped")
        #expect(
            call.types == Self.begun + [Self.delta, "output_audio_buffer.started", Self.delta] + Self.done + ["output_audio_buffer.stopped"]
        )
        let response = lastResponse(call)
        #expect(response?.status == .completed)
        #expect(response?.metadata == ["viva_say": "Hello there. How are you?"])
        #expect(response?.output?.first?.spokenText == "Hello there. How are you?.")
        let words = call.events.compactMap { event in
            if case .responseOutputAudioTranscriptDelta(let delta) = event { delta.delta } else { nil }
        }
        #expect(words.joined() == "Hello there. How are you?.")
        await call.end()
    }

    @Test("a response that is asked for before the media is connected is prepared, and heard from the first frame on")
    func prepared() async throws {
        let call = try await Call()
        call.say("Welcome to the interview.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        #expect(call.types == Self.begun)
        #expect(call.transport.takeFrame().allSatisfy { $0 != 0 })
        await call.wait(for: "output_audio_buffer.started")
        await call.end()
    }

    @Test("speech over a reply cuts it off, and the sideband learns exactly what was heard")
    func bargeIn() async throws {
        let call = try await Call()
        call.say("One two three four five six seven eight.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        // 40 characters of 10 ms each; 10 frames are 200 ms, half of it.
        await call.play(frames: 10)
        let before = call.types.count
        // More than a second of speech is no listening noise. The reply is held meanwhile.
        await call.hear(40, loud: true)
        await call.wait(for: "response.done")
        #expect(
            call.types(after: before)
                == ["input_audio_buffer.speech_started", "output_audio_buffer.cleared", "conversation.item.truncated"] + Self.done
        )
        let response = lastResponse(call)
        #expect(response?.status == .cancelled)
        #expect(response?.statusDetails?.reason == .turnDetected)
        #expect(response?.output?.first?.status == .incomplete)
        #expect(response?.output?.first?.spokenText == "One two three four")
        for event in call.events {
            if case .conversationItemTruncated(let truncated) = event { #expect(truncated.audioEndMilliseconds == 200) }
        }
        #expect(call.transport.takeFrame().suffix(PlaybackQueue.frameSamples - PlaybackQueue.fadeSamples).allSatisfy { $0 == 0 })
        call.command(.conversationItemRetrieve(ConversationItemRetrieveEvent(itemID: response?.output?.first?.id ?? "")))
        await call.wait(for: "conversation.item.retrieved")
        #expect(
            call.events.contains { event in
                if case .conversationItemRetrieved(let retrieved) = event { retrieved.item == response?.output?.first } else { false }
            }
        )
        await call.end()
    }

    @Test("a listening noise holds the reply for a moment, and it goes on where it was")
    func backchannel() async throws {
        let call = try await Call(texts: ["Mm-hm."])
        call.say("One two three four five six seven eight.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        await call.play(frames: 10)
        await call.hear(6, loud: true)
        // Held: frames are silent and take nothing off the reply.
        _ = call.transport.takeFrame()
        #expect(call.transport.takeFrame().allSatisfy { $0 == 0 })
        await call.hear(15, loud: false)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        await call.settle()
        await call.play(until: "output_audio_buffer.stopped")
        let response = lastResponse(call)
        #expect(response?.status == .completed)
        #expect(response?.output?.first?.spokenText == "One two three four five six seven eight.")
        #expect(!call.types.contains("output_audio_buffer.cleared"))
        await call.end()
    }

    @Test("words over a reply end it as soon as they are known")
    func words() async throws {
        let call = try await Call(texts: ["Wait a moment please."])
        call.say("One two three four five six seven eight.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        await call.play(frames: 10)
        await call.hear(15, loud: true)
        await call.hear(8, loud: false)
        await call.wait(for: "response.done")
        #expect(lastResponse(call)?.statusDetails?.reason == .turnDetected)
        await call.end()
    }

    @Test("a session that forbids interruptions plays its reply to the end")
    func noInterrupt() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD(createResponse: false, interruptResponse: false))
        let call = try await Call(configuration: configuration)
        call.say("One two three four.")
        await call.play(until: "output_audio_buffer.started")
        await call.hear(5, loud: true)
        await call.play(until: "output_audio_buffer.stopped")
        #expect(lastResponse(call)?.status == .completed)
        await call.end()
    }

    @Test("a turn that ends during a reply which may not be interrupted is answered after it")
    func owedAnswer() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD(createResponse: true, interruptResponse: false))
        let call = try await Call(texts: ["What about Monday?"], configuration: configuration)
        call.say("One two three four.")
        await call.play(until: "output_audio_buffer.started")
        await call.hear(15, loud: true)
        await call.hear(20, loud: false)
        await call.wait(for: "input_audio_buffer.committed")
        #expect(!call.types.contains("response.done"))
        await call.play(until: "output_audio_buffer.stopped")
        await call.wait(for: "response.created", count: 2)
        #expect(!call.types.contains("error"))
        await call.end()
    }

    @Test("a client that cancels wants it quiet: no turn is answered behind it")
    func cancelOwed() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD(createResponse: true, interruptResponse: false))
        let call = try await Call(texts: ["What about Monday?"], configuration: configuration)
        call.say("One two three four.")
        await call.play(until: "output_audio_buffer.started")
        await call.hear(15, loud: true)
        await call.hear(20, loud: false)
        await call.wait(for: "input_audio_buffer.committed")
        call.command(.responseCancel(ResponseCancelEvent()))
        call.say("Five.")
        await call.wait(for: "response.created", count: 2)
        #expect(!call.types.contains("error"))
        await call.end()
    }

    @Test("a reply that is asked for while somebody speaks waits, and their words are answered in its place")
    func askedMeanwhile() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD(createResponse: true, interruptResponse: true))
        let call = try await Call(texts: ["What about Monday?"], configuration: configuration)
        await call.hear(10, loud: true)
        await call.wait(for: "input_audio_buffer.speech_started")
        call.say("Here is what I found.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        #expect(call.transport.takeFrame().allSatisfy { $0 == 0 })
        await call.hear(20, loud: false)
        await call.wait(for: "response.created", count: 2)
        #expect(!call.types.contains("output_audio_buffer.started"))
        #expect(lastResponse(call)?.statusDetails?.reason == .turnDetected)
        await call.end()
    }

    @Test("a client's cancel stops playback at once")
    func cancel() async throws {
        let call = try await Call()
        call.say("One two three four five six seven eight.")
        await call.play(until: "output_audio_buffer.started")
        let before = call.types.count
        call.command(.responseCancel(ResponseCancelEvent()))
        await call.settle()
        #expect(call.types(after: before) == ["output_audio_buffer.cleared", "conversation.item.truncated"] + Self.done)
        #expect(lastResponse(call)?.statusDetails?.reason == .clientCancelled)
        await call.end()
    }

    @Test("a second response is refused while one is active, and taken afterwards")
    func second() async throws {
        let call = try await Call()
        call.say("One two three.")
        await call.wait(for: "response.content_part.added")
        call.say("Four.", eventID: "mine")
        await call.wait(for: "error")
        #expect(error(call)?.code == "conversation_already_has_active_response")
        #expect(error(call)?.eventID == "mine")
        await call.play(until: "output_audio_buffer.stopped")
        call.say("Four.")
        await call.wait(for: "response.created", count: 2)
        await call.end()
    }

    @Test("a cancel with nothing active is refused with the prefix that clients match")
    func cancelNothing() async throws {
        let call = try await Call()
        call.command(.responseCancel(ResponseCancelEvent()))
        await call.wait(for: "error")
        #expect(error(call)?.code == "response_cancel_not_active")
        #expect(error(call)?.message.hasPrefix("Cancellation failed") == true)
        await call.end()
    }

    @Test("clearing the output buffer with nothing playing is silent")
    func clearNothing() async throws {
        let call = try await Call()
        call.command(.outputAudioBufferClear)
        await call.settle()
        #expect(call.types.isEmpty)
        await call.end()
    }

    @Test("a reply that cannot be spoken ends as failed, and the next one is taken")
    func failed() async throws {
        let call = try await Call()
        call.say("FAIL.")
        await call.wait(for: "response.done")
        #expect(lastResponse(call)?.status == .failed)
        call.say("Again.")
        await call.play(until: "output_audio_buffer.stopped")
        #expect(lastResponse(call)?.status == .completed)
        await call.end()
    }

    @Test("a written response needs no playback")
    func written() async throws {
        let call = try await Call()
        call.command(
            .responseCreate(ResponseCreateEvent(response: ResponseCreate(metadata: ["viva_say": "Hi."], outputModalities: ["text"])))
        )
        await call.wait(for: "response.done")
        #expect(call.types.contains("response.output_text.done"))
        #expect(!call.types.contains(Self.delta))
        #expect(lastResponse(call)?.output?.first?.spokenText == "Hi.")
        await call.end()
    }

    @Test("a hang-up during a reply still tells what was heard")
    func hangUp() async throws {
        let call = try await Call()
        call.say("One two three four five six seven eight.")
        await call.wait(for: "response.content_part.added")
        await call.settle()
        await call.play(frames: 10)
        await call.end()
        #expect(lastResponse(call)?.output?.first?.spokenText == "One two three four")
        #expect(call.closedWith == .hungUp)
    }
}
