import InterviewCore
import InterviewStore
import NIOCore
import NIOPosix
import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("load on signalling", .timeLimit(.minutes(2)))
struct SignallingLoadTests {
    /// Runs against a gateway in front of the stub of load runs.
    private func run(_ body: @escaping @Sendable (GatewayHarness, SignallingLoad) async throws -> Void) async throws {
        let stub = try await UpstreamStub()
        var options = GatewayHarness.Options()
        options.upstreamURL = "http://127.0.0.1:\(stub.port)/v1"
        let result = await Result {
            try await GatewayHarness.run(options) { (harness) async throws in
                let address = try #require(ServerAddress(harness.ready.address))
                let load = try SignallingLoad(host: address.host, port: address.port)
                let result = await Result { try await body(harness, load) }
                await load.shutDown()
                try result.get()
            }
        }
        await stub.shutDown()
        try result.get()
    }

    private func ticket(_ harness: GatewayHarness) async throws -> SignallingTicket {
        let answer = try await harness.send(
            "POST",
            "/functions/v1/interview-start",
            token: harness.workspaceToken,
            type: "application/json",
            body: #"{"plan_id":"practice"}"#
        )
        let address = try #require(answer.json["webrtc_server_url"]?.stringValue)
        return SignallingTicket(
            path: String(address.drop { $0 != "?" }).isEmpty ? "/ws" : "/ws" + address.drop { $0 != "?" },
            session: answer.json["webrtc_session_id"]?.stringValue
        )
    }

    @Test("a flow is a whole interview: its candidate has left it")
    func flows() async throws {
        try await self.run { harness, load in
            var tickets: [SignallingTicket] = []
            for _ in 0..<5 { tickets.append(try await self.ticket(harness)) }
            let outcome = try await load.flows(tickets, concurrency: 2)
            #expect(outcome.failures == [:])
            #expect(outcome.milliseconds.count == 5)
            // Said before it is stored; what is stored, comes.
            var ended = 0
            while ended < 5 {
                let page = try await harness.store.interviews(tenant: .local, after: nil, limit: 10)
                ended = page.interviews.count { $0.status == .ended }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test("what fails is counted by its kind, and the rest goes on")
    func failures() async throws {
        try await self.run { harness, load in
            let good = try await self.ticket(harness)
            let tickets = [SignallingTicket(path: "/elsewhere"), SignallingTicket(session: "no-ticket"), good, good]
            let outcome = try await load.flows(tickets, concurrency: 1)
            #expect(outcome.failures[.upgradeRefused] == 1)
            #expect(outcome.failures[.keyRefused] == 2)
            #expect(outcome.milliseconds.count == 1)
        }
        let nobody = try SignallingLoad(host: "127.0.0.1", port: 1)
        #expect(try await nobody.flows([SignallingTicket()], concurrency: 1).failures == [.notConnected: 1])
        await nobody.shutDown()
    }

    @Test("a server that takes connections and says nothing fails everything within the deadline")
    func silence() async throws {
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        let load = try SignallingLoad(host: "127.0.0.1", port: port, deadline: .milliseconds(50))
        #expect(try await load.keys(["session"], count: 4, connections: 2).failures == [.timedOut: 2])
        #expect(try await load.flows([SignallingTicket()], concurrency: 1).failures == [.timedOut: 1])
        await #expect(throws: LoadFailure.timedOut) { try await load.openSessions(1) }
        await load.shutDown()
        let sockets = try IdleSockets(host: "127.0.0.1", port: port, path: "/ws", deadline: .milliseconds(50))
        await #expect(throws: LoadFailure.timedOut) { try await sockets.open(2, messages: 0, atATime: 2) }
        await sockets.shutDown()
        try await silent.close()
    }

    @Test("keys are asked for in turn, on connections that are kept")
    func keys() async throws {
        try await self.run { harness, load in
            let sessions = [try await self.ticket(harness), try await self.ticket(harness)].compactMap(\.session)
            let outcome = try await load.keys(sessions, count: 24, connections: 3)
            #expect(outcome.failures == [:])
            #expect(outcome.milliseconds.count == 24)
            // Twelve in a minute are the limit of each.
            #expect(try await load.keys(sessions, count: 4, connections: 1).failures == [.keyRefused: 4])
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
