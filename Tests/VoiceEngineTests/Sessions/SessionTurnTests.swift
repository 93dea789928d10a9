import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite(.timeLimit(.minutes(1))) struct SessionTurnTests {
    private static let turn = [
        "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.added",
        "conversation.item.done", "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
    ]

    private func speakOneTurn(_ call: Call) async {
        await call.hear(20, loud: false)
        await call.hear(30, loud: true)
        await call.hear(15, loud: false)
    }

    @Test("a turn of speech is told in the order of the API, with one item id and times on the grid")
    func turn() async throws {
        let call = try await Call(texts: ["I worked there."])
        await speakOneTurn(call)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(call.types == Self.turn)
        var started: SpeechStartedEvent?
        var items: Set<String> = []
        for event in call.events {
            switch event {
            case .speechStarted(let payload):
                started = payload
                items.insert(payload.itemID)
            case .speechStopped(let payload):
                #expect(payload.audioEndMilliseconds == 65 * 32)
                items.insert(payload.itemID)
            case .inputAudioBufferCommitted(let payload): items.insert(payload.itemID)
            case .inputAudioTranscriptionCompleted(let payload):
                #expect(payload.transcript == "I worked there.")
                items.insert(payload.itemID)
            default: break
            }
        }
        #expect(started?.audioStartMilliseconds == 20 * 32 - 300)
        #expect(items.count == 1)
        await call.end()
    }

    @Test("the turn is recognised before its end, and the transcript leaves with the decision")
    func speculation() async throws {
        let call = try await Call(texts: ["Yes."])
        await call.hear(30, loud: true)
        await call.hear(6, loud: false)
        while call.speechToText.requests.isEmpty { await Task.yield() }
        await call.hear(9, loud: false)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(call.speechToText.requests.count == 1)
        await call.end()
    }

    @Test("a slow transcript follows its turn, also when the next turn has begun")
    func slow() async throws {
        let call = try await Call(texts: ["First.", "Second."])
        call.speechToText.hold()
        await speakOneTurn(call)
        #expect(call.types == Array(Self.turn.prefix(5)))
        await call.hear(2, loud: true)
        call.speechToText.release()
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(call.types[5] == "input_audio_buffer.speech_started")
        await call.end()
    }

    @Test("speech that cannot be recognised is told as failed")
    func failed() async throws {
        let call = try await Call(texts: ["FAIL"])
        await speakOneTurn(call)
        await call.wait(for: "conversation.item.input_audio_transcription.failed")
        #expect(!call.types.contains("conversation.item.input_audio_transcription.completed"))
        await call.end()
    }

    @Test("a session without transcription tells of turns only")
    func withoutTranscription() async throws {
        var configuration = Call.configuration
        configuration.transcription = nil
        let call = try await Call(configuration: configuration)
        await speakOneTurn(call)
        await call.end()
        #expect(call.types == Array(Self.turn.prefix(5)))
    }

    @Test("the item of a turn follows the item of the reply before it")
    func previousItem() async throws {
        let call = try await Call(texts: ["Fine."])
        call.say("Hello.")
        await call.play(until: "output_audio_buffer.stopped")
        await speakOneTurn(call)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        var spoken: String?
        for event in call.events {
            if case .responseOutputItemAdded(let added) = event { spoken = added.item.id }
            if case .inputAudioBufferCommitted(let committed) = event { #expect(committed.previousItemID == spoken) }
        }
        #expect(spoken != nil)
        await call.end()
    }

    @Test("when the session asks for it, the end of a turn starts a response that says that no model is configured")
    func createResponse() async throws {
        var configuration = Call.configuration
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        let call = try await Call(configuration: configuration)
        await speakOneTurn(call)
        await call.play(until: "response.done")
        let transcripts = call.events.compactMap { event -> String? in
            if case .responseOutputAudioTranscriptDone(let done) = event { done.transcript } else { nil }
        }
        #expect(transcripts == [VerbatimReplyModel.withoutModel])
        await call.end()
    }

    @Test("the last words before a hang-up are still transcribed")
    func lastWords() async throws {
        let call = try await Call(texts: ["And that is all."])
        await call.hear(30, loud: true)
        call.session.end(.hungUp)
        await call.over()
        #expect(call.types == Self.turn)
        #expect(call.closedWith == .hungUp)
        #expect(call.transport.closedWith == .hungUp)
    }

    @Test("a call that ends does not wait for a transcript for ever")
    func stuckTranscript() async throws {
        let call = try await Call()
        call.speechToText.hold()
        await call.hear(30, loud: true)
        call.session.end(.hungUp)
        await call.wait(for: "conversation.item.done")
        await call.advance(.seconds(3), timers: 2)
        await call.wait { $0.closedWith != nil }
        #expect(call.closedWith == .hungUp)
        call.speechToText.release()
        await call.over()
    }

    @Test("interim words are told while somebody speaks, and do not change the transcript")
    func interim() async throws {
        var limits = Call.limits
        limits.interimWindows = 31
        let call = try await Call(texts: ["I have", "I have worked", "I have worked here."], limits: limits)
        await call.hear(40, loud: true)
        await call.recognitions(1)
        await call.hear(31, loud: true)
        await call.wait(for: "conversation.item.input_audio_transcription.delta")
        await call.hear(15, loud: false)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        let deltas = call.events.compactMap { event in
            if case .inputAudioTranscriptionDelta(let delta) = event { delta.delta } else { nil }
        }
        #expect(deltas == ["I have", " worked", " here."])
        for event in call.events {
            if case .inputAudioTranscriptionCompleted(let completed) = event { #expect(completed.transcript == "I have worked here.") }
        }
        await call.end()
    }

    @Test("what was recognised in a pause is told as interim words, and the next look continues it")
    func interimAcrossPause() async throws {
        var limits = Call.limits
        limits.interimWindows = 31
        let call = try await Call(texts: ["I have worked.", "here", "here for", "I have worked here for years."], limits: limits)
        await call.hear(20, loud: true)
        await call.hear(8, loud: false)
        await call.recognitions(1)
        await call.hear(31, loud: true)
        await call.recognitions(2)
        await call.hear(31, loud: true)
        await call.wait(for: "conversation.item.input_audio_transcription.delta", count: 2)
        await call.hear(15, loud: false)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        let deltas = call.events.compactMap { event in
            if case .inputAudioTranscriptionDelta(let delta) = event { delta.delta } else { nil }
        }
        #expect(deltas == ["I have worked.", " here", " for", " years."])
        await call.end()
    }
}
