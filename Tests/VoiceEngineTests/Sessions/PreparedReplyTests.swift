import RealtimeProtocol
import Testing

@testable import VoiceEngine

/// Replies that are begun in the silence at the end of a turn, before it is certain that it is one.
@Suite(.timeLimit(.minutes(1))) struct PreparedReplyTests {
    private static let configuration: SessionConfiguration = {
        var configuration = Call.configuration
        configuration.outputModalities = ["text"]
        configuration.turnDetection = .serverVAD(TurnDetection.ServerVAD())
        return configuration
    }()

    private func client(_ model: ScriptedReplyModel, texts: [String]) throws -> SocketClient {
        try SocketClient(texts: texts, configuration: Self.configuration, replies: ReplySource(languageModel: model))
    }

    @Test("the model is asked during the silence, once, and nobody hears of it before the turn has ended")
    func prepared() async throws {
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try client(model, texts: ["how are you"])
        await client.speak(20, loud: true)
        await client.speak(8, loud: false)
        while model.requests.isEmpty { await Task.yield() }
        #expect(model.requests.first?.items.map(\.spokenText) == ["how are you"])
        #expect(!client.types.contains("response.created"))
        #expect(!client.types.contains("input_audio_buffer.speech_stopped"))
        await client.speak(20, loud: false)
        await client.wait(for: "response.done")
        #expect(model.requests.count == 1)
        #expect(client.responses.last?.output?.first?.spokenText == "Fine.")
        #expect(client.types.count { $0 == "response.created" } == 1)
        await client.leave()
    }

    @Test("when speech goes on the reply is thrown away unheard, and the whole turn is answered")
    func discarded() async throws {
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try client(model, texts: ["how are", "how are you today"])
        await client.speak(20, loud: true)
        await client.speak(8, loud: false)
        while model.requests.isEmpty { await Task.yield() }
        await client.speak(20, loud: true)
        await client.speak(30, loud: false)
        await client.wait(for: "response.done")
        #expect(model.requests.last?.items.map(\.spokenText) == ["how are you today"])
        #expect(client.types.count { $0 == "response.created" } == 1)
        #expect(client.types.count { $0 == "input_audio_buffer.committed" } == 1)
        await client.leave()
    }

    @Test("new instructions during the silence are those of the answer")
    func outdated() async throws {
        let model = ScriptedReplyModel([.text("Fine."), .finished(.completed)])
        let client = try client(model, texts: ["how are you"])
        await client.speak(20, loud: true)
        await client.speak(8, loud: false)
        while model.requests.isEmpty { await Task.yield() }
        await client.send(.sessionUpdate(SessionUpdateEvent(session: SessionUpdate(type: "realtime", instructions: "In French."))))
        await client.wait(for: "session.updated")
        await client.speak(20, loud: false)
        await client.wait(for: "response.done")
        #expect(model.requests.map(\.instructions) == ["", "In French."])
        await client.leave()
    }
}
