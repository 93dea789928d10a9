import Synchronization
import Testing

@testable import ServerEdge

@Suite(.timeLimit(.minutes(1))) struct ConnectionWorkTests {
    @Test("work runs with the values of the task that begins it, and none is left when it has ended")
    func inherits() async {
        let work = ConnectionWork()
        let seen = Mutex<String?>(nil)
        // From no task of the server, as an event loop.
        await Task.detached { _ = work.run { _ in seen.withLock { $0 = Values.name } } }.value
        #expect(work.count == 1)
        let server = Values.$name.withValue("server") { Task { await work.begin() } }
        await work.end()
        await server.value
        #expect(seen.withLock { $0 } == "server" && work.count == 0)
    }

    @Test("work is cancelled whether it was begun or waits to be, and what comes later too")
    func cancels() async {
        let work = ConnectionWork()
        let cancelled = Mutex(0)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let body: ConnectionWork.Body = { _ in
            begin.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            if Task.isCancelled { cancelled.withLock { $0 += 1 } }
        }
        let server = Task { await work.begin() }
        work.run(body)
        for await _ in began { break }
        work.cancelAll()
        work.run(body)
        await work.end()
        await server.value
        // After the end there is nobody to begin it, and it must be let go all the same.
        work.run(body)
        await work.end()
        #expect(cancelled.withLock { $0 } == 3)
    }

    @Test("one piece of work is cancelled alone, also before it is begun")
    func cancelsOne() async {
        let work = ConnectionWork()
        let seen = Mutex<[Bool]>([])
        let first = work.run { _ in seen.withLock { $0.append(Task.isCancelled) } }
        work.cancel(first)
        let server = Task { await work.begin() }
        while work.count > 0 { await Task.yield() }
        work.run { _ in seen.withLock { $0.append(Task.isCancelled) } }
        await work.end()
        await server.value
        #expect(seen.withLock { $0 } == [true, false])
    }
}

private enum Values {
    @TaskLocal static var name: String?
}
