import Testing

@testable import Gateway

@Suite("addresses in an upstream's answer")
struct AnswerCandidatesTests {
    @Test(
        "an address is known by its reach",
        arguments: [
            ("8.8.8.8", AddressScope.global), ("192.0.2.1", .global), ("172.32.0.1", .global), ("100.128.0.1", .global),
            ("2606:4700::1111", .global),
            ("10.1.2.3", .privateNetwork), ("172.16.0.1", .privateNetwork), ("172.31.255.255", .privateNetwork),
            ("192.168.0.1", .privateNetwork),
            ("100.64.0.1", .privateNetwork), ("fd00::1", .privateNetwork), ("fc00::1", .privateNetwork),
            ("::ffff:10.0.0.1", .privateNetwork),
            ("64:ff9b::a00:1", .privateNetwork), ("2002:c0a8:1::", .privateNetwork), ("127.0.0.1", .loopback), ("127.255.0.1", .loopback),
            ("::1", .loopback), ("::ffff:127.0.0.1", .loopback), ("64:ff9b::7f00:1", .loopback), ("169.254.169.254", .linkLocal),
            ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("::ffff:169.254.1.1", .linkLocal), ("0.0.0.0", .special), ("::", .special),
            ("224.0.0.1", .special), ("255.255.255.255", .special), ("ff02::1", .special), ("192.0.0.8", .special), ("::2", .special),
        ]
    )
    func scopes(_ text: String, _ expected: AddressScope) { #expect(AddressScope(text) == expected) }

    @Test(
        "what is not written in digits has no reach that we know",
        arguments: ["", "localhost", "a1b2.local", "127.1", "0x7f.0.0.1", "2130706433", "fe80::1%eth0", "010.0.0.1", "8.8.8.8 "]
    )
    func names(_ text: String) { #expect(AddressScope(text) == nil) }

    private static let head =
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"

    private static func candidate(_ address: String, _ rest: String = "typ host") -> String {
        "a=candidate:1 1 udp 2130706431 \(address) 3478 \(rest)\r\n"
    }

    @Test("only candidates of the allowed reach stay, every other line does")
    func filtered() {
        let global = Self.candidate("203.0.114.7") + Self.candidate("2606:4700::1", "typ host generation 0")
        let other = Self.candidate("192.168.1.5") + Self.candidate("127.0.0.1") + Self.candidate("fe80::1") + Self.candidate("host.local")
        let result = AnswerCandidates(of: Self.head + other + global + "a=end-of-candidates\r\n", allowing: [.global])
        #expect(result.answer == Self.head + global + "a=end-of-candidates\r\n")
        #expect(result.kept == 2)
        #expect(result.removed == 4)
        #expect(!result.isUnreachable)
    }

    @Test("a server in a private network may name addresses of it, but never loopback or link-local ones")
    func privateNetwork() {
        let inside = Self.candidate("192.168.1.5")
        let answer = Self.head + inside + Self.candidate("127.0.0.1") + Self.candidate("169.254.1.1")
        #expect(AnswerCandidates(of: answer, allowing: [.global, .privateNetwork]).answer == Self.head + inside)
    }

    @Test("an answer that named addresses and has none left is of no use; one that never named any may be")
    func unreachable() {
        #expect(AnswerCandidates(of: Self.head + Self.candidate("10.0.0.1"), allowing: [.global]).isUnreachable)
        #expect(!AnswerCandidates(of: Self.head, allowing: [.global]).isUnreachable)
    }

    @Test(
        "a candidate of another form is left out, and no way of ending lines hides one",
        arguments: ["a=candidate:1 1 udp", "a=candidate:", "a=candidate:1 1 udp 1 8.8.8.8:80 3478 typ host"]
    )
    func hostile(_ line: String) {
        for end in ["\r\n", "\n", "\r"] {
            let result = AnswerCandidates(
                of: Self.head + line + end + "a=candidate:1 1 udp 1 10.0.0.1 9 typ host" + end,
                allowing: [.global]
            )
            #expect(result.answer == Self.head)
            #expect(result.removed == 2)
        }
    }
}
