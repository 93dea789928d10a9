import Testing

@testable import VoiceMedia

@Suite struct SessionDescriptionTests {
    static let offer = """
        v=0\r
        o=- 46117317 2 IN IP4 127.0.0.1\r
        s=-\r
        t=0 0\r
        a=group:BUNDLE 0 1\r
        m=audio 9 UDP/TLS/RTP/SAVPF 63 111 0\r
        c=IN IP4 0.0.0.0\r
        a=rtpmap:63 red/48000/2\r
        a=rtpmap:111 OPUS/48000/2\r
        a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host\r
        a=candidate:2 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active\r
        a=candidate:3 1 udp 2122194687 0f3a-77.local 50001 typ host\r
        a=candidate:4 1 udp 2122194687 2001:db8::7 50002 typ host\r
        a=sendrecv\r
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r
        a=sctp-port:5000\r

        """

    @Test("Opus is found by its name, whatever its case and number")
    func findsOpus() throws {
        let description = try #require(SessionDescription(Self.offer))
        #expect(description.audio == SessionDescription.Audio(section: 0, payloadType: 111, direction: .sendrecv))
    }

    @Test("the number of the section counts every section, and a refused audio section is passed over")
    func countsSections() throws {
        let video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"
        let refused = "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
        let text = Self.offer.replacing("m=audio", with: video + refused + "m=audio", maxReplacements: 1)
        #expect(SessionDescription(text)?.audio?.section == 2)
    }

    @Test("a direction in the section overrides that of the session")
    func directions() throws {
        let listening = Self.offer.replacing("a=sendrecv", with: "a=recvonly")
        #expect(SessionDescription(listening)?.audio?.direction.sends == false)
        let session = Self.offer.replacing("a=sendrecv\r\n", with: "").replacing("t=0 0", with: "t=0 0\r\na=inactive")
        #expect(SessionDescription(session)?.audio?.direction == .inactive)
    }

    @Test(
        "audio without Opus at 48 kHz does not count",
        arguments: ["opus/16000/2", "PCMU/8000", "opus", "opus/48000/2/1"]
    )
    func noOpus(encoding: String) throws {
        let description = try #require(SessionDescription(Self.offer.replacing("OPUS/48000/2", with: encoding)))
        #expect(description.audio == nil)
    }

    @Test("an Opus type that the section does not offer does not count")
    func unofferedType() throws {
        #expect(SessionDescription(Self.offer.replacing("63 111 0", with: "63 0"))?.audio == nil)
    }

    @Test(
        "what is no session description is refused",
        arguments: ["", "hello", "v=1\r\no=-", "v=0\r\nhello", "v=0\r\n", "{}", "v=0\r\no=- 1\r\n\u{0}a=x"]
    )
    func notSDP(text: String) {
        #expect(SessionDescription(text) == nil)
    }

    @Test("limits on length and sections hold")
    func limits() {
        #expect(SessionDescription(Self.offer + String(repeating: "a=x\r\n", count: 20_000)) == nil)
        #expect(SessionDescription(Self.offer + String(repeating: "m=video 0 UDP 96\r\n", count: 7)) == nil)
    }

    @Test("only UDP candidates with an address are kept, and no more than the limit")
    func candidates() throws {
        let kept = try #require(SessionDescription(Self.offer)).withUsableCandidates().text
        #expect(kept.contains("192.0.2.7 50000") && kept.contains("2001:db8::7 50002"))
        #expect(!kept.contains("tcptype") && !kept.contains(".local"))
        let many = (0..<100).map { "a=candidate:9 1 udp 1 192.0.2.\($0) 5 typ host\r\n" }.joined()
        let cut = try #require(SessionDescription(Self.offer + many)).withUsableCandidates()
        #expect(cut.lines.count { $0.hasPrefix("a=candidate") } == SessionDescription.maximumCandidates)
    }

    @Test("the stream is named in the audio section")
    func namesStream() throws {
        let named = try #require(SessionDescription(Self.offer)).withStream(named: "realtime", track: "audio0")
        let msid = try #require(named.lines.firstIndex(of: "a=msid:realtime audio0"))
        #expect(named.lines[msid + 1].hasPrefix("m=application"))
        #expect(SessionDescription(named.text)?.audio == named.audio)
    }

    @Test("the announced address replaces every IPv4 address but the loopback")
    func announces() throws {
        let text = Self.offer.replacing("0f3a-77.local", with: "127.0.0.1")
        let announced = try #require(SessionDescription(text)).announcing("203.0.113.5").text
        #expect(announced.contains("203.0.113.5 50000") && announced.contains("127.0.0.1 50001") && announced.contains("2001:db8::7"))
        #expect(!announced.contains("192.0.2.7"))
    }

    @Test("a description cut at any byte, or with any byte changed, never traps")
    func damaged() {
        let bytes = Array(Self.offer.utf8)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x55
            for damaged in [Array(bytes[..<position]), changed] {
                let description = SessionDescription(String(decoding: damaged, as: UTF8.self))
                _ = description?.withUsableCandidates().announcing("203.0.113.5").withStream(named: "a", track: "b").text
            }
        }
    }
}
