import NIOCore
import ServerEdge
import Testing

@Suite struct ServerSentEventParserTests {
    @Test("what the encoder writes, the parser reads, in pieces of any size", arguments: [1, 2, 3, 7, 1000])
    func roundTrip(_ size: Int) throws {
        let events = [
            ServerSentEvent(id: "1", event: "state", data: #"{"status":"live"}"#),
            ServerSentEvent(id: "2", event: "segment", data: "two\nlines\n"),
            ServerSentEvent(id: "2", data: "Grüße 🎙️"),
            ServerSentEvent(id: "2", event: "empty", data: ""),
        ]
        let bytes = events.flatMap { Array($0.encoded().readableBytesView) }
        var parser = ServerSentEventParser()
        var parsed: [ServerSentEvent] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            parsed += try parser.append(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(parsed == events)
        #expect(parser.lastEventID == "2")
    }

    @Test("all three line ends work, comments and unknown fields are left out")
    func lineEnds() throws {
        var parser = ServerSentEventParser()
        let text = "\u{FEFF}: ping\r\ndata:a\rdata: b\n\r\nretry: 5\nfoo: bar\ndata\n\nevent: x\n\n"
        let events = try parser.append(text.utf8)
        #expect(events == [ServerSentEvent(data: "a\nb"), ServerSentEvent(data: "")])
    }

    @Test("line ends in an id or a name cannot forge another field")
    func injection() throws {
        let bytes = ServerSentEvent(id: "1\ndata: forged", event: "a\r\nid: 9", data: "x\r\rid: 7").encoded()
        var parser = ServerSentEventParser()
        let events = try parser.append(bytes.readableBytesView)
        #expect(events == [ServerSentEvent(id: "1data: forged", event: "aid: 9", data: "x\n\nid: 7")])
    }

    @Test("a line or an event beyond the limit is an error")
    func limits() {
        var parser = ServerSentEventParser(maximumEventBytes: 10)
        #expect(throws: ServerSentEventError.eventTooLarge) { try parser.append("data: 123456789".utf8) }
        var other = ServerSentEventParser(maximumEventBytes: 10)
        #expect(throws: ServerSentEventError.eventTooLarge) { try other.append("data:1234\ndata:5678\ndata:9012\n".utf8) }
    }
}
