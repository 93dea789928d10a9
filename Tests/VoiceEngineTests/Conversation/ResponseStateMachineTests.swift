import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ResponseStateMachineTests {
    private static func machine(isSpoken: Bool = true) -> ResponseStateMachine {
        ResponseStateMachine(id: "r", itemID: "i", conversationID: "c", metadata: ["k": "v"], isSpoken: isSpoken)
    }

    private static let done = [
        "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
        "response.output_item.done", "response.done",
    ]

    @Test("a spoken response has the order of the API over WebRTC")
    func spoken() {
        var machine = Self.machine()
        var events = machine.created() + machine.begin(previousItemID: "u") + machine.speak("Hello") + machine.speak(" there.")
        events += machine.complete(text: "Hello there.").events
        #expect(
            events.map(\.type)
                == [
                    "response.created", "response.output_item.added", "conversation.item.added", "response.content_part.added",
                    "response.output_audio_transcript.delta", "output_audio_buffer.started", "response.output_audio_transcript.delta",
                ] + Self.done + ["output_audio_buffer.stopped"]
        )
    }

    @Test("metadata is echoed at the beginning and at the end")
    func metadata() {
        var machine = Self.machine()
        guard case .responseCreated(let created) = machine.created().first else {
            Issue.record("not created")
            return
        }
        #expect(created.response.metadata == ["k": "v"])
        _ = machine.begin(previousItemID: nil)
        guard case .responseDone(let done) = machine.complete(text: "x").events.last else {
            Issue.record("not done")
            return
        }
        #expect(done.response.metadata == ["k": "v"])
        #expect(done.response.output?.first?.spokenText == "x")
    }

    @Test("a response that speech cut off says what was heard, in our documented order")
    func interrupted() {
        var machine = Self.machine()
        _ = machine.begin(previousItemID: nil)
        _ = machine.speak("Hello there my friend")
        let (events, item) = machine.cancel(.turnDetected, heard: "Hello there", heardMilliseconds: 640)
        #expect(events.map(\.type) == ["output_audio_buffer.cleared", "conversation.item.truncated"] + Self.done)
        #expect(item?.status == .incomplete)
        #expect(item?.spokenText == "Hello there")
        guard case .responseDone(let done) = events.last else { return }
        #expect(done.response.status == .cancelled)
        #expect(done.response.statusDetails == .init(type: .cancelled, reason: .turnDetected))
        #expect(done.response.output?.first?.spokenText == "Hello there")
    }

    @Test("a response that was cancelled before its first sound has no item")
    func cancelledEarly() {
        var machine = Self.machine()
        let (events, item) = machine.cancel(.clientCancelled, heard: "", heardMilliseconds: 0)
        #expect(events.map(\.type) == ["response.done"])
        #expect(item == nil)
    }

    @Test("after its end a response tells nothing more")
    func afterEnd() {
        var machine = Self.machine()
        _ = machine.begin(previousItemID: nil)
        _ = machine.complete(text: "x")
        #expect(machine.speak("y").isEmpty == true)
        #expect(machine.complete(text: "x").events.isEmpty)
        #expect(machine.cancel(.turnDetected, heard: "", heardMilliseconds: 0).events.isEmpty)
        #expect(machine.begin(previousItemID: nil).isEmpty == true)
    }

    @Test("a written response has the order of the API")
    func written() {
        var machine = Self.machine(isSpoken: false)
        let events = machine.begin(previousItemID: nil) + machine.write("Hi") + machine.complete().events
        #expect(
            events.map(\.type) == [
                "response.output_item.added", "conversation.item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "conversation.item.done", "response.output_item.done",
                "response.done",
            ]
        )
    }

    @Test("a failed response carries the error")
    func failed() {
        var machine = Self.machine()
        guard case .responseDone(let done) = machine.fail(.init(type: "server_error", code: "reply_failed"), heard: "").events.last else {
            Issue.record("not done")
            return
        }
        #expect(done.response.status == .failed)
        #expect(done.response.statusDetails?.error?.code == "reply_failed")
    }
}
