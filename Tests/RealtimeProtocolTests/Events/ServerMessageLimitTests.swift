import RealtimeProtocol
import Testing

@Suite struct ServerMessageLimitTests {
    private func audio(_ bytes: Int) -> ServerMessage {
        let event = ResponseAudioDeltaEvent(
            responseID: "resp_1",
            itemID: "item_1",
            outputIndex: 2,
            contentIndex: 1,
            delta: String(repeating: "ABCDEFGH", count: bytes / 8)
        )
        return ServerMessage(.responseOutputAudioDelta(event), eventID: "event_0")
    }

    private func identifiers() -> () -> String? {
        var number = 0
        return {
            number += 1
            return "event_\(number)"
        }
    }

    @Test("an event within 1 MiB leaves as it is")
    func small() throws {
        let message = audio(8_000)
        #expect(message.isWithinLimit)
        #expect(try message.bounded(makeIdentifier: { nil }) == [message])
    }

    @Test("a larger audio delta is split at whole samples, in order, each with its own identifier")
    func split() throws {
        let message = audio(2_500_000)
        #expect(!message.isWithinLimit)
        let pieces = try message.bounded(makeIdentifier: identifiers())
        #expect(pieces.map(\.eventID) == ["event_0", "event_1", "event_2"])
        var joined = ""
        for piece in pieces {
            guard case .responseOutputAudioDelta(let delta) = piece.event else {
                Issue.record("not a delta")
                return
            }
            #expect(piece.text.utf8.count < 1_048_576)
            #expect(delta.outputIndex == 2)
            #expect(joined.utf8.count % 8 == 0)
            joined += delta.delta
        }
        guard case .responseOutputAudioDelta(let whole) = message.event else { return }
        #expect(joined == whole.delta)
    }

    @Test("a retrieved item that is too large loses its audio and keeps its words")
    func item() throws {
        var content = RealtimeContent.outputAudio(transcript: "Hello.")
        content.audio = String(repeating: "A", count: 1_100_000)
        let item = RealtimeItem.message(id: "i", role: .assistant, content: [content])
        let messages = try ServerMessage(.conversationItemRetrieved(ConversationItemRetrievedEvent(item: item)), eventID: "e")
            .bounded(makeIdentifier: { nil })
        guard messages.count == 1, case .conversationItemRetrieved(let retrieved) = messages[0].event else {
            Issue.record("not one item")
            return
        }
        #expect(retrieved.item.content == [.outputAudio(transcript: "Hello.")])
        #expect(messages[0].eventID == "e")
    }

    @Test("an event that is large for another reason is not sent")
    func oversized() {
        let text = String(repeating: "a", count: 1_100_000)
        let message = ServerMessage(.responseOutputTextDone(ResponseTextDoneEvent(responseID: "r", itemID: "i", text: text)))
        let error = #expect(throws: ServerMessage.Oversized.self) { try message.bounded(makeIdentifier: { nil }) }
        #expect(error?.type == "response.output_text.done")
    }
}
