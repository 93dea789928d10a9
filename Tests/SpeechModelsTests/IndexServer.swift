import Foundation
import Hummingbird
import HTTPTypes
import NIOCore
import Synchronization

/// A package index on a free port with the faults of a real one: it can break a download off, refuse ranges or serve other bytes.
final class IndexServer: Sendable {
    struct Behaviour: Sendable {
        /// Whole downloads are cut after this many bytes, once per entry.
        var breakOffAfter: [Int] = []
        var ranges = true
        var served: [UInt8]
    }

    let behaviour: Mutex<Behaviour>
    let requests = Mutex<[String]>([])
    let wheel: String

    init(wheel: String, behaviour: Behaviour) {
        self.wheel = wheel
        self.behaviour = Mutex(behaviour)
    }

    /// Runs `body` with the base address of the index.
    func run(_ body: @escaping @Sendable (URL) async throws -> Void) async throws {
        let router = Router()
        router.get("simple/:project") { _, context -> String in
            self.requests.withLock { $0.append("page \(context.parameters.get("project") ?? "")") }
            return
                "<a href=\"../../files/other.whl#sha256=00\">other.whl</a><a href=\"../../files/\(self.wheel)#sha256=11\">\(self.wheel)</a>"
        }
        router.get("files/:name") { request, _ -> Response in
            let range = request.headers[.range]
            self.requests.withLock { $0.append("file \(range ?? "whole")") }
            let (bytes, cut, ranges) = self.behaviour.withLock { behaviour in
                (behaviour.served, behaviour.breakOffAfter.isEmpty ? nil : behaviour.breakOffAfter.removeFirst(), behaviour.ranges)
            }
            var start = 0
            if ranges, let range, let first = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" }) { start = first }
            let rest = Array(bytes[min(start, bytes.count)...])
            let body = ResponseBody(contentLength: rest.count) { writer in
                if let cut {
                    try await writer.write(ByteBuffer(bytes: rest.prefix(cut)))
                    throw CancellationError()  // The connection is closed in mid-body.
                }
                try await writer.write(ByteBuffer(bytes: rest))
                try await writer.finish(nil)
            }
            return Response(status: start > 0 ? .partialContent : .ok, body: body)
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let number = await iterator.next() ?? 0
            try await body(URL(string: "http://127.0.0.1:\(number)/simple") ?? URL(fileURLWithPath: "/"))
            group.cancelAll()
        }
    }
}
