import HTTPTypes
import Hummingbird
import NIOCore
import ServerEdge
import ServiceLifecycle
import Synchronization
import VivaTestKit

/// An identity provider that publishes the keys a test gives it, and misbehaves as told.
final class FakeIdentityProvider: Sendable {
    struct State {
        var status = HTTPResponse.Status.ok
        var headers: HTTPFields = [.contentType: "application/json"]
        var body = #"{"keys":[]}"#
        /// The answer comes after this.
        var wait: @Sendable () async -> Void = {}
        var requests = 0
    }

    private let state = Mutex(State())

    func with<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result { self.state.withLock { body(&$0) } }
    var requests: Int { self.with { $0.requests } }

    /// Runs the body with the address of the keys.
    static func run(_ body: @escaping @Sendable (FakeIdentityProvider, String) async throws -> Void) async throws {
        let provider = FakeIdentityProvider()
        let (ports, newPort) = AsyncStream.makeStream(of: Int.self)
        let router = Router(context: EdgeRequestContext.self)
        router.get("/keys") { _, _ in
            let state = provider.with { state in
                state.requests += 1
                return state
            }
            await state.wait()
            return Response(status: state.status, headers: state.headers, body: ResponseBody(byteBuffer: ByteBuffer(string: state.body)))
        }
        let server = EdgeServer(
            router: router,
            configuration: EdgeServerConfiguration(host: "127.0.0.1", port: 0),
            logger: LogCapture().logger("provider"),
            onServerRunning: { port in
                newPort.yield(port)
                newPort.finish()
            }
        )
        let services = ServiceGroup(services: [server], logger: LogCapture().logger("provider"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            for await port in ports {
                let result = await Result.catching { try await body(provider, "http://127.0.0.1:\(port)/keys") }
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                try result.get()
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
