import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ConversationTests {
    private static func message(_ id: String, _ role: RealtimeItem.Role = .user) -> RealtimeItem {
        .message(id: id, role: role, status: .completed, content: [.inputText(id)])
    }

    private static func filled() throws -> Conversation {
        var conversation = Conversation(id: "conv")
        conversation.append(message("a"))
        conversation.append(message("b"))
        return conversation
    }

    @Test("items are appended, put at the front, or put behind a named one, and the item before is told")
    func insert() throws {
        var conversation = try Self.filled()
        #expect(try conversation.insert(Self.message("c"), after: nil) == "b")
        #expect(try conversation.insert(Self.message("r"), after: "root") == nil)
        #expect(try conversation.insert(Self.message("d"), after: "a") == "a")
        #expect(conversation.items.map(\.id) == ["r", "a", "d", "b", "c"])
    }

    @Test("errors have the codes of the API")
    func codes() throws {
        var conversation = try Self.filled()
        func code(_ body: () throws -> Void) -> String? { #expect(throws: RealtimeError.self, performing: body)?.code }
        #expect(code { _ = try conversation.insert(Self.message("a"), after: nil) } == "item_create_duplicate_item_id")
        #expect(code { _ = try conversation.insert(Self.message("z"), after: "x") } == "item_create_invalid_previous_item_id")
        #expect(code { _ = try conversation.retrieve("x") } == "item_retrieve_invalid_item_id")
        #expect(code { try conversation.delete("x") } == "item_delete_invalid_item_id")
        #expect(code { try conversation.truncate("x", contentIndex: 0, audioEndMilliseconds: 0) } == "item_truncate_invalid_item_id")
        #expect(code { try conversation.truncate("a", contentIndex: 0, audioEndMilliseconds: 0) } == "unsupported_content_type")
        #expect(conversation.items.map(\.id) == ["a", "b"])
    }

    @Test("a truncated item keeps the words that were heard and is incomplete")
    func truncate() throws {
        var conversation = Conversation(id: "conv")
        conversation.append(
            .message(id: "s", role: .assistant, status: .completed, content: [.outputAudio(transcript: "one two three four")])
        )
        conversation.setAudio(milliseconds: 2_000, of: "s")
        try conversation.truncate("s", contentIndex: 0, audioEndMilliseconds: 1_000)
        #expect(conversation.item("s")?.spokenText == "one two")
        #expect(conversation.item("s")?.status == .incomplete)
        let error = #expect(throws: RealtimeError.self) { try conversation.truncate("s", contentIndex: 0, audioEndMilliseconds: 1_500) }
        #expect(error?.message == "Audio content of 1000ms is already shorter than 1500ms")
        #expect(error?.code == nil)
    }

    @Test("beyond the limit the oldest items leave")
    func limit() {
        var conversation = Conversation(id: "conv")
        for index in 0..<(Conversation.maximumItems + 5) { conversation.append(Self.message("\(index)")) }
        #expect(conversation.items.count == Conversation.maximumItems)
        #expect(conversation.items.first?.id == "5")
    }

    @Test("an item that no event could tell of is refused, also when its text is short before it is written as JSON")
    func encodedSize() throws {
        var conversation = Conversation(id: "conv")
        for text in [String(repeating: "x", count: 1_040_000), String(repeating: "\u{1}", count: 200_000)] {
            let item = RealtimeItem.message(role: .user, content: [.inputText(text)])
            let error = #expect(throws: RealtimeError.self) { try conversation.insert(item, after: nil) }
            #expect(error?.code == "message_too_large")
            #expect(error?.parameter == "item")
        }
        #expect(conversation.items.isEmpty)
    }

    @Test("a client cannot fill the memory with text")
    func text() throws {
        var conversation = Conversation(id: "conv")
        let item = RealtimeItem.message(role: .user, content: [.inputText(String(repeating: "x", count: 600_000))])
        _ = try conversation.insert(item, after: nil)
        let error = #expect(throws: RealtimeError.self) { try conversation.insert(item, after: nil) }
        #expect(error?.code == "conversation_too_large")
        #expect(conversation.items.count == 1)
    }
}
