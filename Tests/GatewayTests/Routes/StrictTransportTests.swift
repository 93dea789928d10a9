import NIOCore
import NIOPosix
import ServerEdge
import Testing

@testable import Gateway

@Suite("browsers are told to stay with https", .timeLimit(.minutes(2)))
struct StrictTransportTests {
    /// A port that was free a moment ago. The address that the server tells is the public one, and leads elsewhere.
    private func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close()
        return port
    }

    private func expect(_ field: String?, at address: String?) async throws {
        let port = try await self.freePort()
        var options = GatewayHarness.Options()
        options.configure = {
            $0.publicURL = address
            $0.server.port = port
        }
        try await GatewayHarness.run(options) { (harness) async throws in
            for path in ["/", "/health", "/v1/plans", "/nothing", "/api/sessions/x"] {
                let answer = try await harness.send("GET", "http://127.0.0.1:\(port)\(path)")
                #expect(answer.headers["strict-transport-security"] == field, "\(path)")
            }
        }
    }

    @Test("on every answer, errors too, where people reach the server over https")
    func https() async throws {
        try await self.expect("max-age=31536000", at: "https://interviews.example")
    }

    @Test("and not where they do not: their browsers would not find it again")
    func http() async throws {
        try await self.expect(nil, at: "http://interviews.example")
        try await self.expect(nil, at: nil)
    }
}
