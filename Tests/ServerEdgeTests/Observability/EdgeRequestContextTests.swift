import Hummingbird
import Logging
import ServerEdge
import Testing
import VivaTestKit

@Suite(.timeLimit(.minutes(1))) struct EdgeRequestContextTests {
    @Test("with a log handler that keeps no metadata an error is answered without a request id, and the process lives")
    func noMetadata() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await TestServer.run(
            logger: quiet,
            routes: { router in router.get("fault") { _, _ -> String in throw EdgeError(CommonErrorCode.gone) } }
        ) { server in
            for path in ["/fault", "/nothing"] {
                let probe = try await TCPProbe.connect(port: server.port)
                try await probe.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                let text = String(decoding: try await probe.receiveToEnd(), as: UTF8.self)
                #expect(text.contains(#""request_id":"unknown""#))
            }
        }
    }
}
