import Testing

@testable import VoiceEngine

@Suite struct ReplyDeadlinesTests {
    private func deadlines() throws -> ReplyDeadlines {
        var configuration = try #require(ChatCompletionsConfiguration(baseURL: "http://host/v1", model: "m"))
        configuration.firstTokenDeadline = .seconds(8)
        configuration.stallLimit = .seconds(5)
        configuration.replyDeadline = .seconds(20)
        return ReplyDeadlines(configuration)
    }

    @Test("before the first word only the first word counts, whatever bytes come")
    func firstToken() throws {
        var deadlines = try deadlines()
        #expect(deadlines.due == .seconds(8))
        deadlines.bytesCame(at: .seconds(7))
        #expect(deadlines.due == .seconds(8))
        // It may begin at any moment, and then a stall is sooner.
        #expect(deadlines.pause(at: .zero) == .seconds(5))
        #expect(deadlines.pause(at: .seconds(5)) == .seconds(3))
    }

    @Test("after the first word a stall counts, and the end of the whole reply")
    func stall() throws {
        var deadlines = try deadlines()
        deadlines.bytesCame(at: .seconds(1))
        deadlines.begin()
        #expect(deadlines.due == .seconds(6))
        deadlines.bytesCame(at: .seconds(4))
        #expect(deadlines.due == .seconds(9))
        #expect(deadlines.pause(at: .seconds(6)) == .seconds(3))
        deadlines.bytesCame(at: .seconds(18))
        #expect(deadlines.due == .seconds(20))
    }
}
