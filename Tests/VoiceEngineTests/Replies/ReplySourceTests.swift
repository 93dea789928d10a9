import Testing

@testable import VoiceEngine

@Suite struct ReplySourceTests {
    private struct Parrot: ReplyModel {
        func reply(to request: ReplyRequest) -> AsyncThrowingStream<ReplyPart, any Error> {
            AsyncThrowingStream { continuation in
                continuation.yield(.text("parrot"))
                continuation.finish()
            }
        }
    }

    private func parts(_ source: ReplySource, metadata: [String: String], isTalk: Bool = true) async throws -> [ReplyPart] {
        var parts: [ReplyPart] = []
        let request = ReplyRequest(instructions: "", items: [], metadata: metadata, isTalk: isTalk)
        for try await part in source.reply(to: request) { parts.append(part) }
        return parts
    }

    @Test("words that the caller supplied are said as they are, whether or not there is a language model")
    func verbatim() async throws {
        for source in [ReplySource(), ReplySource(languageModel: Parrot())] {
            #expect(try await parts(source, metadata: ["viva_say": "Exactly this."]) == [.text("Exactly this."), .finished(.completed)])
        }
    }

    @Test("the language model writes what nobody supplied")
    func languageModel() async throws {
        #expect(try await parts(ReplySource(languageModel: Parrot()), metadata: [:]) == [.text("parrot")])
    }

    @Test("without a language model the engine says so")
    func nobody() async throws {
        #expect(try await parts(ReplySource(), metadata: [:]) == [.text(VerbatimReplyModel.withoutModel), .finished(.completed)])
    }

    @Test("without a language model a reply that nobody listens to fails; supplied words are its words all the same")
    func nobodyListens() async throws {
        await #expect(throws: VerbatimReplyModel.NoWords.self) { try await parts(ReplySource(), metadata: [:], isTalk: false) }
        #expect(try await parts(ReplySource(), metadata: ["viva_say": "Yes."], isTalk: false) == [.text("Yes."), .finished(.completed)])
    }

    @Test("supplied words are cut at what can be played")
    func limit() async throws {
        let words = String(repeating: "a", count: VerbatimReplyModel.maximumCharacters + 1)
        let parts = try await parts(ReplySource(), metadata: ["viva_say": words])
        #expect(parts.first == .text(String(words.dropLast())))
    }
}
