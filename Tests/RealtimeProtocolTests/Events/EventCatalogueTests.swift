import RealtimeProtocol
import Testing

/// Every event of the reference, one example each.
@Suite struct EventCatalogueTests {
    @Test("the fixtures hold every event of the reference once", arguments: Fixture.allCases)
    func complete(fixture: Fixture) throws {
        let types = try fixture.lines().map { try JSONValue($0)["type"]?.stringValue ?? "" }
        #expect(types.count == fixture.count)
        #expect(Set(types).count == fixture.count)
    }

    @Test("every client event is typed in all its fields, and a round trip keeps its meaning")
    func client() throws {
        for line in try Fixture.clientEvents.lines() {
            let message = try ClientMessage(text: line)
            if case .unknown(let type, _) = message.event { Issue.record("\(type) is not typed") }
            #expect(message.unrecognized == nil, "\(message.event.type)")
            #expect(try JSONValue(message.text).meaning == JSONValue(line).meaning)
            #expect(try ClientMessage(text: message.text) == message)
        }
    }

    @Test("every server event is typed in all its fields, and a round trip keeps its meaning")
    func server() throws {
        for line in try Fixture.serverEvents.lines() {
            let message = try ServerMessage(text: line)
            if case .unknown(let type, _) = message.event { Issue.record("\(type) is not typed") }
            #expect(message.unrecognized == nil, "\(message.event.type)")
            #expect(try JSONValue(message.text).meaning.contains(JSONValue(line).meaning))
            #expect(try ServerMessage(text: message.text) == message)
        }
    }

    @Test("events of the beta pass unharmed, typed or not", arguments: [Fixture.betaClientEvents, .betaServerEvents])
    func beta(fixture: Fixture) throws {
        for line in try fixture.lines() {
            let text = fixture == .betaClientEvents ? try ClientMessage(text: line).text : try ServerMessage(text: line).text
            #expect(try JSONValue(text).contains(JSONValue(line)))
        }
    }

    @Test("a session event of a transcription session is typed")
    func transcription() throws {
        let text =
            #"{"event_id":"e","session":{"audio":{"input":{"format":{"type":"audio/pcmu"},"noise_reduction":null,"transcription":"#
            + #"null,"turn_detection":null}},"id":"s","include":null,"object":"realtime.transcription_session","type":"transcription"},"#
            + #""type":"session.updated"}"#
        #expect(try ServerMessage(text: text).text == text)
    }
}
