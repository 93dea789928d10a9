import HTTPTypes
import NIOCore
import Testing

@testable import ServerEdge

@Suite struct TrustedProxiesTests {
    private func address(_ text: String) throws -> SocketAddress { try SocketAddress(ipAddress: text, port: 1) }

    private func client(_ peer: String, _ forwarded: [String], trusting: [String]) throws -> PeerNetwork? {
        let proxies = try #require(TrustedProxies(trusting))
        var fields = HTTPFields()
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        for value in forwarded { fields.append(HTTPField(name: name, value: value)) }
        return proxies.client(of: try address(peer), fields)
    }

    @Test(
        "the client is the last address that is not a trusted proxy's",
        arguments: [
            // Nobody is trusted, or not this peer: the field is a claim.
            ("203.0.113.7", ["198.51.100.1"], [], "203.0.113.7"),
            ("203.0.113.7", ["198.51.100.1"], ["10.0.0.0/8"], "203.0.113.7"),
            ("10.0.0.1", ["198.51.100.1"], ["10.0.0.0/8"], "198.51.100.1"),
            // What the client has made up stands before what the proxy appended.
            ("10.0.0.1", ["192.0.2.1, 198.51.100.1"], ["10.0.0.0/8"], "198.51.100.1"),
            ("10.0.0.1", ["192.0.2.1", "198.51.100.1 , 10.0.0.9"], ["10.0.0.0/8"], "198.51.100.1"),
            ("10.0.0.1", ["10.0.0.8,10.0.0.9"], ["10.0.0.0/8"], "10.0.0.8"),
            // What is no address ends the search; the proxy that passed it on answers for it.
            ("10.0.0.1", ["198.51.100.1, unknown"], ["10.0.0.0/8"], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.1, , 10.0.0.9"], ["10.0.0.0/8"], "10.0.0.9"),
            ("10.0.0.1", [], ["10.0.0.0/8"], "10.0.0.1"),
            // Ports and brackets.
            ("127.0.0.1", ["198.51.100.1:4711"], ["127.0.0.1"], "198.51.100.1"),
            ("::1", ["[2001:db8::7]:443"], ["::1"], "2001:db8::7"),
            ("::ffff:10.0.0.1", ["2001:db8::7"], ["10.0.0.0/8"], "2001:db8::7"),
        ]
    )
    func lastUntrusted(_ peer: String, _ forwarded: [String], _ trusting: [String], _ expected: String) throws {
        #expect(try client(peer, forwarded, trusting: trusting) == PeerNetwork(address(expected)))
    }

    @Test("a network with bits behind its prefix, or none at all, is refused")
    func networks() {
        for text in ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "proxy.example", ""] {
            #expect(TrustedProxies([text]) == nil, "\(text)")
        }
        for text in ["10.0.0.0/8", "10.0.0.1", "10.128.0.0/9", "::/0", "0.0.0.0/0", "fd00::/8", "2001:db8::1"] {
            #expect(TrustedProxies([text]) != nil, "\(text)")
        }
        #expect(TrustedProxies(Array(repeating: "10.0.0.0/8", count: 65)) == nil)
    }

    @Test("a network ends where its prefix does, and not in between two bytes")
    func prefix() throws {
        let forwarded = ["198.51.100.1"]
        #expect(try client("172.31.255.255", forwarded, trusting: ["172.16.0.0/12"]) == PeerNetwork(address("198.51.100.1")))
        #expect(try client("172.32.0.0", forwarded, trusting: ["172.16.0.0/12"]) == PeerNetwork(address("172.32.0.0")))
    }
}
