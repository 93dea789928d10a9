import RealtimeProtocol
import Testing

@Suite struct OfferCheckTests {
    private let offer = [
        "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", "m=audio 9 UDP/TLS/RTP/SAVPF 111 0", "c=IN IP4 0.0.0.0",
        "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:1", "a=sctp-port:5000", "",
    ]

    @Test("a browser's offer passes, with either line ending", arguments: ["\r\n", "\n"])
    func passes(ending: String) throws {
        try OfferCheck.check(offer.joined(separator: ending))
    }

    @Test("the codec name may be in capitals")
    func capitals() throws {
        try OfferCheck.check(offer.joined(separator: "\r\n").replacing("opus/48000/2", with: "OPUS/48000/2"))
    }

    @Test(
        "a text that is no session description is refused",
        arguments: ["", "hello", "v=0", "v=0\r\nhello\r\n", "{\"sdp\":1}", "v=0\r\nm=audio\r\n"]
    )
    func notSDP(text: String) {
        #expect(throws: OfferCheck.Failure.notSDP) { try OfferCheck.check(text) }
    }

    @Test("a media line with more than one space between its words is refused: others would not see its audio")
    func spaces() {
        let text = offer.joined(separator: "\r\n").replacing("m=audio 9", with: "m=  audio 9")
        #expect(throws: OfferCheck.Failure.notSDP) { try OfferCheck.check(text) }
    }

    @Test("an offer without Opus is refused")
    func noOpus() {
        let text = offer.filter { !$0.hasPrefix("a=rtpmap") }.joined(separator: "\r\n")
        #expect(throws: OfferCheck.Failure.noOpus) { try OfferCheck.check(text) }
    }

    @Test("Opus for a payload type that the section does not offer does not count")
    func foreignPayload() {
        let text = offer.joined(separator: "\r\n").replacing("rtpmap:111", with: "rtpmap:112")
        #expect(throws: OfferCheck.Failure.noOpus) { try OfferCheck.check(text) }
    }

    @Test("a rejected audio section does not count")
    func rejected() {
        let text = offer.joined(separator: "\r\n").replacing("m=audio 9", with: "m=audio 0")
        #expect(throws: OfferCheck.Failure.noOpus) { try OfferCheck.check(text) }
    }

    @Test("an offer beyond 32 KiB is refused before it is read")
    func tooLarge() {
        #expect(throws: OfferCheck.Failure.tooLarge) { try OfferCheck.check(String(repeating: "v=0\r\n", count: 7_000)) }
    }
}
