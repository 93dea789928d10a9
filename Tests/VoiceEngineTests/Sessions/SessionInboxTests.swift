import Testing

@testable import VoiceEngine

/// What waits of a peer's messages, and what becomes of those for which there is no room.
@Suite(.timeLimit(.minutes(1))) struct SessionInboxTests {
    /// What is in the queue: texts, and a mark where messages were forgotten. Closes it.
    private func contents(_ inbox: SessionInbox) async -> [String] {
        inbox.close()
        var contents: [String] = []
        for await input in inbox.inputs {
            switch input {
            case .message(let text, _): contents.append(text)
            case .forgotten: contents.append("forgotten")
            default: break
            }
        }
        return contents
    }

    @Test("a history that is restored in one go fits: an event for each item of a full conversation")
    func history() {
        let limits = SessionLimits()
        let inbox = SessionInbox(messageLimit: limits.waitingMessages, byteLimit: limits.waitingBytes)
        let item =
            #"{"type":"conversation.item.create","item":{"type":"message","role":"user","#
            + #""content":[{"type":"input_text","text":"What I said before the line was lost."}]}}"#
        for _ in 0..<Conversation.maximumItems { #expect(inbox.offerMessage(item, from: .client)) }
    }

    @Test("messages beyond the limit are forgotten, and that is told behind what waits, once until there was room again")
    func flood() async {
        let inbox = SessionInbox(messageLimit: 4, byteLimit: 1_000)
        for text in ["a", "b", "c", "d"] { #expect(inbox.offerMessage(text, from: .client)) }
        for text in ["e", "f"] { #expect(!inbox.offerMessage(text, from: .client)) }
        inbox.messageWasRead(bytes: 1, from: .client)
        #expect(inbox.offerMessage("g", from: .client))
        #expect(!inbox.offerMessage("h", from: .client))
        for _ in 0..<2 { inbox.messageWasRead(bytes: 1, from: .client) }
        for text in ["i", "j"] { #expect(inbox.offerMessage(text, from: .client)) }
        #expect(!inbox.offerMessage("k", from: .client))
        #expect(await contents(inbox) == ["a", "b", "c", "d", "forgotten", "g", "i", "j", "forgotten"])
    }

    @Test("large messages are limited by their bytes, and the one that passes the limit is taken")
    func bytes() {
        let inbox = SessionInbox(messageLimit: 100, byteLimit: 10)
        #expect(inbox.offerMessage("123456", from: .client))
        #expect(inbox.offerMessage("123456", from: .client))
        #expect(!inbox.offerMessage("1", from: .client))
        inbox.messageWasRead(bytes: 6, from: .client)
        #expect(inbox.offerMessage("1", from: .client))
    }

    @Test("each connection has room of its own, and its reader waits for that")
    func connections() async {
        let inbox = SessionInbox(messageLimit: 2, byteLimit: 1_000)
        for _ in 0..<2 { #expect(inbox.offerMessage("a", from: .sideband(1))) }
        #expect(inbox.offerMessage("b", from: .client))
        await inbox.room(for: .sideband(2))
        await inbox.room(for: .client)
        let reader = Task {
            await inbox.room(for: .sideband(1))
            return inbox.offerMessage("c", from: .sideband(1))
        }
        await Task.yield()
        inbox.messageWasRead(bytes: 1, from: .sideband(1))
        #expect(await reader.value)
        #expect(await contents(inbox) == ["a", "a", "b", "c"])
    }

    @Test("nobody waits for a session that is over")
    func closed() async {
        let inbox = SessionInbox(messageLimit: 2, byteLimit: 1_000)
        for _ in 0..<2 { #expect(inbox.offerMessage("a", from: .sideband(1))) }
        let reader = Task { await inbox.room(for: .sideband(1)) }
        await Task.yield()
        inbox.close()
        await reader.value
        await inbox.room(for: .sideband(1))
    }
}
