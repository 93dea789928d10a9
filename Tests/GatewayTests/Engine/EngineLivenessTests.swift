import Foundation
import InterviewCore
import Logging
import RealtimeProtocol
import ServerEdge
import ServiceLifecycle
import Testing
import VivaTestKit

@testable import Gateway

@Suite("an engine that is there but does not answer", .timeLimit(.minutes(1)))
struct EngineLivenessTests {
    /// Runs `body` with a supervisor whose engine says that it listens where the fake does.
    private func run(_ body: @escaping @Sendable (EngineSupervisor, FakeRealtimeServer) async throws -> Void) async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = FakeRealtimeServer()
        let serving = ServiceGroup(services: [server], logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await serving.run() }
            var configuration = EngineConfiguration(
                executable: "/bin/sh",
                arguments: ["-c", "trap '' TERM; echo ready http://127.0.0.1:\(try await server.port()); while :; do sleep 0.05; done"],
                environment: ["PATH": "/usr/bin:/bin"]
            )
            configuration.probeInterval = .milliseconds(5)
            configuration.probeDeadline = .milliseconds(250)
            configuration.terminationGrace = .milliseconds(100)
            let supervisor = EngineSupervisor(configuration: configuration, logger: quiet, standardError: { _ in })
            let supervising = ServiceGroup(services: [supervisor], logger: quiet)
            tasks.addTask { try await supervising.run() }
            try await body(supervisor, server)
            server.with { $0.healthAnswer = {} }
            await supervising.triggerGracefulShutdown()
            await serving.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("is killed after three missing answers in a row and started again")
    func hung() async throws {
        try await self.run { supervisor, server in
            let gate = Gate()
            server.with { $0.healthAnswer = { await gate.pass() } }
            var seen: [EngineSupervisor.Status] = []
            for await status in supervisor.statusChanges() {
                seen.append(status)
                if case .down = status { break }
            }
            gate.open()
            #expect(seen.last == .down(failures: 1))
            #expect(server.with { $0.healthProbes } == 3)
        }
    }

    @Test("is left alone when it answers in between")
    func slow() async throws {
        try await self.run { supervisor, server in
            let gate = Gate()
            // Two answers of three are missing, over and over.
            server.with { state in
                state.healthAnswer = { if server.with({ $0.healthProbes % 3 != 0 }) { await gate.pass() } }
            }
            while server.with({ $0.healthProbes }) < 7 { try await Task.sleep(for: .milliseconds(5)) }
            guard case .ready = supervisor.status else { Issue.record("not ready any more"); return }
            gate.open()
        }
    }
}
