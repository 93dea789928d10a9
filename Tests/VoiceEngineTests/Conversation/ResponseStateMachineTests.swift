import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ResponseStateMachineTests {
    private static func machine(_ medium: ResponseStateMachine.Medium = .call, conversation: String? = "c") -> ResponseStateMachine {
        ResponseStateMachine(.init(id: "r", conversationID: conversation, metadata: ["k": "v"], medium: medium))
    }

    private static let done = [
        "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
        "response.output_item.done", "response.done",
    ]

    @Test("a spoken response has the order of the API over WebRTC")
    func spoken() {
        var machine = Self.machine()
        var events =
            machine.created() + machine.beginMessage(itemID: "i", previousItemID: "u") + machine.speak("Hello") + machine.speak(" there.")
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
        _ = machine.beginMessage(itemID: "i", previousItemID: nil)
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
        _ = machine.beginMessage(itemID: "i", previousItemID: nil)
        _ = machine.speak("Hello there my friend")
        let result = machine.cancel(.turnDetected, heard: "Hello there", heardMilliseconds: 640)
        let (events, item) = (result.events, result.items.first)
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
        let result = machine.cancel(.clientCancelled, heard: "", heardMilliseconds: 0)
        let (events, item) = (result.events, result.items.first)
        #expect(events.map(\.type) == ["response.done"])
        #expect(item == nil)
    }

    @Test("after its end a response tells nothing more")
    func afterEnd() {
        var machine = Self.machine()
        _ = machine.beginMessage(itemID: "i", previousItemID: nil)
        _ = machine.complete(text: "x")
        #expect(machine.speak("y").isEmpty == true)
        #expect(machine.complete(text: "x").events.isEmpty)
        #expect(machine.cancel(.turnDetected, heard: "", heardMilliseconds: 0).events.isEmpty)
        #expect(machine.beginMessage(itemID: "i", previousItemID: nil).isEmpty == true)
    }

    @Test("a written response has the order of the API")
    func written() {
        var machine = Self.machine(.text)
        let events = machine.beginMessage(itemID: "i", previousItemID: nil) + machine.write("Hi") + machine.complete().events
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

    @Test("over a socket the sound is in the events, and nothing tells of a playback that the server does not see")
    func socket() {
        var machine = Self.machine(.socket)
        let events = machine.beginMessage(itemID: "i", previousItemID: nil) + machine.speak("Hi") + machine.sound("AAAA")
        #expect(
            (events + machine.complete().events).map(\.type) == [
                "response.output_item.added", "conversation.item.added", "response.content_part.added",
                "response.output_audio_transcript.delta", "response.output_audio.delta",
            ] + Self.done
        )
    }

    @Test("a response that was cut off over a socket keeps the words that were sent, because only the client knows what was heard")
    func socketInterrupted() {
        var machine = Self.machine(.socket)
        _ = machine.beginMessage(itemID: "i", previousItemID: nil) + machine.speak("Hello there")
        let result = machine.cancel(.turnDetected, heard: "Hello", heardMilliseconds: 10)
        #expect(result.events.map(\.type) == Self.done)
        #expect(result.items.first?.spokenText == "Hello there")
        #expect(result.items.first?.status == .incomplete)
    }

    @Test("a function call has the order of the API, with its name in the last event of the arguments")
    func functionCall() {
        var machine = Self.machine(.text)
        let call = machine.beginCall(itemID: "f", callID: "call_1", name: "weather", previousItemID: nil)
        guard let call else {
            Issue.record("not begun")
            return
        }
        let events = call.events + machine.addArguments("{\"city\":", at: call.index) + machine.addArguments("\"Rome\"}", at: call.index)
        let end = machine.endCall(at: call.index)
        #expect(
            (events + end.events + machine.complete().events).map(\.type) == [
                "response.output_item.added", "conversation.item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.delta", "response.function_call_arguments.done", "conversation.item.done",
                "response.output_item.done", "response.done",
            ]
        )
        guard case .functionCallArgumentsDone(let done) = end.events.first else { return }
        #expect(done.name == "weather")
        #expect(done.arguments == "{\"city\":\"Rome\"}")
        #expect(end.items.first?.type == .functionCall)
    }

    @Test("half of a function call is never told as done")
    func cutFunctionCall() {
        var machine = Self.machine(.text)
        guard let call = machine.beginCall(itemID: "f", callID: "call_1", name: "weather", previousItemID: nil) else { return }
        _ = machine.addArguments("{\"ci", at: call.index)
        let result = machine.cancel(.clientCancelled, heard: nil, heardMilliseconds: 0)
        #expect(result.events.map(\.type) == ["conversation.item.done", "response.output_item.done", "response.done"])
        #expect(result.items.first?.status == .incomplete)
    }

    @Test("a written message before a function call is finished first, and both are in the output")
    func messageAndCall() {
        var machine = Self.machine(.text)
        _ = machine.beginMessage(itemID: "i", previousItemID: nil) + machine.write("Let me look.")
        #expect(machine.endMessage().events.last?.type == "response.output_item.done")
        guard let call = machine.beginCall(itemID: "f", callID: "call_1", name: "look", previousItemID: "i") else { return }
        #expect(call.index == 1)
        guard case .responseDone(let done) = machine.complete().events.last else {
            Issue.record("not done")
            return
        }
        #expect(done.response.output?.map(\.id) == ["i", "f"])
    }

    @Test("a response out of band tells nothing about a conversation")
    func outOfBand() {
        var machine = Self.machine(.text, conversation: nil)
        let events =
            machine.created() + machine.beginMessage(itemID: "i", previousItemID: "u") + machine.write("x") + machine.complete().events
        #expect(events.allSatisfy { !$0.type.hasPrefix("conversation.") })
        guard case .responseDone(let done) = events.last else { return }
        #expect(done.response.conversationID == nil)
    }

    @Test("a reply that met its limit of tokens is incomplete and says why")
    func tokenLimit() {
        var machine = Self.machine(.text)
        _ = machine.beginMessage(itemID: "i", previousItemID: nil) + machine.write("Once upon")
        guard case .responseDone(let done) = machine.cutShort(.maximumOutputTokens).events.last else {
            Issue.record("not done")
            return
        }
        #expect(done.response.status == .incomplete)
        #expect(done.response.statusDetails == .init(type: .incomplete, reason: .maximumOutputTokens))
    }
}
