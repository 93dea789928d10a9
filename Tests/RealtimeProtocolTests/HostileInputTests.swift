import RealtimeProtocol
import Testing

/// Whatever a peer sends is a value or an error.
@Suite struct HostileInputTests {
    private func nested(_ depth: Int, _ open: String, _ close: String, _ inside: String) -> String {
        String(repeating: open, count: depth) + inside + String(repeating: close, count: depth)
    }

    @Test("nesting is refused beyond the named depth and taken up to it", arguments: [("[", "]", "1"), (#"{"a":"#, "}", "1")])
    func depth(open: String, close: String, inside: String) throws {
        let limit = RealtimeCoding.maximumDepth
        _ = try RealtimeCoding.decode(JSONValue.self, from: nested(limit, open, close, inside))
        for depth in [limit + 1, 511, 513, 10_000, 100_000] {
            #expect(throws: EventDecodingError.notJSON) {
                try RealtimeCoding.decode(JSONValue.self, from: nested(depth, open, close, inside))
            }
        }
    }

    @Test("brackets inside strings do not count")
    func bracketsInStrings() throws {
        let text = #"{"type":"x","a":"\"[[[\\\"\#(String(repeating: "[", count: 1_000))"}"#
        #expect(try ClientMessage(text: text).event.type == "x")
    }

    @Test(
        "every value that JSON allows, and some that it does not, is a value or an error",
        arguments: [
            "1e400", "-1e400", "1e-400", "123456789012345678901234567890", "-0", "0.1e1", "01", "+1", "NaN", "Infinity", "1.", ".5", "0x1",
            #""\ud800""#, #""\udc00\ud800""#, #""\u0000""#, "\"\u{1}\"", "\"\\x\"", "tru", "nul", "[1,]", #"{"a":1,}"#, #"{"a":1,"a":2}"#,
            "/*c*/1", "1 2", "'a'", "\u{feff}1",
        ]
    )
    func oddValues(value: String) {
        for type in ["session.update", "response.create", "conversation.item.truncate", "response.done", "x"] {
            for member in ["session", "response", "audio_end_ms", "item", "event_id"] {
                let text = #"{"type":"\#(type)","\#(member)":\#(value)}"#
                if let message = try? ClientMessage(text: text) { #expect((try? ClientMessage(text: message.text)) != nil) }
                if let message = try? ServerMessage(text: text) { #expect((try? ServerMessage(text: message.text)) != nil) }
            }
        }
    }

    @Test("a known event whose member is of any wrong kind is an error to a server and loses nothing with a client")
    func wrongKinds() throws {
        for (fixture, wrong) in [(Fixture.clientEvents, "7"), (.clientEvents, "[]"), (.serverEvents, "7"), (.serverEvents, "[]")] {
            for line in try fixture.lines() {
                guard case .object(let members) = try JSONValue(line) else { continue }
                for name in members.keys where name != "type" {
                    var changed = members
                    changed[name] = try JSONValue(wrong)
                    let text = RealtimeCoding.encode(JSONValue.object(changed))
                    if fixture == .clientEvents {
                        _ = try? ClientMessage(text: text)
                    } else {
                        #expect(try JSONValue(ServerMessage(text: text).text).contains(JSONValue(text)), "\(name) of \(line)")
                    }
                }
            }
        }
    }

    @Test("limits and ranges of a session hold against extreme numbers")
    func extremes() throws {
        for number in ["9223372036854775807", "-9223372036854775808", "1e308", "-1"] {
            for text in [
                #"{"max_output_tokens":\#(number)}"#, #"{"audio":{"output":{"speed":\#(number)}}}"#,
                #"{"audio":{"input":{"turn_detection":{"type":"server_vad","threshold":\#(number)}}}}"#,
                #"{"truncation":{"type":"retention_ratio","retention_ratio":\#(number)}}"#,
            ] {
                let update = try RealtimeCoding.decode(SessionUpdate.self, from: text)
                #expect(throws: RealtimeError.self) { try SessionConfiguration().merging(update) }
            }
        }
    }
}
