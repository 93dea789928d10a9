import Testing

@testable import Gateway

@Suite("events that come twice")
struct RecentEventsTests {
    @Test("the same event again is a repetition")
    func repeated() {
        var recent = RecentEvents()
        #expect(recent.isRepetition(#"{"event_id":"e1","type":"a"}"#, eventID: "e1") == false)
        #expect(recent.isRepetition(#"{"event_id":"e1","type":"a"}"#, eventID: "e1") == true)
        #expect(recent.isRepetition(#"{"event_id":"e2","type":"a"}"#, eventID: "e2") == false)
    }

    @Test("a server that gives all its events one id, or none, loses nothing")
    func oneID() {
        var recent = RecentEvents()
        #expect(recent.isRepetition(#"{"event_id":"x","n":1}"#, eventID: "x") == false)
        #expect(recent.isRepetition(#"{"event_id":"x","n":2}"#, eventID: "x") == false)
        for _ in 0..<3 { #expect(recent.isRepetition(#"{"type":"a"}"#, eventID: nil) == false) }
        for _ in 0..<3 { #expect(recent.isRepetition(#"{"event_id":""}"#, eventID: "") == false) }
    }

    @Test("the last 256 are remembered, however many come")
    func bounded() {
        var recent = RecentEvents()
        for number in 0..<1000 { #expect(recent.isRepetition("\(number)", eventID: "e\(number)") == false) }
        for number in 744..<1000 { #expect(recent.isRepetition("\(number)", eventID: "e\(number)") == true) }
        #expect(recent.isRepetition("743", eventID: "e743") == false)
    }
}
