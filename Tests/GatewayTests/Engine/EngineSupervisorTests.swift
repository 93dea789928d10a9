import Foundation
import InterviewCore
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("back-off of restarts")
struct RestartBackoffTests {
    @Test("waits double up to the longest")
    func doubling() {
        var backoff = RestartBackoff()
        var waits: [Duration] = []
        for second in 0..<7 {
            backoff.started(at: .seconds(second))
            waits.append(backoff.ended(at: .seconds(second)))
        }
        #expect(waits == [200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
        #expect(backoff.consecutiveFailures == 7)
    }

    @Test("a stable run begins anew")
    func stable() {
        var backoff = RestartBackoff()
        backoff.started(at: .zero)
        _ = backoff.ended(at: .seconds(1))
        backoff.started(at: .seconds(2))
        #expect(backoff.ended(at: .seconds(32)) == .milliseconds(200))
        #expect(backoff.consecutiveFailures == 1)
    }

    @Test("a child that could not be started counts as a failure")
    func neverStarted() {
        var backoff = RestartBackoff()
        _ = backoff.ended(at: .zero)
        #expect(backoff.ended(at: .seconds(100)) == .milliseconds(400))
    }
}

@Suite("the ready line")
struct ReadyLineTests {
    @Test(
        "a loopback address is taken",
        arguments: ["ready http://127.0.0.1:4000", "ready http://localhost:4000 extra", "ready http://[::1]:4000/"]
    )
    func accepted(_ line: String) { #expect(ReadyLine.baseAddress(in: line)?.hasSuffix(":4000") == true) }

    @Test(
        "anything else is not",
        arguments: [
            "", "ready", "ready http://10.0.0.1:4000", "ready https://127.0.0.1:4000", "ready http://127.0.0.1", "ready http://127.0.0.1:0",
            "not ready http://127.0.0.1:1",
        ]
    )
    func refused(_ line: String) { #expect(ReadyLine.baseAddress(in: line) == nil) }

    @Test("lines are cut from chunks, and an endless one at the limit")
    func lines() {
        var buffer = LineBuffer(longestLine: 4)
        #expect(buffer.append("ab\nc".utf8) == ["ab"])
        #expect(buffer.append("d\nefghij".utf8) == ["cd", "efgh"])
        #expect(buffer.finish() == "ij")
    }
}

@Suite("supervision of the engine", .timeLimit(.minutes(1)))
struct EngineSupervisorTests {
    private func supervisor(_ script: String, lines: @escaping @Sendable (String) -> Void = { _ in }) -> EngineSupervisor {
        var configuration = EngineConfiguration(executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        configuration.terminationGrace = .milliseconds(500)
        return EngineSupervisor(
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            standardError: lines
        )
    }

    private func running(_ supervisor: EngineSupervisor, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(services: [supervisor], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("a child that says it is ready gives its address, and is gone after shutdown")
    func ready() async throws {
        let supervisor = self.supervisor("echo ready http://127.0.0.1:4321; exec sleep 1000")
        try await self.running(supervisor) {
            for await status in supervisor.statusChanges() {
                if status == .ready(baseAddress: "http://127.0.0.1:4321") { break }
            }
        }
        #expect(supervisor.status == .stopped)
    }

    @Test("who follows the status hears the end, and the end waits for nobody who does not listen")
    func followers() async throws {
        let supervisor = self.supervisor("echo ready http://127.0.0.1:4321; exec sleep 1000")
        let (attentive, inattentive) = (supervisor.statusChanges(), supervisor.statusChanges())
        try await self.running(supervisor) {
            for await status in supervisor.statusChanges() {
                if case .ready = status { break }
            }
        }
        // Ending a stream runs its termination handler, which takes the lock of the supervisor.
        var last: EngineSupervisor.Status?
        for await status in attentive { last = status }
        #expect(last == .stopped)
        _ = inattentive
    }

    @Test("each run of the engine gets a random key of its own, and its calls carry it")
    func key() async throws {
        var (one, other) = (
            EngineConfiguration(executable: "/bin/sh", arguments: [], environment: [:]),
            EngineConfiguration(executable: "/bin/sh", arguments: [], environment: [:])
        )
        one.makeKey(for: "KEY")
        other.makeKey(for: "KEY")
        #expect(one.environment["KEY"]?.utf8.count ?? 0 >= 32)
        #expect(one.environment["KEY"] != other.environment["KEY"])

        let file = FileManager.default.temporaryDirectory.appendingPathComponent("viva-key-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        var options = GatewayHarness.Options()
        options.engineScript = "echo $ENGINE_KEY > \(file.path); echo ready http://127.0.0.1:$PORT; exec sleep 1000"
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let key = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(!key.isEmpty)
            #expect(harness.upstream.with { $0.authorizations } == ["Bearer \(key)"])
            #expect(!harness.logs.contains(key))
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("a child that dies is reported and started again")
    func restart() async throws {
        let supervisor = self.supervisor("echo ready http://127.0.0.1:4321; exit 3")
        try await self.running(supervisor) {
            var seen: [EngineSupervisor.Status] = []
            for await status in supervisor.statusChanges() {
                seen.append(status)
                if case .down(let failures) = status, failures == 2 { break }
            }
            #expect(seen.contains(.down(failures: 1)))
            #expect(seen.contains(.ready(baseAddress: "http://127.0.0.1:4321")))
        }
    }

    @Test("a child that ignores the signal to end is killed")
    func stubborn() async throws {
        let supervisor = self.supervisor("trap '' TERM; echo ready http://127.0.0.1:4321; while :; do sleep 0.05; done")
        try await self.running(supervisor) {
            for await status in supervisor.statusChanges() {
                if case .ready = status { break }
            }
        }
        #expect(supervisor.status == .stopped)
    }

    @Test("what the child writes to its standard error is passed on, line by line")
    func standardError() async throws {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let supervisor = self.supervisor("echo one >&2; echo two >&2; exec sleep 1000") { line.yield($0) }
        try await self.running(supervisor) {
            var seen: [String] = []
            for await text in lines {
                seen.append(text)
                if seen.count == 2 { break }
            }
            #expect(seen == ["one", "two"])
        }
    }

    @Test("the child's standard input stays open without data, and ends with us")
    func standardInput() async throws {
        // `cat` ends when its input does: the child says so, which it must not while we live.
        let supervisor = self.supervisor("echo ready http://127.0.0.1:4321; cat; echo input ended >&2") { text in
            Issue.record("the child saw the end of its input: \(text)")
        }
        try await self.running(supervisor) {
            for await status in supervisor.statusChanges() {
                if case .ready = status { break }
            }
        }
    }

    @Test("a program that does not exist is down, not a crash")
    func missing() async throws {
        let supervisor = EngineSupervisor(
            configuration: EngineConfiguration(executable: "/does/not/exist", arguments: [], environment: [:]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            standardError: { _ in }
        )
        try await self.running(supervisor) {
            for await status in supervisor.statusChanges() {
                if case .down = status { break }
            }
        }
    }
}
