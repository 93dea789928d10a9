import NIOCore
import Testing

@testable import ServerEdge

@Suite struct ConnectionCounterTests {
    private func peer(_ address: String) throws -> PeerNetwork {
        try #require(PeerNetwork(SocketAddress(ipAddress: address, port: 1)))
    }

    @Test("addresses of one IPv6 network count together, IPv4 addresses each for themselves")
    func networks() throws {
        #expect(try peer("2001:db8:1:2::1") == peer("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(try peer("2001:db8:1:2::1") != peer("2001:db8:1:3::1"))
        #expect(try peer("192.0.2.1") != peer("192.0.2.2"))
        #expect(try peer("::ffff:192.0.2.1") == peer("192.0.2.1"))
        #expect(try peer("0.0.0.0") != peer("::1"))
        #expect(PeerNetwork(nil) == nil)
    }

    @Test(
        "local networks are known",
        arguments: [
            ("127.0.0.1", true), ("10.1.2.3", true), ("172.16.0.1", true), ("172.31.255.255", true), ("192.168.1.1", true),
            ("169.254.1.1", true), ("::1", true), ("fc00::1", true), ("fdff::1", true), ("fe80::1", true), ("febf::1", true),
            ("::ffff:10.0.0.1", true), ("100.64.0.1", true), ("100.127.255.255", true), ("100.63.0.1", false), ("100.128.0.1", false),
            ("172.15.0.1", false), ("172.32.0.1", false), ("192.169.1.1", false), ("11.0.0.1", false),
            ("203.0.113.7", false), ("2001:db8::1", false), ("fec0::1", false), ("fe00::1", false), ("::ffff:203.0.113.7", false),
        ]
    )
    func local(_ address: String, _ isLocal: Bool) throws {
        #expect(try peer(address).isLocal == isLocal)
    }
}
