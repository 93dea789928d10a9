import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("STUN and TURN servers for browsers", .timeLimit(.minutes(2)))
struct ICEServerTests {
    private static let secret = "north-wind-and-the-sun"

    @Test("credentials are those of the shared-secret scheme")
    func credentials() throws {
        var servers = ICEServers()
        #expect(servers.credentials(for: "int_0123", until: Timestamp(millisecondsSince1970: 0)) == nil)
        servers.secret = Secret(Self.secret)
        let made = try #require(servers.credentials(for: "int_0123", until: Timestamp(millisecondsSince1970: 1_800_000_000_999)))
        #expect(made.username == "1800000000:int_0123")
        // Computed with Python's hmac and base64.
        #expect(made.password.expose() == "YecxndU8KvP2dhD14bQhtWLj+Ro=")
    }

    @Test(
        "addresses of servers have the forms of RFC 7064 and RFC 7065 and no other",
        arguments: [
            ("stun:stun.example", true), ("stun:192.0.2.1:3478", true), ("stuns:stun.example:5349", true),
            ("turn:turn.example", true), ("turn:turn.example:3478?transport=udp", true),
            ("turns:turn.example:5349?transport=tcp", true), ("turn:[2001:db8::1]:3478", true),
            ("stun:stun.example?transport=udp", false), ("turn:turn.example?transport=sctp", false), ("turn:", false),
            ("turn.example", false), ("http://turn.example", false), ("turn://turn.example", false),
            ("turn:user@turn.example", false), ("turn:turn.example:0", false), ("turn:turn.example:65536", false),
            ("turn:turn.example:+80", false), ("turn:turn.example:", false), ("turn:[turn.example]", false),
            ("turn:[2001:db8::1", false), ("TURN:turn.example", false), ("turn:turn example", false), ("", false),
        ]
    )
    func addresses(_ text: String, _ isGood: Bool) {
        #expect((ICEServerURL(text) != nil) == isGood)
    }

    @Test("a candidate gets the servers with credentials that end by themselves, named after the interview")
    func list() async throws {
        var options = GatewayHarness.Options()
        options.configure = {
            $0.iceServers.urls = ["stun:stun.example", "turn:a.example?transport=udp", "turns:b.example"].compactMap { ICEServerURL($0) }
            $0.iceServers.secret = Secret(Self.secret)
            $0.iceServers.lifetime = .seconds(600)
        }
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let answer = try await harness.send("GET", "/v1/ice-servers", token: candidate.token)
            #expect(answer.status == 200)
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.json["expires_at"]?.stringValue == (harness.time.now + .seconds(600)).rfc3339)
            let servers = try #require(answer.json["iceServers"]?.arrayValue)
            #expect(servers.count == 2)
            #expect(servers[0] == .object(["urls": .array([.string("stun:stun.example")])]))
            #expect(servers[1]["urls"]?.arrayValue?.compactMap(\.stringValue) == ["turn:a.example?transport=udp", "turns:b.example"])
            #expect(servers[1]["username"]?.stringValue == "1800000600:\(candidate.interviewID)")
            let password = try #require(servers[1]["credential"]?.stringValue)
            #expect(password.utf8.count == 28)
            #expect(!harness.logs.contains(password) && !harness.logs.contains(Self.secret))
            let other = try await harness.send("GET", "/v1/ice-servers", token: try await harness.join().token)
            #expect(other.json["iceServers"] != answer.json["iceServers"])
        }
    }

    @Test("without servers the list is empty")
    func none() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let answer = try await harness.send("GET", "/v1/ice-servers", token: candidate.token)
            #expect(answer.json["iceServers"]?.arrayValue?.isEmpty == true)
            #expect(try await harness.send("GET", "/v1/ice-servers", token: harness.workspaceToken).status == 401)
        }
    }
}
