import InterviewCore
import InterviewStore
import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("calls that are over", .timeLimit(.minutes(1)))
struct EndedCallTests {
    private func end(_ location: String, _ candidate: GatewayHarness.Candidate, _ harness: GatewayHarness) async throws {
        let events = try await harness.events(location, candidate)
        _ = try await events.state("live")
        #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        #expect(try await events.rest().last?.name == "end")
    }

    /// Until the call of an ended interview has stored everything, it has its place.
    private func offer(_ candidate: GatewayHarness.Candidate, _ harness: GatewayHarness) async throws -> GatewayHarness.Answer {
        while true {
            let answer = try await harness.offerCall(candidate)
            if answer.code != "engine_full" { return answer }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("they make room for new ones, the one first that ended first")
    func room() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.interviewsHeld = 2 }
        try await GatewayHarness.run(options) { (harness) async throws in
            var (candidates, locations): ([GatewayHarness.Candidate], [String]) = ([], [])
            for _ in 0..<2 {
                let candidate = try await harness.join()
                candidates.append(candidate)
                locations.append(try await harness.startCall(candidate))
            }
            // In the other order than they began.
            try await self.end(locations[1], candidates[1], harness)
            let third = try await harness.join()
            #expect(try await self.offer(third, harness).status == 201)
            // The log of one that is held has all that its room was told; of one that is forgotten only the end is known.
            let forgotten = try await harness.events(locations[1], candidates[1]).rest().map(\.name)
            #expect(forgotten == ["state", "end"])
            try await self.end(locations[0], candidates[0], harness)
            let held = try await harness.events(locations[0], candidates[0]).rest().map(\.name)
            #expect(held.count > 2)
            #expect(held.last == "end")
        }
    }

    @Test("those that are not over fill the places")
    func full() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.interviewsHeld = 2 }
        try await GatewayHarness.run(options) { (harness) async throws in
            for _ in 0..<2 { _ = try await harness.startCall(try await harness.join()) }
            let answer = try await harness.offerCall(try await harness.join())
            #expect(answer.status == 503)
            #expect(answer.code == "engine_full")
        }
    }
}
