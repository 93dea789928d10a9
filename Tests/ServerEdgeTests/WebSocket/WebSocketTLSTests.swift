import ServerEdge
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(2))) struct WebSocketTLSTests {
    @Test("client and server speak over TLS, and close properly")
    func roundTrip() async throws {
        let certificate = try TestCertificate.make()
        try await TestServer.run(webSockets: [.echo()], configure: { $0.tls = certificate.server }) { server in
            let connection = try await WebSocketClient(tls: certificate.client).connect(to: "wss://127.0.0.1:\(server.port)/ws")
            let large = String(repeating: "x", count: 60_000)
            connection.send(large)
            var iterator = connection.messages.makeAsyncIterator()
            #expect(await iterator.next() == large)
            await server.shutDown()
            #expect(await iterator.next() == nil)
            #expect(await connection.closure() == WebSocketClosure(code: .goingAway, initiator: .peer))
        }
    }

    @Test("a certificate that nobody vouches for fails the connection")
    func untrusted() async throws {
        let certificate = try TestCertificate.make()
        try await TestServer.run(webSockets: [.echo()], configure: { $0.tls = certificate.server }) { server in
            do throws(WebSocketClientError) {
                _ = try await WebSocketClient().connect(to: "wss://127.0.0.1:\(server.port)/ws", deadline: .seconds(20))
                Issue.record("connected")
            } catch {
                guard case .connectionFailed = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }
}
